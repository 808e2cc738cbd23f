package dev.tollgate.upstreams.sessions;

import dev.tollgate.base.conversation.PromptParts;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The account of a call, and the session that orders its channels (E85). The key is computed only if several channels serve the model or the prompt
 * is compared with earlier ones (E86).
 */
public final class CallSession {

    private final String accountId;
    private final @Nullable String source;
    private final LongSupplier computing;
    private final @Nullable Supplier<PromptParts> parts;
    private final boolean isPatient;
    private volatile @Nullable Long key;

    /**
     * @param accountId empty for none
     * @param source the word for what names the session; null if the call belongs to none
     * @param key computes 64 bits that are the same for the whole session on every node
     */
    public CallSession(String accountId, @Nullable String source, LongSupplier key) {
        this(accountId, source, key, null);
    }

    /** @param parts walks the prompt; null if it is compared with no other */
    public CallSession(
            String accountId, @Nullable String source, LongSupplier key, @Nullable Supplier<PromptParts> parts) {
        this(accountId, source, key, parts, false);
    }

    private CallSession(
            String accountId,
            @Nullable String source,
            LongSupplier key,
            @Nullable Supplier<PromptParts> parts,
            boolean isPatient) {
        this.accountId = accountId;
        this.source = source;
        this.computing = key;
        this.parts = parts;
        this.isPatient = isPatient;
    }

    /** Returns a call that belongs to no session. @param accountId empty for none */
    public static CallSession none(String accountId) {
        return new CallSession(accountId, null, () -> 0);
    }

    /** Returns this session for a call whose caller does not wait. */
    public CallSession patient() {
        return new CallSession(accountId, source, computing, parts, true);
    }

    /** Returns the same call without its session. */
    public CallSession unnamed() {
        return new CallSession(accountId, null, () -> 0, null, isPatient);
    }

    /** Returns whether the call has no waiting caller: it then leaves hedges and retry budgets to other calls (J13). */
    public boolean isPatient() {
        return isPatient;
    }

    public String accountId() {
        return accountId;
    }

    /** Returns the word for what names the session; empty if there is none. */
    public String source() {
        return source == null ? "" : source;
    }

    /** Returns what walks the prompt; null if it is compared with no other. */
    public @Nullable Supplier<PromptParts> parts() {
        return parts;
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
