package dev.tollgate.operator.admin;

import dev.tollgate.base.ids.Drawn;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Adjustment;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.Correction;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Refund;
import dev.tollgate.books.ledger.Reservation;
import dev.tollgate.books.ledger.Reversal;
import dev.tollgate.books.ledger.SetBlocked;
import dev.tollgate.books.rollups.CountRefund;
import dev.tollgate.customers.people.Sessions;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What an operator does with accounts and their money, each deed in one commit with its row of the audit log. Amounts are micro-credits.
 * Every change is durable when its method returns. Thread-safe; blocks.
 */
public final class Deeds {

    private final Ledger ledger;
    private final Writer writer;
    private final InstantSource clock;
    private final RandomGenerator random;

    public Deeds(Ledger ledger, Writer writer, InstantSource clock, RandomGenerator random) {
        this.ledger = ledger;
        this.writer = writer;
        this.clock = clock;
        this.random = random;
    }

    /** @throws Refused where there is none, or the books cannot be read */
    public AdminViews.Account account(String id) throws Refused {
        return shown(found(id));
    }

    /** Once for each request id. @param creditsMicros what it begins with, 0 or more */
    public AdminViews.Account createAccount(By by, String name, long creditsMicros) throws Refused {
        Instant now = clock.instant();
        CreateAccount account = checked(() -> new CreateAccount(OwnIds.account(chance(by)), name, now));
        if (creditsMicros == 0) {
            Deed deed =
                    deed(by, "account.create", account.id(), now, () -> account.created() ? created(name, 0) : null);
            commit(account, deed);
            return account(account.id());
        }
        Grant grant =
                checked(() -> new Grant(account.id(), creditsMicros, "credits at creation", account::created, now));
        Deed deed = deed(
                by,
                "account.create",
                account.id(),
                now,
                () -> grant.outcome() instanceof Grant.Granted ? created(name, creditsMicros) : null);
        // One unit: an account whose first credits are refused shall not be made, so that is found out before.
        if (creditsMicros > Grant.PURCHASED_MICROS_MAX) {
            throw tooMuch();
        }
        commit(account, grant, deed);
        return account(account.id());
    }

    /** Whoever asks twice under one id gets one account. */
    private RandomGenerator chance(By by) {
        return by.requestId() == null
                ? random
                : new Drawn(by.actor().who() + " " + by.requestId().text());
    }

    private static Deed.Changed created(String name, long creditsMicros) {
        return new Deed.Changed(
                null,
                new DeedJson()
                        .text("name", name)
                        .credits("balance", creditsMicros)
                        .end());
    }

    /** Gives credits, which count as purchased. Needs a reason. @param creditsMicros above 0 */
    public AdminViews.Account grant(By by, String accountId, long creditsMicros) throws Refused {
        Instant now = clock.instant();
        Grant grant = checked(() -> new Grant(accountId, creditsMicros, by.needReason(), by.requestId(), now));
        commit(grant, deed(by, "account.grant", accountId, now, () -> granted(grant, creditsMicros)));
        switch (grant.outcome()) {
            case Grant.Granted _, Grant.GrantedBefore _, Grant.NotWanted _ -> {}
            case Grant.NoSuchAccount _ -> throw noSuchAccount(accountId);
            case Grant.Deleted _ -> throw deleted();
            case Grant.TooMuch _ -> throw tooMuch();
            case Grant.IdTaken _ -> throw idTaken(by);
        }
        return account(accountId);
    }

    private static Deed.@Nullable Changed granted(Grant grant, long micros) {
        if (!(grant.outcome() instanceof Grant.Granted granted)) {
            return null;
        }
        Balance after = granted.balance();
        Balance before = new Balance(
                after.balanceMicros() - micros,
                after.reservedMicros(),
                after.purchasedMicros() - micros,
                after.consumedMicros());
        return changed(before, after);
    }

    /** Corrects what an account was given, never below what it can spend. Needs a reason. @param creditsMicros not 0 */
    public AdminViews.Account adjust(By by, String accountId, long creditsMicros) throws Refused {
        Instant now = clock.instant();
        Adjustment adjustment =
                checked(() -> new Adjustment(accountId, creditsMicros, by.needReason(), by.requestId(), now));
        correct(by, "account.adjust", accountId, adjustment);
        return account(accountId);
    }

    /** Takes a payment back; what the balance lacks of it is the platform's, and blocks the account. Needs a reason. */
    public AdminViews.Account reverse(By by, String accountId, long creditsMicros) throws Refused {
        Instant now = clock.instant();
        Reversal reversal = checked(() -> new Reversal(accountId, creditsMicros, by.needReason(), by.requestId(), now));
        correct(by, "account.reverse", accountId, reversal);
        return account(accountId);
    }

    /**
     * Gives back what a call was charged, whole or in part. Needs a reason, which the customer sees.
     *
     * @param creditsMicros above 0; with what was given back before at most the charge
     * @return the call's account afterwards
     */
    public AdminViews.Account refund(By by, String taskId, long creditsMicros) throws Refused {
        Instant now = clock.instant();
        Reservation call = reading(() -> ledger.reservation(taskId).orElse(null));
        if (call == null) {
            throw noSuchTask(taskId);
        }
        Refund refund = checked(
                () -> new Refund(call.accountId(), taskId, creditsMicros, by.needReason(), by.requestId(), now));
        correct(by, "task.refund", taskId, refund);
        return account(call.accountId());
    }

    private void correct(By by, String action, String subject, Correction correction) throws Refused {
        Deed deed = deed(by, action, subject, correction.at(), () -> corrected(correction));
        if (correction instanceof Refund refund) {
            commit(refund, new CountRefund(refund), deed);
        } else {
            commit(correction, deed);
        }
        switch (correction.outcome()) {
            case Correction.Corrected _, Correction.DoneBefore _ -> {}
            case Correction.NoSuchAccount _ -> throw noSuchAccount(correction.accountId());
            case Correction.Deleted _ -> throw deleted();
            case Correction.NoSuchCall _ -> throw noSuchTask(subject);
            case Correction.IdTaken _ -> throw idTaken(by);
            case Correction.TooMuch _ -> throw tooMuch();
            case Correction.StillRuns _ ->
                throw new Refused(Refused.Why.CONFLICT, "The call still runs: it has no charge yet.");
            case Correction.BelowZero below ->
                throw new Refused(
                        Refused.Why.CONFLICT,
                        "The account can spend " + Credits.text(below.balanceMicros())
                                + " credits; no more can be taken away.");
            case Correction.BeyondCharge beyond ->
                throw new Refused(
                        Refused.Why.CONFLICT,
                        "The call was charged " + Credits.text(beyond.chargedMicros()) + " credits, of which "
                                + Credits.text(beyond.refundedMicros()) + " were given back before.");
        }
    }

    private static Deed.@Nullable Changed corrected(Correction correction) {
        return correction.outcome() instanceof Correction.Corrected done
                ? changed(done.before(), done.balance())
                : null;
    }

    private static Deed.Changed changed(Balance before, Balance after) {
        return new Deed.Changed(
                new DeedJson().balance(before).end(),
                new DeedJson().balance(after).end());
    }

    /**
     * Blocks an account or lets it in again; its keys answer 401 from then on, its people are signed out, what runs ends when it has to hold
     * more (D54). Needs a reason. Blocking twice is no error.
     */
    public AdminViews.Account block(By by, String accountId, boolean blocked) throws Refused {
        SetBlocked set = new SetBlocked(accountId, blocked);
        checked(by::needReason);
        String action = blocked ? "account.block" : "account.unblock";
        // Also when it is let in: what was begun before, or at the moment of the ban, does not come to life again.
        Change sessions = Sessions.ending(
                accountId, () -> set.outcome() == SetBlocked.Outcome.DONE && (blocked || set.wasBlocked()));
        commit(set, sessions, deed(by, action, accountId, clock.instant(), () -> blocked(set, blocked)));
        if (set.outcome() == SetBlocked.Outcome.NO_SUCH_ACCOUNT) {
            throw noSuchAccount(accountId);
        }
        if (set.outcome() == SetBlocked.Outcome.DELETED) {
            throw deleted();
        }
        return account(accountId);
    }

    private static Deed.@Nullable Changed blocked(SetBlocked set, boolean blocked) {
        if (set.outcome() != SetBlocked.Outcome.DONE) {
            return null;
        }
        return new Deed.Changed(
                new DeedJson().flag("blocked", set.wasBlocked()).end(),
                new DeedJson().flag("blocked", blocked).end());
    }

    static AdminViews.Account shown(Account account) {
        Balance balance = account.balance();
        return new AdminViews.Account(
                account.id(),
                account.name(),
                account.blocked(),
                balance.balanceMicros(),
                balance.reservedMicros(),
                balance.purchasedMicros(),
                balance.consumedMicros(),
                account.sandboxMicros(),
                account.createdAt(),
                account.deletedAt());
    }

    /** What is given to one that was deleted nobody could spend. */
    void requireNotDeleted(String id) throws Refused {
        if (found(id).deletedAt() != null) {
            throw deleted();
        }
    }

    /** Why there is no such account to change. */
    Refused goneOrNever(String id) throws Refused {
        requireNotDeleted(id);
        return noSuchAccount(id);
    }

    private static Refused deleted() {
        return new Refused(Refused.Why.CONFLICT, "This account was deleted: it stays as it is.");
    }

    private Account found(String id) throws Refused {
        Account account = reading(() -> ledger.account(id).orElse(null));
        if (account == null) {
            throw noSuchAccount(id);
        }
        return account;
    }

    private static Deed deed(
            By by, String action, String subject, Instant at, Supplier<Deed.@Nullable Changed> changed) {
        return new Deed(by.actor(), action, subject, by.reason(), at, changed);
    }

    private void commit(Change... changes) throws Refused {
        try {
            writer.commitAndWait(Unit.of(changes));
        } catch (StoreException e) {
            throw new Refused(Objects.requireNonNullElse(e.getMessage(), "The books cannot be written."));
        }
    }

    private interface Step<T> {
        T run();
    }

    /** What an operator got wrong is told in a sentence. */
    private static <T> T checked(Step<T> step) throws Refused {
        try {
            return step.run();
        } catch (IllegalArgumentException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    private static <T extends @Nullable Object> T reading(Step<T> step) throws Refused {
        try {
            return step.run();
        } catch (StoreException e) {
            throw new Refused(Objects.requireNonNullElse(e.getMessage(), "The books cannot be read."));
        }
    }

    static Refused noSuchAccount(String id) {
        return new Refused(Refused.Why.NOT_FOUND, "There is no account " + id + ".");
    }

    private static Refused noSuchTask(String id) {
        return new Refused(Refused.Why.NOT_FOUND, "There is no call " + id + ".");
    }

    private static Refused tooMuch() {
        return new Refused(Refused.Why.CONFLICT, "An account cannot hold that many credits.");
    }

    private static Refused idTaken(By by) {
        String id = by.requestId() == null ? "" : by.requestId().text();
        return new Refused(Refused.Why.CONFLICT, "The id " + id + " was used for something else of this account.");
    }
}
