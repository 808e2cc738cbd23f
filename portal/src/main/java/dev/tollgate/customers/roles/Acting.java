package dev.tollgate.customers.roles;

import dev.tollgate.books.ledger.LedgerChange.TakeAccount;
import dev.tollgate.storage.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The person, the key or the operator that changes something in an account.
 *
 * @param who the id of a person or a key, or {@code operator}
 * @param address the remote address; null if it is not known
 * @param membership with which the page was opened; null for keys and the operator, and for people who only join
 * @param log also gets a row of each change; null for all but the operator
 */
public record Acting(
        String accountId,
        String who,
        @Nullable String address,
        @Nullable Membership membership,
        @Nullable OperatorLog log) {

    private static final String OPERATOR = "operator";

    /** The operator's audit log. */
    @FunctionalInterface
    public interface OperatorLog {

        /** Returns what writes the row of a change, in the same unit. Parameters as {@link #act} has them. */
        Change row(String action, String subject, Supplier<AccountLog.@Nullable Changed> whole);
    }

    public Acting(String accountId, String who, @Nullable String address, @Nullable Membership membership) {
        this(accountId, who, address, membership, null);
    }

    /** Returns the operator of the server, whom the log of an organization does not name: the operator's audit log does. */
    public static Acting operator(String accountId, OperatorLog log) {
        return new Acting(accountId, OPERATOR, null, null, log);
    }

    /** Returns whether a key acts. */
    public boolean isKey() {
        return membership == null && who.startsWith("key_");
    }

    /** Returns whether the operator acts, who may change everything. */
    public boolean isOperator() {
        return log != null;
    }

    /**
     * Returns what goes with a change into its commit: the account's lock, the check of the right, the row of the account's log and the operator's.
     *
     * @param action like {@code member.role}
     * @param subject the id of what is changed
     * @param changed asked on the writer's thread once everything is decided; null if nothing changed, then nothing is written
     */
    public List<Change> act(
            Right right, String action, String subject, Instant at, Supplier<AccountLog.@Nullable Changed> changed) {
        return act(right, action, subject, at, changed, changed);
    }

    /**
     * Returns the same, with more for the operator's log.
     *
     * @param whole the state before and after, for the row of the operator's log; asked as {@code changed} is
     */
    public List<Change> act(
            Right right,
            String action,
            String subject,
            Instant at,
            Supplier<AccountLog.@Nullable Changed> changed,
            Supplier<AccountLog.@Nullable Changed> whole) {
        List<Change> all = new ArrayList<>(
                List.of(new TakeAccount(accountId), new AccountLog.Act(this, right, action, subject, at, changed)));
        if (log != null) {
            all.add(log.row(action, subject, whole));
        }
        return all;
    }
}
