package dev.tollgate.books.ledger;

import dev.tollgate.books.ledger.Journal.Requested;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sets the reversed part of a payment. An increase debits the general credits as far as that goes (Z21); a missing rest is the
 * platform's loss, and blocks the account. A decrease lowers that loss first and then returns to the balance, since the customer has used
 * the credits that could not be debited. Holds of running calls do not change, and no account is unblocked.
 * Nothing is done if the account would hold more than {@value Grant#PURCHASED_MICROS_MAX} micro-credits.
 */
public final class TakeBack extends LedgerChange<Optional<TakeBack.Done>> {

    /**
     * @param takenBefore what was taken back before it
     * @param after the reversed part now
     * @param before balance before the change
     * @param balance after the change
     * @param blocked whether the change blocked the account
     */
    public record Done(Taken takenBefore, Taken after, Balance before, Balance balance, boolean blocked) {}

    /**
     * The reversed part of a payment, in micro-credits.
     *
     * @param micros the whole reversed part
     * @param missingMicros the part that the balance lacked
     */
    public record Taken(long micros, long missingMicros) {

        public static final Taken NOTHING = new Taken(0, 0);

        public Taken {
            if (missingMicros < 0 || missingMicros > micros) {
                throw new IllegalArgumentException("what is missing is a part of what was taken back");
            }
        }
    }

    /** @param now the present reversed part @param wantedMicros the wanted one */
    public record Wanted(Taken now, long wantedMicros) {}

    private final String accountId;
    private final Supplier<@Nullable Wanted> wanted;
    private final Consumer<Taken> done;
    private final String reason;
    private final RequestId requestId;
    private final Origin origin;
    private final boolean isOfSandbox;
    private final Instant at;

    /**
     * @param wanted evaluated when the change is applied; null if there is nothing to change
     * @param done receives the new reversed part when the change is applied
     * @param requestId a repeated id has no effect
     * @param origin names the payment
     * @param isOfSandbox whether the payment was free: its credits pay only for responses of the sandbox
     */
    public TakeBack(
            String accountId,
            Supplier<@Nullable Wanted> wanted,
            Consumer<Taken> done,
            String reason,
            RequestId requestId,
            Origin origin,
            boolean isOfSandbox,
            Instant at) {
        this.accountId = accountId;
        this.wanted = wanted;
        this.done = done;
        this.reason = reason;
        this.requestId = requestId;
        this.origin = origin;
        this.isOfSandbox = isOfSandbox;
        this.at = at;
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    Optional<Done> decideOver(Book book) throws SQLException {
        Wanted asked = wanted.get();
        AccountRow account = book.account(accountId);
        long more = asked == null ? 0 : asked.wantedMicros() - asked.now().micros();
        if (asked == null || more == 0 || account == null || book.journal().earlier(accountId, requestId) != null) {
            return Optional.empty();
        }
        Optional<Done> outcome =
                more > 0 ? take(book, account, asked.now(), more) : give(book, account, asked.now(), -more);
        outcome.ifPresent(it -> done.accept(it.after()));
        return outcome;
    }

    private Optional<Done> take(Book book, AccountRow account, Taken now, long micros) throws SQLException {
        book.grants().lapse(account, at);
        Balance before = account.funds.balance();
        long taken = book.grants().generalLeaves(account, micros, at);
        long missing = micros - taken;
        book.journal().enter(account, requested(micros), -taken, -missing, isOfSandbox ? -taken : 0, reason, at);
        boolean blocks = missing > 0 && !account.isBlocked();
        if (blocks) {
            account.setBlocked(true);
        }
        Taken after = new Taken(now.micros() + micros, now.missingMicros() + missing);
        return Optional.of(new Done(now, after, before, account.funds.balance(), blocks));
    }

    private Optional<Done> give(Book book, AccountRow account, Taken now, long micros) {
        Balance before = account.funds.balance();
        long found = Math.min(micros, now.missingMicros());
        long back = micros - found;
        if (back > Grant.PURCHASED_MICROS_MAX - account.funds.purchasedMicros()) {
            return Optional.empty();
        }
        book.journal().enter(account, requested(-micros), back, found, isOfSandbox ? back : 0, reason, at);
        Taken after = new Taken(now.micros() - micros, now.missingMicros() - found);
        return Optional.of(new Done(now, after, before, account.funds.balance(), false));
    }

    private Requested requested(long micros) {
        return new Requested(accountId, EntryKind.REVERSAL, null, micros, requestId, origin);
    }

    @Override
    @Nullable
    String blockedOrNot() {
        return outcome().filter(Done::blocked).isPresent() ? accountId : null;
    }
}
