package dev.tollgate.operator.admin.accounts;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.ids.Drawn;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.grants.GrantsNow;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Correction;
import dev.tollgate.books.ledger.Correction.Adjustment;
import dev.tollgate.books.ledger.Correction.Reversal;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.LedgerChange;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.Refund;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.ledger.Reservation;
import dev.tollgate.books.ledger.SetAccountSpend;
import dev.tollgate.books.ledger.SetBlocked;
import dev.tollgate.books.rollups.Rollups.CountRefund;
import dev.tollgate.customers.people.Sessions;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.prices.SoldIds;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.storage.Change;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The actions of an operator on accounts and their money, each in one commit with its row of the audit log. Amounts are micro-credits.
 * Every change is durable when its method returns. Thread-safe; blocks.
 */
public final class OperatorAccounts {

    private final Ledger ledger;
    private final Keys keys;
    private final SoldIds sold;
    private final AuditedWriter writer;
    private final RandomGenerator random;

    public OperatorAccounts(Ledger ledger, Keys keys, SoldIds sold, AuditedWriter writer, RandomGenerator random) {
        this.ledger = ledger;
        this.keys = keys;
        this.sold = sold;
        this.writer = writer;
        this.random = random;
    }

    /** @throws ApiException if there is no such account */
    public Account account(String id) {
        return ledger.account(id)
                .orElseThrow(() -> LedgerChange.noSuchAccount(id).asException());
    }

    /**
     * Accounts in the order of their ids.
     *
     * @param after the last id of the page before; null for the first
     */
    public List<Account> accounts(@Nullable String after, int limit) {
        return ledger.accounts(after, limit);
    }

    /** Makes an account once for each request id. @param creditsMicros its first credits, 0 or more */
    public Account createAccount(By by, String name, long creditsMicros) {
        Instant now = writer.now();
        CreateAccount account = AuditedWriter.step(() -> new CreateAccount(OwnIds.account(chance(by)), name, now));
        if (creditsMicros > Grant.PURCHASED_MICROS_MAX) {
            throw LedgerChange.tooMuch().asException(); // or the account would be made without them
        }
        Grant grant = creditsMicros == 0
                ? null
                : Grant.onCondition(
                        account.id(),
                        creditsMicros,
                        "credits at creation",
                        Origin.CREATION,
                        account::outcome,
                        new RequestId("creation"),
                        now);
        writer.commit(
                by,
                AccountRoutes.CREATE.name(),
                account.id(),
                () -> (grant == null ? account.outcome() : grant.moved() != null) ? created(name, creditsMicros) : null,
                grant == null ? new Change[] {account} : new Change[] {account, grant});
        return account(account.id());
    }

    /** Returns the same ids for a request that comes twice. */
    private RandomGenerator chance(By by) {
        String once = by.once();
        return once == null ? random : new Drawn(once);
    }

    private static Deed.Changed created(String name, long creditsMicros) {
        return new Deed.Changed(
                null,
                new AdminJson()
                        .text("name", name)
                        .credits("balance", creditsMicros)
                        .end());
    }

    /** An account that got credits. @param grant the number of its new grant; null if the credits are general, or were given before */
    public record Granted(Account account, @Nullable Long grant) {}

    /** Gives credits, which count as purchased. Needs a reason. @param creditsMicros above 0 @param terms general, or of a grant */
    public Granted grant(By by, String accountId, long creditsMicros, GrantTerms terms) {
        sold.require(terms.models().all());
        Grant grant = new Grant(accountId, creditsMicros, by.needReason(), by.requestId(), writer.now()).under(terms);
        writer.commit(
                by,
                AccountRoutes.GRANT.name(),
                accountId,
                () -> granted(grant.moved(), grant.grantNumber(), terms),
                grant);
        grant.outcome().orThrow();
        return new Granted(account(accountId), grant.grantNumber());
    }

    private static Deed.@Nullable Changed granted(
            LedgerChange.@Nullable Moved moved, @Nullable Long number, GrantTerms terms) {
        if (moved == null || number == null) {
            return changed(moved);
        }
        return new Deed.Changed(
                new AdminJson().balance(moved.before()).end(),
                GrantFields.add(new AdminJson().balance(moved.balance()), number, terms)
                        .end());
    }

    /** Moves the expiry of a grant later. Needs a reason. @throws ApiException a 409 for a grant that has expired or ended, and for an earlier time */
    CreditGrant extendGrant(By by, String accountId, long number, Instant expiresAt) {
        by.needReason();
        GrantFields.requireFuture(expiresAt, writer.now());
        Grant.MoveExpiry move = new Grant.MoveExpiry(accountId, number, expiresAt, writer.now());
        writer.commit(
                by,
                AccountRoutes.EXTEND_GRANT.name(),
                accountId,
                () -> move.outcome() instanceof Outcome.Done<Grant.MoveExpiry.Expiry>(Grant.MoveExpiry.Expiry moved)
                        ? new Deed.Changed(expiry(number, moved.before()), expiry(number, moved.after()))
                        : null,
                move);
        move.outcome().orThrow();
        return grant(accountId, number);
    }

    private static String expiry(long number, Instant at) {
        return new AdminJson().number("grant", number).time("expires_at", at).end();
    }

    /** Ends a grant. Needs a reason, which the customer sees. @throws ApiException a 409 for a grant that has ended */
    CreditGrant endGrant(By by, String accountId, long number) {
        Grant.End end = new Grant.End(accountId, number, by.needReason(), by.requestId(), writer.now());
        writer.commit(by, AccountRoutes.END_GRANT.name(), accountId, () -> ended(number, end.moved()), end);
        end.outcome().orThrow();
        return grant(accountId, number);
    }

    private static Deed.@Nullable Changed ended(long number, LedgerChange.@Nullable Moved moved) {
        return moved == null
                ? null
                : new Deed.Changed(
                        new AdminJson()
                                .number("grant", number)
                                .balance(moved.before())
                                .end(),
                        new AdminJson()
                                .number("grant", number)
                                .balance(moved.balance())
                                .end());
    }

    private CreditGrant grant(String accountId, long number) {
        return ledger.grant(accountId, number)
                .orElseThrow(() -> Grant.noSuchGrant(number).asException());
    }

    /** Returns an account's general credits, and its grants with something left in the order of payment. */
    public GrantsNow grants(String accountId) {
        return ledger.grants(accountId, writer.now());
    }

    /** Returns an account's grants, the newest first. @param before the number after the first of them */
    public List<CreditGrant> grants(String accountId, long before, int limit) {
        return ledger.grants(accountId, before, limit);
    }

    Instant now() {
        return writer.now();
    }

    /** Corrects what an account was given, never below what it can spend. Needs a reason. @param creditsMicros not 0 */
    public Account adjust(By by, String accountId, long creditsMicros) {
        Adjustment adjustment = new Adjustment(accountId, creditsMicros, by.needReason(), by.requestId(), writer.now());
        correct(by, AccountRoutes.ADJUST.name(), accountId, adjustment, adjustment);
        return account(accountId);
    }

    /** Takes a payment back; what the balance lacks of it is the platform's, and blocks the account. Needs a reason. */
    public Account reverse(By by, String accountId, long creditsMicros) {
        Reversal reversal = new Reversal(accountId, creditsMicros, by.needReason(), by.requestId(), writer.now());
        correct(by, AccountRoutes.REVERSE.action(), accountId, reversal, reversal);
        return account(accountId);
    }

    /**
     * Gives back what a call was charged, whole or in part. Needs a reason, which the customer sees.
     *
     * @param creditsMicros above 0; with what was given back before at most the charge
     * @return the call's account afterwards
     */
    public Account refund(By by, String taskId, long creditsMicros) {
        Reservation call = ledger.reservation(taskId)
                .orElseThrow(() -> Refund.noSuchCall(taskId).asException());
        Refund refund =
                new Refund(call.accountId(), taskId, creditsMicros, by.needReason(), by.requestId(), writer.now());
        correct(by, AccountRoutes.REFUND.name(), taskId, refund, refund, new CountRefund(refund));
        return account(call.accountId());
    }

    /** @param changes with the correction itself, which is the first of them */
    private void correct(By by, String action, String subject, Correction correction, Change... changes) {
        writer.commit(by, action, subject, () -> changed(correction.moved()), changes);
        correction.outcome().orThrow();
    }

    private static Deed.@Nullable Changed changed(LedgerChange.@Nullable Moved moved) {
        return moved == null
                ? null
                : new Deed.Changed(
                        new AdminJson().balance(moved.before()).end(),
                        new AdminJson().balance(moved.balance()).end());
    }

    /**
     * Blocks an account or unblocks it; the keys of a blocked one answer 401, its people are signed out, and calls that run end when they have
     * to hold more (D54). Needs a reason. Blocking twice is no error.
     */
    public Account block(By by, String accountId, boolean blocked) {
        by.needReason();
        SetBlocked set = new SetBlocked(accountId, blocked);
        // Also when it is unblocked: a session from before, or from the moment of the ban, does not come to life again.
        Change sessions = Sessions.ending(
                accountId,
                () -> set.outcome() instanceof Outcome.Done<Boolean>(Boolean wasBlocked) && (blocked || wasBlocked));
        writer.commit(
                by,
                blocked ? AccountRoutes.BLOCK.name() : AccountRoutes.UNBLOCK.action(),
                accountId,
                () -> set.outcome() instanceof Outcome.Done<Boolean>(Boolean wasBlocked)
                        ? new Deed.Changed(blocked(wasBlocked), blocked(blocked))
                        : null,
                set,
                sessions);
        set.outcome().orThrow();
        return account(accountId);
    }

    private static String blocked(boolean blocked) {
        return new AdminJson().flag("blocked", blocked).end();
    }

    /** Returns what all keys of an account together may use. */
    public AccountLimits limits(String accountId) {
        account(accountId);
        return new AccountLimits(keys.accountRates(accountId), ledger.limits(accountId));
    }

    /**
     * Changes the limits in one commit, on every server, for calls from then on. Needs a reason.
     *
     * @param ofRates must not fail, nor {@code ofSpend}: they run on the writer's thread
     */
    AccountLimits setLimits(
            By by, String accountId, UnaryOperator<CallLimits> ofRates, UnaryOperator<SpendLimits> ofSpend) {
        by.needReason();
        KeyChange<Optional<KeyChange.Values<CallLimits>>> rates = KeyChange.accountRates(accountId, ofRates);
        SetAccountSpend spend = new SetAccountSpend(accountId, ofSpend);
        writer.commit(
                by,
                AccountRoutes.LIMITS.name(),
                accountId,
                () -> rates.outcome()
                        .map(set -> new Deed.Changed(
                                new AccountLimits(set.before(), spend.before())
                                        .json()
                                        .end(),
                                new AccountLimits(set.after(), spend.after())
                                        .json()
                                        .end()))
                        .orElse(null),
                rates,
                spend);
        return rates.outcome()
                .map(set -> new AccountLimits(set.after(), spend.after()))
                .orElseThrow(() -> goneOrNever(accountId));
    }

    /** Returns the ids that terms may name. */
    public SoldIds sold() {
        return sold;
    }

    /** @throws ApiException if the account is deleted: no one could spend its credits */
    public void requireNotDeleted(String id) {
        if (account(id).deletedAt() != null) {
            throw LedgerChange.deleted().asException();
        }
    }

    /** Returns why there is no such account to change. */
    ApiException goneOrNever(String id) {
        requireNotDeleted(id);
        return LedgerChange.noSuchAccount(id).asException();
    }

    /** The limits that all keys of an account share: rates and spend. */
    public record AccountLimits(CallLimits rates, SpendLimits spend) {

        AdminJson json() {
            return new AdminJson()
                    .number("requests", rates.requests())
                    .number("tokens", rates.tokens())
                    .number("concurrency", rates.concurrency())
                    .object(
                            "spend",
                            new AdminJson()
                                    .credits("hour", spend.hourMicros())
                                    .credits("day", spend.dayMicros())
                                    .credits("total", spend.totalMicros()));
        }
    }

    /** The standing of an account: the words of the console and of commands. */
    public enum Standing {
        DELETED("deleted", sentence("deleted")),
        BLOCKED("blocked", sentence("banned")),
        ACTIVE("active", sentence("active"));

        private final String word;
        private final Sentence pageWord;

        Standing(String word, Sentence pageWord) {
            this.word = word;
            this.pageWord = pageWord;
        }

        /** Returns the standing of an account that is known by its answer of the API. */
        public static Standing of(boolean isDeleted, boolean isBlocked) {
            return isDeleted ? DELETED : isBlocked ? BLOCKED : ACTIVE;
        }

        /** Returns the word of the API's fields and of commands. */
        public String word() {
            return word;
        }

        /** Returns the word of the console, whose button bans an account. */
        public Sentence pageWord() {
            return pageWord;
        }
    }
}
