package dev.tollgate.books.ledger;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.grants.AccountGrants;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantRow;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.ledger.Journal.Earlier;
import dev.tollgate.books.ledger.Journal.Requested;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Adds credits to an account: a top-up, which counts as purchased even if it is a gift (decision D40). A deleted account, which cannot spend
 * them, receives only paid credits: the money has come, so the books have to show it.
 */
public final class Grant extends LedgerChange<Outcome<LedgerChange.Moved>> {

    /** The most micro-credits of an account: far below the end of a {@code long}, and more than any customer will buy. */
    public static final long PURCHASED_MICROS_MAX = 1_000_000_000_000_000L;

    static final int REASON_CHARS_MAX = 500;

    private static final Sentence CONDITION = sentence("The condition of the grant does not hold.");

    private final String accountId;
    private final long micros;
    private final String reason;
    private final BooleanSupplier condition;
    private final Origin origin;
    private final @Nullable RequestId requestId;
    private final boolean isPaid;
    private final boolean isOfSandbox;
    private final Instant at;
    private @Nullable GrantTerms terms;
    private @Nullable Long grantNumber;

    /** Makes a gift of an operator. @param micros above zero */
    public Grant(String accountId, long micros, String reason, Instant at) {
        this(accountId, micros, reason, Origin.GIFT, () -> true, null, false, false, at);
    }

    /** Makes a gift of an operator. @param requestId a repeated id has no effect */
    public Grant(String accountId, long micros, String reason, @Nullable RequestId requestId, Instant at) {
        this(accountId, micros, reason, Origin.GIFT, () -> true, requestId, false, false, at);
    }

    /** Makes a grant with a request id and a condition, which is evaluated when the grant is applied. */
    public static Grant onCondition(
            String accountId,
            long micros,
            String reason,
            Origin origin,
            BooleanSupplier condition,
            RequestId requestId,
            Instant at) {
        return new Grant(accountId, micros, reason, origin, condition, requestId, false, false, at);
    }

    /** Makes a grant of paid credits, which a deleted account receives, too. */
    public static Grant paid(
            String accountId,
            long micros,
            String reason,
            Origin origin,
            BooleanSupplier condition,
            RequestId requestId,
            Instant at) {
        return new Grant(accountId, micros, reason, origin, condition, requestId, true, false, at);
    }

    /** Makes a grant of free credits, which pay only for responses of the sandbox. @param requestId null to grant at every request */
    public static Grant ofSandbox(
            String accountId,
            long micros,
            String reason,
            Origin origin,
            BooleanSupplier condition,
            @Nullable RequestId requestId,
            Instant at) {
        return new Grant(accountId, micros, reason, origin, condition, requestId, false, true, at);
    }

    private Grant(
            String accountId,
            long micros,
            String reason,
            Origin origin,
            BooleanSupplier condition,
            @Nullable RequestId requestId,
            boolean isPaid,
            boolean isOfSandbox,
            Instant at) {
        if (micros <= 0) {
            throw new IllegalArgumentException("a grant is above zero");
        }
        checkReason(reason);
        this.accountId = accountId;
        this.micros = micros;
        this.reason = reason;
        this.origin = origin;
        this.condition = condition;
        this.requestId = requestId;
        this.isPaid = isPaid;
        this.isOfSandbox = isOfSandbox;
        this.at = at;
    }

    /** Gives the credits under terms: they expire, or pay only for some models (Z10). Before the change is offered. */
    public Grant under(GrantTerms given) {
        terms = given.areGeneral() ? null : given;
        return this;
    }

    /** Returns the number of the grant that this change made, or an earlier one under its id; null if it gave general credits, or nothing. Once applied. */
    public @Nullable Long grantNumber() {
        return grantNumber;
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    Outcome<Moved> decideOver(Book book) throws SQLException {
        grantNumber = null;
        AccountRow account = book.account(accountId);
        if (!condition.getAsBoolean()) {
            return Outcome.refused(409, CONDITION);
        }
        if (account == null) {
            return new Outcome.Refused<>(noSuchAccount(accountId));
        }
        Requested asked = new Requested(accountId, EntryKind.TOP_UP, null, micros, requestId, origin);
        Outcome<Moved> repeated = repeated(book, accountId, account, requestId, earlier -> {
            boolean isSame =
                    earlier.requested().equals(asked) && book.grants().wereGivenUnder(account, earlier.grants(), terms);
            grantNumber = isSame ? numberIn(earlier.grants()) : null;
            return isSame;
        });
        if (repeated != null) {
            return repeated;
        }
        if (account.isDeleted() && !isPaid) {
            return new Outcome.Refused<>(deleted());
        }
        if (micros > PURCHASED_MICROS_MAX - account.funds.purchasedMicros()) {
            return new Outcome.Refused<>(tooMuch());
        }
        book.grants().lapse(account, at);
        ApiError refusal = terms == null ? null : refusal(book, account, terms);
        if (refusal != null) {
            return new Outcome.Refused<>(refusal);
        }
        Balance before = account.funds.balance();
        enter(book, account, asked);
        return new Outcome.Done<>(new Moved(micros, 0, before, account.funds.balance(), false));
    }

    private @Nullable ApiError refusal(Book book, AccountRow account, GrantTerms given) throws SQLException {
        Instant expiresAt = given.expiresAt();
        if (expiresAt != null && !expiresAt.isAfter(account.stamp(at))) {
            return refusal(409, sentence("The grant would expire at {time}, which has passed.", expiresAt));
        }
        int most = BatchGrants.most(given);
        if (book.grants().of(account).filled() < most) {
            return null;
        }
        return refusal(
                409,
                given.kind() == Kind.VOUCHER // which a customer redeems, who ends none
                        ? sentence(
                                "The account has {most} grants with credits left, which is the most. Wait until one of them is used up or expires.",
                                most)
                        : sentence(
                                "The account has {most} grants with credits left, which is the most. End one of them, or wait until one is used up or expires.",
                                most));
    }

    private void enter(Book book, AccountRow account, Requested asked) throws SQLException {
        if (terms == null) {
            book.journal().enter(account, asked, micros, 0, isOfSandbox ? micros : 0, reason, at);
        } else {
            Instant stamp = account.stamp(at);
            GrantRow row = book.grants().add(account, terms, micros, isOfSandbox, account.lastNumber() + 1, stamp);
            book.journal().enter(account, asked, micros, 0, reason, stamp, row.number + ":" + micros);
            account.addGranted(micros);
            grantNumber = row.number;
        }
    }

    /** Returns the one grant that an entry has moved credits into, or out of; null for general credits. */
    private static @Nullable Long numberIn(@Nullable String grants) {
        return grants == null ? null : PaidBy.of(grants).shares().getFirst().grant();
    }

    public static ApiError noSuchGrant(long number) {
        return refusal(404, sentence("The account has no grant {number}.", Long.toString(number)));
    }

    private static ApiError hasEnded(long number) {
        return refusal(409, sentence("Grant {number} has ended.", Long.toString(number)));
    }

    /** A change of one live grant by an operator (Z23). */
    private static @Nullable ApiError refusal(Book book, @Nullable AccountRow account, String accountId, long number)
            throws SQLException {
        if (account == null) {
            return noSuchAccount(accountId);
        }
        if (account.isDeleted()) {
            return deleted();
        }
        if (number < 1 || number > account.lastGrant()) {
            return noSuchGrant(number);
        }
        return book.grants().of(account).find(number) == null ? hasEnded(number) : null;
    }

    /** Moves the expiry of a grant later, before it has passed. An equal expiry changes nothing. */
    public static final class MoveExpiry extends LedgerChange<Outcome<MoveExpiry.Expiry>> {

        public record Expiry(Instant before, Instant after) {}

        private final String accountId;
        private final long number;
        private final Instant expiresAt;
        private final Instant at;

        public MoveExpiry(String accountId, long number, Instant expiresAt, Instant at) {
            this.accountId = accountId;
            this.number = number;
            this.expiresAt = expiresAt;
            this.at = at;
        }

        @Override
        void need(Book book) {
            book.needAccount(accountId);
        }

        @Override
        Outcome<Expiry> decideOver(Book book) throws SQLException {
            AccountRow account = book.account(accountId);
            ApiError refusal = Grant.refusal(book, account, accountId, number);
            if (refusal != null || account == null) {
                return new Outcome.Refused<>(Objects.requireNonNull(refusal));
            }
            AccountGrants grants = book.grants().of(account);
            GrantRow grant = Objects.requireNonNull(grants.find(number));
            if (grant.kind == Kind.PLAN) {
                return Outcome.refused(
                        409,
                        sentence("Grant {number} is of a plan, and expires with its period.", Long.toString(number)));
            }
            if (grant.expiresAtMillis() == Long.MAX_VALUE) {
                return Outcome.refused(409, sentence("Grant {number} never expires.", Long.toString(number)));
            }
            Instant before = Instant.ofEpochMilli(grant.expiresAtMillis());
            if (grant.hasExpired(account.stamp(at).toEpochMilli())) {
                return Outcome.refused(
                        409, sentence("Grant {number} has expired at {time}.", Long.toString(number), before));
            }
            if (expiresAt.isBefore(before)) {
                return Outcome.refused(
                        409,
                        sentence(
                                "Grant {number} expires at {time}, and only a later time can be set.",
                                Long.toString(number),
                                before));
            }
            if (expiresAt.isAfter(before)) {
                grant.expireAt(expiresAt.toEpochMilli());
                grants.moved();
            }
            return new Outcome.Done<>(new Expiry(before, Instant.ofEpochMilli(grant.expiresAtMillis())));
        }
    }

    /**
     * Ends a grant: what running calls do not need leaves the account in an entry; the rest follows when they end (Z23). A repeated request under one id
     * has no effect.
     */
    public static final class End extends LedgerChange<Outcome<LedgerChange.Moved>> {

        private final String accountId;
        private final long number;
        private final String reason;
        private final Origin origin;
        private final BooleanSupplier condition;
        private final @Nullable RequestId requestId;
        private final Instant at;

        /** @param reason 1 to {@value Grant#REASON_CHARS_MAX} characters; the customer sees it */
        public End(String accountId, long number, String reason, @Nullable RequestId requestId, Instant at) {
            this(accountId, number, reason, Origin.GRANT_END, () -> true, requestId, at);
        }

        /** @param condition evaluated when the end is applied */
        public End(
                String accountId,
                long number,
                String reason,
                Origin origin,
                BooleanSupplier condition,
                @Nullable RequestId requestId,
                Instant at) {
            checkReason(reason);
            this.accountId = accountId;
            this.number = number;
            this.reason = reason;
            this.origin = origin;
            this.condition = condition;
            this.requestId = requestId;
            this.at = at;
        }

        @Override
        void need(Book book) {
            book.needAccount(accountId);
        }

        @Override
        Outcome<Moved> decideOver(Book book) throws SQLException {
            AccountRow account = book.account(accountId);
            if (!condition.getAsBoolean()) {
                return Outcome.refused(409, CONDITION);
            }
            if (account != null) {
                Outcome<Moved> repeated = repeated(book, accountId, account, requestId, this::isThis);
                if (repeated != null) {
                    return repeated;
                }
                book.grants().lapse(account, at);
            }
            ApiError refusal = Grant.refusal(book, account, accountId, number);
            if (refusal != null || account == null) {
                return new Outcome.Refused<>(Objects.requireNonNull(refusal));
            }
            GrantRow grant = Objects.requireNonNull(book.grants().of(account).find(number));
            Balance before = account.funds.balance();
            long left = book.grants().end(account, grant, reason, origin, requestId, at);
            return new Outcome.Done<>(new Moved(-left, 0, before, account.funds.balance(), false));
        }

        private boolean isThis(Earlier earlier) {
            return earlier.requested().kind() == EntryKind.ADJUSTMENT
                    && Objects.equals(numberIn(earlier.grants()), number);
        }
    }

    private static void checkReason(String reason) {
        if (reason.isBlank() || reason.length() > REASON_CHARS_MAX) {
            throw new IllegalArgumentException("a reason has 1 to " + REASON_CHARS_MAX + " characters");
        }
        Sentence complaint = WrittenText.complaint(reason);
        if (complaint != null) {
            throw new Mistake(sentence("The reason {complaint}.", complaint));
        }
    }

    /** Turns the sandbox credits of an account into ordinary credits. The outcome is their amount in micro-credits. */
    public static final class UnmarkSandboxCredits extends LedgerChange<Long> {

        private final String accountId;

        public UnmarkSandboxCredits(String accountId) {
            this.accountId = accountId;
        }

        @Override
        void need(Book book) {
            book.needAccount(accountId);
        }

        @Override
        Long decideOver(Book book) throws SQLException {
            AccountRow account = book.account(accountId);
            if (account == null) {
                return 0L;
            }
            long before = account.funds.sandboxMicros();
            if (before > 0) {
                account.setSandboxMicros(0);
            }
            return before + (account.funds.grantedMicros() > 0 ? book.grants().unmark(account) : 0);
        }
    }
}
