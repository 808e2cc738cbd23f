package dev.tollgate.customers.payments;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Turn;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.copies.LostTime;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The notices of payment services: each is judged once, decides the end of a payment or what becomes of its credits, and is kept. Thread-safe; blocks. */
public final class PaymentNotices {

    /** The row of the audit log for an event that an operator has judged again. */
    public static final DeedKind EVENT = new DeedKind(
            "payment.event",
            sentence("Processed an event again"),
            new Fact("outcome", sentence("Outcome")).saying(outcomes()));

    /** The rows of the audit log for credits that a payment service's notice takes back or returns, and for events. */
    public static final List<DeedKind> TOLD = Stream.concat(
                    Stream.of(
                            told(PaymentNotice.Fact.PAID, sentence("A payment was paid after its refund")),
                            told(PaymentNotice.Fact.REFUNDED, sentence("A payment was refunded")),
                            told(PaymentNotice.Fact.DISPUTED, sentence("A payment was disputed")),
                            told(PaymentNotice.Fact.DISPUTE_LOST, sentence("A dispute was lost")),
                            told(PaymentNotice.Fact.DISPUTE_WON, sentence("A dispute was won"))),
                    Stream.of(EVENT))
            .toList();

    private static DeedKind told(PaymentNotice.Fact fact, Sentence words) {
        return new DeedKind(
                "payment." + fact.code(),
                words,
                new Fact("balance", sentence("Balance"), Fact.Kind.CREDITS),
                new Fact("credits_taken_back", sentence("Credits reversed"), Fact.Kind.CREDITS),
                new Fact("credits_missing", sentence("Credits already spent"), Fact.Kind.CREDITS),
                new Fact("credits_lapsed", sentence("Credits already expired"), Fact.Kind.CREDITS),
                new Fact("payment", sentence("Payment")),
                new Fact("event", sentence("Event")),
                new Fact("object", sentence("Object at Stripe")),
                new Fact("blocked", sentence("Banned")).told(Fact.Told.IF_TRUE));
    }

    private static Map<String, Sentence> outcomes() {
        Map<String, Sentence> words = new HashMap<>();
        for (Verdict verdict : Verdict.values()) {
            words.put(outcome(verdict), verdict.word());
        }
        return words;
    }

    /** Returns the word of an outcome in the audit log. */
    public static String outcome(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    /** The most attempts: all payments that an account may begin in a day can come at the same time, and one of them goes first each time. */
    private static final int TRIES_MAX = 100;

    /** The most by which the clock of a payment service is behind ours. */
    private static final Duration APART = Duration.ofMinutes(1);

    private static final String NOTICES = "SELECT " + StoredNotice.COLUMNS + " FROM payment_notice";
    private static final String OF_PAYMENT =
            NOTICES + " WHERE payment_id = ? ORDER BY received_at, id LIMIT " + Payments.PAGE_MAX;
    private static final String NOT_TAKEN =
            NOTICES + " WHERE outcome <> 'taken' OR replays > 0 ORDER BY received_at DESC, id DESC LIMIT ?";
    private static final String LATEST = NOTICES + """
             WHERE payment_id IN (SELECT id FROM payment ORDER BY created_at DESC, id DESC LIMIT 50)
            ORDER BY received_at DESC, id DESC LIMIT 1""";

    private final Payments payments;
    private final Database database;
    private final Writer writer;
    private final Supplier<Party> seller;
    private final boolean isTestMoneyGood;
    private final PlanPurchases purchases;
    private final InstantSource clock;

    PaymentNotices(
            Payments payments,
            Database database,
            Writer writer,
            Supplier<Party> seller,
            boolean isTestMoneyGood,
            PlanPurchases purchases,
            InstantSource clock) {
        this.payments = payments;
        this.database = database;
        this.writer = writer;
        this.seller = seller;
        this.isTestMoneyGood = isTestMoneyGood;
        this.purchases = purchases;
        this.clock = clock;
    }

    /**
     * Processes a payment service's notice and returns when the result is durable. A replay has no effect. Credits that a notice takes back or
     * returns get a row in the audit log.
     *
     * @param from the address that sent the notice
     */
    public Verdict take(PaymentNotice notice, String from) {
        boolean hasNoRoom = false;
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            Payment stored = read(notice);
            Payment lost = lost(notice, stored);
            Payment payment = lost == null ? stored : lost;
            Payment paying = notice.fact() == PaymentNotice.Fact.PAID ? payment : null;
            boolean isWhole = paying == null || hasVersion(paying, lost != null);
            TakeNotice take = new TakeNotice(
                    isWhole ? notice : notice.withWrong(Blame.NO_VERSION),
                    isWhole ? payment : stored,
                    isWhole && lost != null,
                    from,
                    seller.get(),
                    isTestMoneyGood,
                    paying == null || !isWhole ? null : offer(paying, notice),
                    stored == null || notice.fact().isOfTheWay() ? null : purchases.sold(stored),
                    hasNoRoom,
                    clock.instant());
            try {
                writer.commitAndWait(Unit.of(take.unit()));
            } catch (StoreException e) {
                if (!(e.getCause() instanceof Turn.Halved)) {
                    throw e;
                }
                hasNoRoom = true; // for a part of the periods that a plan which ends had left
                continue;
            }
            if (take.outcome() != Verdict.AGAIN) {
                return take.verdict();
            }
        }
        throw new IllegalStateException("a payment changed in each of " + TRIES_MAX + " attempts");
    }

    /** Returns whether the version that a payment buys is here; for one that a restore has lost, whether it can be the one that the customer has seen. */
    private boolean hasVersion(Payment payment, boolean isLost) {
        Plan.Version version = purchases.version(payment.bought());
        return payment.bought() == null
                || version != null
                        && version.terms().cents() == payment.netCents()
                        && version.terms().creditsMicros() == payment.creditMicros()
                        && !(isLost
                                && version.createdAt()
                                        .isAfter(payment.createdAt().plus(APART)));
    }

    /** Returns what a payment buys of a plan if it is paid now; null for general credits, which a deleted account gets, too. */
    private PlanPurchases.@Nullable Offer offer(Payment payment, PaymentNotice notice) {
        Plan.Version version = payment.isPaid() ? null : purchases.version(payment.bought());
        return version == null || !lives(payment.accountId())
                ? null
                : purchases.offer(payment, version, TakeNotice.isOfSandbox(payment, isTestMoneyGood), isBack(notice));
    }

    /** Returns whether all money of a notice that it is paid has been refunded or disputed before. */
    private boolean isBack(PaymentNotice notice) {
        String intent = notice.intentId();
        return intent != null
                && notice.cents() > 0
                && database.read(sql -> MoneyBack.of(sql, intent)).cents(notice.cents()) == notice.cents();
    }

    private boolean lives(String accountId) {
        return database.read(sql -> lives(sql, accountId));
    }

    private static boolean lives(Sql sql, String accountId) throws SQLException {
        return sql.has("SELECT 1 FROM account WHERE id = ? AND deleted_at IS NULL", accountId);
    }

    private @Nullable Payment read(PaymentNotice notice) {
        if (notice.fact().isOfTheWay()) {
            return notice.paymentId() == null ? null : payments.find(notice.paymentId());
        }
        String intent = notice.intentId();
        return intent == null ? null : payments.one(PaymentSql.BY_INTENT, intent);
    }

    /**
     * Returns the payment that a signed event describes, if it began in a time that a restore has undone, its row or its page is missing, and its
     * account lives (C32); else null.
     */
    private @Nullable Payment lost(PaymentNotice notice, @Nullable Payment stored) {
        PaymentNotice.Begun begun = notice.begun();
        String id = notice.paymentId();
        if (begun == null || id == null || notice.fact() != PaymentNotice.Fact.PAID || notice.wrong() != null) {
            return null;
        }
        String accountId = begun.accountId();
        long netCents = notice.cents() - notice.taxCents();
        boolean isWhole = accountId != null
                && notice.sessionId() != null
                && netCents > 0
                && begun.creditMicros() > 0
                && (begun.bought() != null || begun.creditMicros() == netCents * Payment.MICROS_A_CENT);
        boolean isOther = stored != null
                && (stored.sessionId() != null
                        || !stored.accountId().equals(accountId)
                        || stored.netCents() != netCents
                        || !Objects.equals(stored.bought(), begun.bought())
                        || stored.channel() != notice.channel());
        if (!isWhole || isOther || accountId == null || !isLost(begun.at(), stored != null, accountId)) {
            return null;
        }
        return new Payment(
                id,
                accountId,
                notice.channel(),
                stored == null ? begun.at() : stored.createdAt(),
                netCents,
                begun.creditMicros(),
                begun.bought(),
                Payment.Progress.begun(new Payment.Page(notice.sessionId(), null)));
    }

    /** @param hasRow whether the payment is here without its page, which may have been stored long after it began, in the lost time of any restore since */
    private boolean isLost(Instant begun, boolean hasRow, String accountId) {
        return database.read(sql ->
                LostTime.all(sql).stream().anyMatch(time -> time.mayHold(begun) || hasRow && !begun.isAfter(time.to()))
                        && lives(sql, accountId));
    }

    /** Returns the notices of a payment, in order. */
    public List<StoredNotice> of(String paymentId) {
        return database.read(sql -> sql.list(OF_PAYMENT, StoredNotice::of, paymentId));
    }

    /** Returns the latest notice of the newest payments; null without one. Old payments are left out: their notices have no index by time. */
    public @Nullable StoredNotice latest() {
        return database.read(sql -> sql.one(LATEST, StoredNotice::of));
    }

    /** Returns the notices that were refused, wait or came again, newest first. */
    public List<StoredNotice> notTaken(int limit) {
        Payments.check(limit);
        return database.read(sql -> sql.list(NOT_TAKEN, StoredNotice::of, limit));
    }

    /** A dispute that the payment service has not decided. @param cents the amount that is disputed @param at when it began */
    public record Dispute(String accountId, String accountName, long cents, Instant at) {}

    /** Returns the disputes that are not decided, the oldest first. */
    public List<Dispute> disputes(int limit) {
        Payments.check(limit);
        return database.read(sql -> sql.list(
                PaymentSql.DISPUTES,
                row -> new Dispute(row.getString(1), row.getString(2), row.getLong(3), Columns.time(row, 4)),
                limit));
    }
}
