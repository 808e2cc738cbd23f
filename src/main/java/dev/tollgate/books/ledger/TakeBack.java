package dev.tollgate.books.ledger;

import java.sql.SQLException;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings what is taken back of a payment to what it has to be. What more is taken leaves the balance as far as that goes; what it lacks is the
 * platform's loss, and blocks the account. What less is taken lowers that loss first, and only then comes back to the customer: he has used
 * what could not be taken. What running calls hold is not touched, and nobody is let in again by it.
 */
public final class TakeBack extends LedgerChange<TakeBack.Outcome> {

    /** What became of it. */
    public sealed interface Outcome {}

    /** It was so already, or there was no such payment. */
    public record Nothing() implements Outcome {}

    /** The account would hold more than {@value Grant#PURCHASED_MICROS_MAX} micro-credits. */
    public record TooMuch() implements Outcome {}

    /**
     * @param takenBefore what was taken back before it
     * @param after what is taken back now
     * @param before the balance before it
     * @param balance after it
     * @param blocked whether the account is blocked by it
     */
    public record Done(Taken takenBefore, Taken after, Balance before, Balance balance, boolean blocked)
            implements Outcome {}

    /**
     * What is taken back of a payment, micro-credits.
     *
     * @param micros all of it
     * @param missingMicros what of it the balance did not have
     */
    public record Taken(long micros, long missingMicros) {

        public static final Taken NOTHING = new Taken(0, 0);

        public Taken {
            if (missingMicros < 0 || missingMicros > micros) {
                throw new IllegalArgumentException("what is missing is a part of what was taken back");
            }
        }
    }

    /** @param now what is taken back @param wantedMicros what it has to be */
    public record Wanted(Taken now, long wantedMicros) {}

    private final String accountId;
    private final Supplier<@Nullable Wanted> wanted;
    private final Consumer<Taken> done;
    private final String reason;
    private final RequestId requestId;
    private final boolean isOfSandbox;
    private final Instant at;

    /**
     * @param wanted asked when it is applied; null where there is nothing to be done
     * @param done told when it is applied what is taken back from then on
     * @param requestId moved once under it
     * @param isOfSandbox whether no money has paid for it: its credits buy only what the sandbox answers
     */
    public TakeBack(
            String accountId,
            Supplier<@Nullable Wanted> wanted,
            Consumer<Taken> done,
            String reason,
            RequestId requestId,
            boolean isOfSandbox,
            Instant at) {
        this.accountId = accountId;
        this.wanted = wanted;
        this.done = done;
        this.reason = reason;
        this.requestId = requestId;
        this.isOfSandbox = isOfSandbox;
        this.at = at;
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    Outcome decideOver(Book book) throws SQLException {
        Wanted asked = wanted.get();
        AccountRow account = book.account(accountId);
        long more = asked == null ? 0 : asked.wantedMicros() - asked.now().micros();
        if (asked == null
                || more == 0
                || account == null
                || book.journal().requested(accountId, requestId, reason) != null) {
            return new Nothing();
        }
        Outcome outcome = more > 0 ? take(book, account, asked.now(), more) : give(book, account, asked.now(), -more);
        if (outcome instanceof Done it) {
            done.accept(it.after());
        }
        return outcome;
    }

    private Outcome take(Book book, AccountRow account, Taken now, long micros) {
        Balance before = account.funds.balance();
        long taken = Math.min(micros, account.funds.balanceMicros());
        long missing = micros - taken;
        if (isOfSandbox) {
            account.takeSandbox(taken);
        }
        book.journal().reverse(account, asked(micros), taken, missing, reason, at);
        boolean blocks = missing > 0 && !account.isBlocked();
        if (blocks) {
            account.setBlocked(true);
        }
        Taken after = new Taken(now.micros() + micros, now.missingMicros() + missing);
        return new Done(now, after, before, account.funds.balance(), blocks);
    }

    private Outcome give(Book book, AccountRow account, Taken now, long micros) {
        Balance before = account.funds.balance();
        long found = Math.min(micros, now.missingMicros());
        long back = micros - found;
        if (back > Grant.PURCHASED_MICROS_MAX - account.funds.purchasedMicros()) {
            return new TooMuch();
        }
        book.journal().giveBack(account, asked(-micros), back, found, reason, at);
        if (isOfSandbox && back > 0) {
            account.setSandboxMicros(account.funds.sandboxMicros() + back);
        }
        Taken after = new Taken(now.micros() - micros, now.missingMicros() - found);
        return new Done(now, after, before, account.funds.balance(), false);
    }

    private Requested asked(long micros) {
        return new Requested(accountId, EntryKind.REVERSAL, null, micros, requestId);
    }

    @Override
    @Nullable
    String blockedOrNot() {
        return outcome() instanceof Done done && done.blocked() ? accountId : null;
    }
}
