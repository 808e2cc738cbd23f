package dev.tollgate.upstreams.sessions;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The account of a call, and the session that orders its channels (E85). The key is computed only if several channels serve the model. */
public final class CallSession {

    private final String accountId;
    private final @Nullable String source;
    private final LongSupplier computing;
    private volatile @Nullable Long key;

    /**
     * @param accountId empty for none
     * @param source the word for what names the session; null if the call belongs to none
     * @param key computes 64 bits that are the same for the whole session on every node
     */
    public CallSession(String accountId, @Nullable String source, LongSupplier key) {
        this.accountId = accountId;
        this.source = source;
        this.computing = key;
    }

    /** Returns a call that belongs to no session. @param accountId empty for none */
    public static CallSession none(String accountId) {
        return new CallSession(accountId, null, () -> 0);
    }

    public String accountId() {
        return accountId;
    }

    public boolean hasKey() {
        return source != null;
    }

    public long key() {
        Long known = key;
        if (known == null) {
            known = computing.getAsLong();
            key = known;
        }
        return known;
    }
}
