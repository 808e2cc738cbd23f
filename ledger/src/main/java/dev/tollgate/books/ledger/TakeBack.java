package dev.tollgate.books.ledger;

import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantRow;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.grants.PaidBy.Share;
import dev.tollgate.books.ledger.BatchGrants.Refunded;
import dev.tollgate.books.ledger.Journal.Earlier;
import dev.tollgate.books.ledger.Journal.Requested;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sets the reversed part of a payment. If the payment has a grant of its own, what left that by expiry or end counts first: it returns in an entry, to go with
 * the rest. An increase then debits what is left in that grant, or what a decrease returned of it once it had ended, and the general credits, as far as that goes, never other
 * grants (Z21); a missing rest is the platform's loss, and blocks the account. A decrease lowers that loss first and then returns to where it was taken, the grant first, since the customer has
 * used the credits that could not be debited; what had expired expires again. Holds of running calls do not change, and no account is unblocked.
 * Nothing is done if the account would hold more than {@value Grant#PURCHASED_MICROS_MAX} micro-credits.
 *
 * <p>What running calls kept of the grant and leaves it later lowers the loss then (K22): before each change, and with an equal wanted part alone.
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
     * @param lapsedMicros the part that had left the payment's own grant before, by its expiry or end
     */
    public record Taken(long micros, long missingMicros, long lapsedMicros) {

        public static final Taken NOTHING = new Taken(0, 0);

        public Taken {
            if (missingMicros < 0 || lapsedMicros < 0 || missingMicros > micros - lapsedMicros) {
                throw new IllegalArgumentException("what is missing or had lapsed is a part of what was taken back");
            }
        }

        /** Makes the part of a payment without a grant of its own. */
        public Taken(long micros, long missingMicros) {
            this(micros, missingMicros, 0);
        }
    }

    /** @param now the present reversed part @param wantedMicros the wanted one @param ends whether the payment's own grant ends then, as all of its money is back */
    public record Wanted(Taken now, long wantedMicros, boolean ends) {

        public Wanted(Taken now, long wantedMicros) {
            this(now, wantedMicros, false);
        }
    }

    private final String accountId;
    private final Supplier<@Nullable Wanted> wanted;
    private final Consumer<Taken> done;
    private final String reason;
    private final RequestId requestId;
    private final Origin origin;
    private final boolean isOfSandbox;
    private final Instant at;
    private @Nullable RequestId payment;

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

    /**
     * Makes a change that only lowers the loss, by what running calls kept of the payment's own grant and has left it since.
     *
     * @param payment its id
     * @param credited the request that gave its credits
     * @param taken evaluated when the change is applied; null if there is no such payment
     */
    public static TakeBack late(
            String accountId,
            String payment,
            RequestId credited,
            Supplier<@Nullable Taken> taken,
            Consumer<Taken> done,
            Instant at) {
        Supplier<@Nullable Wanted> wanted = () -> {
            Taken now = taken.get();
            return now == null ? null : new Wanted(now, now.micros());
        };
        Origin origin = Origin.of(Origin.Kind.EARLY_REFUND, payment); // and reason, id: of the entry that made the loss
        RequestId id = new RequestId("late-" + payment);
        return new TakeBack(accountId, wanted, done, "", id, origin, false, at).of(credited);
    }

    /** Names the request that gave the payment's credits: those of its own grant go first. Before the change is offered. */
    public TakeBack of(RequestId its) {
        payment = its;
        return this;
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    Optional<Done> decideOver(Book book) throws SQLException {
        Wanted asked = wanted.get();
        AccountRow account = book.account(accountId);
        if (asked == null || account == null || book.journal().earlier(accountId, requestId) != null) {
            return Optional.empty();
        }
        long more = asked.wantedMicros() - asked.now().micros();
        if (more == 0 && asked.now().missingMicros() == 0) {
            return Optional.empty();
        }
        book.grants().lapse(account, at);
        Balance before = account.funds.balance();
        Long own = own(book);
        Taken now = found(book, account, asked.now(), own);
        boolean blocks = false;
        Taken after = now;
        if (more > 0) {
            after = take(book, account, now, more, own);
            if (asked.ends() && own != null) {
                end(book, account, own);
            }
            blocks = after.missingMicros() > now.missingMicros() && !account.isBlocked();
        } else if (more < 0) {
            after = give(book, account, now, -more, own);
        }
        if (blocks) {
            account.setBlocked(true);
        }
        if (after.equals(asked.now())) {
            return Optional.empty();
        }
        done.accept(after);
        return Optional.of(new Done(asked.now(), after, before, account.funds.balance(), blocks));
    }

    /** Returns how much has left the payment's own grant by expiry or end, and does not count as returned yet. */
    private long lapsedMicros(Book book, Taken now, @Nullable Long own) throws SQLException {
        return own == null ? 0 : Math.max(0, book.journal().leftMicros(accountId, own) - now.lapsedMicros());
    }

    /** Lowers the loss by what has left the payment's own grant since: it returns, and goes at once. */
    private Taken found(Book book, AccountRow account, Taken now, @Nullable Long own) throws SQLException {
        long found = now.missingMicros() == 0 ? 0 : Math.min(now.missingMicros(), lapsedMicros(book, now, own));
        if (own == null || found == 0) {
            return now;
        }
        RequestId id = new RequestId("late-" + (account.lastNumber() + 1));
        Journal.Reversed last = book.journal().lastReversal(accountId, Objects.requireNonNull(origin.id()));
        expired(book, account, found, own, id);
        Requested asked = new Requested(accountId, EntryKind.REVERSAL, null, found, id, last.origin());
        book.journal().enter(account, asked, -found, found, last.reason(), at);
        return new Taken(now.micros(), now.missingMicros() - found, now.lapsedMicros() + found);
    }

    /** Returns the number of the payment's own grant; null if it gave general credits. */
    private @Nullable Long own(Book book) throws SQLException {
        Earlier paid = payment == null ? null : book.journal().earlier(accountId, payment);
        return paid == null || paid.grants() == null
                ? null
                : PaidBy.of(paid.grants()).shares().getFirst().grant();
    }

    private Taken take(Book book, AccountRow account, Taken now, long micros, @Nullable Long own) throws SQLException {
        long lapsed = Math.min(micros, lapsedMicros(book, now, own));
        Share most = own == null ? null : ofGrants(book, account, own, micros - lapsed);
        long ofGrant = most == null ? 0 : book.grants().take(account, most.grant(), most.micros(), at);
        long ofGeneral = book.grants().generalLeaves(account, micros - lapsed - ofGrant, ofGrant, at);
        long missing = micros - lapsed - ofGrant - ofGeneral;
        if (lapsed > 0) {
            expired(book, account, lapsed, Objects.requireNonNull(own), requestId);
        }
        book.journal()
                .enter(
                        account,
                        requested(micros),
                        missing - micros,
                        -missing,
                        isOfSandbox ? -ofGeneral : 0,
                        reason,
                        at,
                        most == null || ofGrant == 0 ? null : most.grant() + ":" + ofGrant);
        return new Taken(now.micros() + micros, now.missingMicros() + missing, now.lapsedMicros() + lapsed);
    }

    /** Returns what goes out of a grant if no call runs: the payment's own, or the one that got its credits back after that had ended. Null: nothing. */
    private @Nullable Share ofGrants(Book book, AccountRow account, long own, long micros) throws SQLException {
        long atMillis = account.stamp(at).toEpochMilli();
        if (micros == 0) {
            return null;
        }
        for (GrantRow row : book.grants().of(account).rows()) {
            boolean isOwn = row.number == own;
            if ((isOwn || row.kind == Kind.REFUND) && row.isLive() && !row.hasExpired(atMillis)) {
                String its = Objects.requireNonNull(origin.id());
                long most = isOwn ? micros : book.journal().returnedMicros(accountId, its, row.number);
                if (most > 0) {
                    return new Share(row.number, Math.min(micros, most));
                }
            }
        }
        return null;
    }

    /** Ends the payment's own grant. Running calls keep what they need of it, as at its expiry. */
    private void end(Book book, AccountRow account, long own) throws SQLException {
        GrantRow grant = book.grants().of(account).find(own);
        if (grant != null && !grant.hasExpired(account.stamp(at).toEpochMilli())) {
            book.grants().end(account, grant, reason, Origin.GRANT_END, null, at);
        }
    }

    /** Returns what has expired to the balance before the money goes, or lets it expire again once the money has come. */
    private void expired(Book book, AccountRow account, long micros, long own, RequestId by) {
        RequestId id = new RequestId("return-" + by.text());
        Requested asked = new Requested(accountId, EntryKind.ADJUSTMENT, null, micros, id, Origin.EXPIRY);
        String why = "Grant " + own + " had expired or ended";
        book.journal().enter(account, asked, micros, 0, why, at);
    }

    /** Returns what is taken back then: as before if the account has no room. */
    private Taken give(Book book, AccountRow account, Taken now, long micros, @Nullable Long own) throws SQLException {
        long found = Math.min(micros, now.missingMicros());
        long back = micros - found;
        if (back > Grant.PURCHASED_MICROS_MAX - account.funds.purchasedMicros()) {
            return now;
        }
        long ofGrant = own == null
                ? 0
                : Math.min(back, book.journal().takenOfGrantsMicros(accountId, Objects.requireNonNull(origin.id())));
        long lapsed = Math.max(0, back - (now.micros() - now.missingMicros() - now.lapsedMicros()));
        long sandbox = isOfSandbox ? back - ofGrant - lapsed : 0;
        if (own == null || ofGrant == 0) {
            book.journal().enter(account, requested(-micros), back, found, sandbox, reason, at);
        } else {
            PaidBy paid = new PaidBy(List.of(new Share(own, ofGrant)));
            Refunded refunded = book.grants().refund(account, paid, 0, ofGrant, account.stamp(at));
            if (refunded == null) {
                return now;
            }
            book.grants().give(account, refunded, requested(-micros), back, found, sandbox, reason, at);
        }
        if (lapsed > 0) {
            expired(book, account, -lapsed, Objects.requireNonNull(own), requestId);
        }
        return new Taken(now.micros() - micros, now.missingMicros() - found, now.lapsedMicros() - lapsed);
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
