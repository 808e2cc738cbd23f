package dev.tollgate.customers.roles;

import dev.tollgate.books.ledger.LedgerChange.TakeAccount;
import dev.tollgate.storage.Change;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The person, the key or the operator that changes something in an account.
 *
 * @param who the id of a person or a key, or {@code operator}
 * @param address the remote address; null if it is not known
 * @param membership with which the page was opened; null for keys and the operator, and for people who only join
 */
public record Acting(
        String accountId,
        String who,
        @Nullable String address,
        @Nullable Membership membership) {

    /** Returns the operator of the server, whom the log of an organization does not name: the operator's audit log does. */
    public static Acting operator(String accountId) {
        return new Acting(accountId, "operator", null, null);
    }

    /** Returns whether a key acts. */
    public boolean isKey() {
        return membership == null && who.startsWith("key_");
    }

    /**
     * Returns what goes with a change into its commit: the account's lock, the check of the right, the row of the account's log.
     *
     * @param action like {@code member.role}
     * @param subject the id of what is changed
     * @param changed asked on the writer's thread once everything is decided; null if nothing changed, then nothing is written
     */
    public List<Change> act(
            Right right, String action, String subject, Instant at, Supplier<AccountLog.@Nullable Changed> changed) {
        return List.of(new TakeAccount(accountId), new AccountLog.Act(this, right, action, subject, at, changed));
    }
}
