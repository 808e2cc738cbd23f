package dev.tollgate.customers.payments;

import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Payments: begun by customers, and carried on by what the far side tells. Thread-safe; blocks. */
public final class Payments {

    /** The most that one page holds. */
    public static final int PAGE_MAX = 1_000;

    /** Begun by one account within a day and not paid. */
    static final int UNPAID_MAX = 20;

    private static final Duration DAY = Duration.ofDays(1);
    private static final int TRIES_MAX = 5;

    private static final String UNPAID =
            "SELECT COUNT(*) FROM payment WHERE account_id = ? AND created_at > ? AND state <> 'paid'";
    private static final String OLDER = " AND (created_at < ? OR (created_at = ? AND id < ?))";
    private static final String NEWEST = " ORDER BY created_at DESC, id DESC LIMIT ?";
    private static final String PAGE_OF_ACCOUNT = PaymentSql.PAYMENT + " WHERE account_id = ?" + OLDER + NEWEST;
    private static final String PAGE = PaymentSql.PAYMENT + " WHERE 1 = 1" + OLDER + NEWEST;
    private static final String PAID = PaymentSql.PAYMENT
            + " WHERE account_id = ? AND state = 'paid' AND ended_at >= ? AND ended_at < ? ORDER BY ended_at, id LIMIT "
            + PAGE_MAX;
    private static final String INVOICE = """
            SELECT series, year, sequence, issued_at, seller_name, seller_address, seller_vat_id, buyer_name, buyer_address, buyer_vat_id
            FROM invoice WHERE payment_id = ?""";
    private static final String NOTICES = """
            SELECT id, type, fact, created_at, received_at, payment_id, intent_id, object_id, cents, outcome, detail, replays
            FROM payment_notice""";
    private static final String OF_PAYMENT =
            NOTICES + " WHERE payment_id = ? ORDER BY received_at, id LIMIT " + PAGE_MAX;
    private static final String NOT_TAKEN =
            NOTICES + " WHERE outcome <> 'taken' OR replays > 0 ORDER BY received_at DESC, id DESC LIMIT ?";

    private final Database database;
    private final Writer writer;
    private final Supplier<Party> seller;
    private final boolean isTestMoneyGood;
    private final InstantSource clock;

    /**
     * @param seller as the operator is called now
     * @param isTestMoneyGood whether payments in which no money moves buy calls that cost money
     */
    public Payments(
            Database database, Writer writer, Supplier<Party> seller, boolean isTestMoneyGood, InstantSource clock) {
        this.isTestMoneyGood = isTestMoneyGood;
        this.database = database;
        this.writer = writer;
        this.seller = seller;
        this.clock = clock;
    }

    /** Goes before the ledger. */
    public static Part<?> part() {
        return new PaymentsPart();
    }

    // ---- by customers ----

    /** What became of a wish to pay. */
    public sealed interface Begun {}

    public record Written(Payment payment) implements Begun {}

    /** Too many of the account were begun lately and not paid. */
    public record TooMany() implements Begun {}

    /** The id is another account's. */
    public record NotYours() implements Begun {}

    /**
     * Writes down what is to be paid. Once for an id, however often it is asked for.
     *
     * @param id 1 to 64 letters, digits, hyphens or underscores
     * @param dollars 1 to {@value Payment#DOLLARS_MAX}
     */
    public Begun begin(String accountId, Payment.Channel channel, String id, long dollars) {
        if (dollars < 1 || dollars > Payment.DOLLARS_MAX || !id.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException("no such payment");
        }
        Payment known = find(id);
        if (known == null) {
            if (unpaid(accountId) >= UNPAID_MAX) {
                return new TooMany();
            }
            Payment fresh = fresh(accountId, channel, id, dollars);
            commit(rows -> rows.insert(fresh));
            known = find(id);
        }
        return known != null && known.accountId().equals(accountId) ? new Written(known) : new NotYours();
    }

    private Payment fresh(String accountId, Payment.Channel channel, String id, long dollars) {
        boolean isTest = channel == Payment.Channel.TEST;
        return new Payment(
                id,
                accountId,
                channel,
                clock.instant(),
                dollars * 100,
                0,
                Payment.micros(dollars),
                Payment.State.OPEN,
                isTest ? "test-" + id : null,
                null,
                isTest ? "/pay/test/" + id : null,
                null,
                0,
                0);
    }

    private long unpaid(String accountId) {
        Instant since = clock.instant().minus(DAY);
        return database.readFor(accountId, sql -> sql.number(UNPAID, accountId, since));
    }

    /** The far side has said where it is paid. */
    public void opened(String paymentId, String sessionId, String url) {
        commit(rows -> rows.open(paymentId, sessionId, url));
    }

    /** Who pays, on the papers from now on. */
    public void setContact(String accountId, Party contact) {
        contact.requireClean();
        Instant now = clock.instant();
        commit(rows -> rows.set(accountId, contact, now));
    }

    private void commit(PaymentWrite write) {
        writer.commitAndWait(Unit.of(write));
    }

    public Party contact(String accountId) {
        return database.readFor(
                accountId, sql -> sql.list(PaymentSql.CONTACT, row -> PaymentSql.party(row, 1), accountId).stream()
                        .findFirst()
                        .orElse(Party.NOBODY));
    }

    // ---- by far sides ----

    /** What became of a notice. */
    public enum Taken {
        /** It counts. */
        TAKEN,
        /** It waits for its payment. */
        KEPT,
        /** It counts for nothing, and stands in the list of those. Told again, it is judged again. */
        REFUSED,
        /** The same, for a reason that passes by itself: it should be told again soon. */
        TOO_EARLY,
        /** It was told before. */
        REPLAYED
    }

    /**
     * Takes what a far side has told; durable when it returns. Of a replay nothing moves. What is taken back or given back by it stands in the
     * audit log.
     *
     * @param from the address from which it was told
     */
    public Taken take(PaymentNotice notice, String from) {
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            TakeNotice take =
                    new TakeNotice(notice, read(notice), from, seller.get(), isTestMoneyGood, clock.instant());
            List<Change> unit = take.unit();
            writer.commitAndWait(Unit.of(unit));
            switch (take.outcome()) {
                case TAKEN -> {
                    return take.couldNotPay() ? Taken.REFUSED : Taken.TAKEN;
                }
                case KEPT -> {
                    return Taken.KEPT;
                }
                case REFUSED -> {
                    return take.wasTooEarly() ? Taken.TOO_EARLY : Taken.REFUSED;
                }
                case REPLAYED -> {
                    return take.wasTooEarly() ? Taken.TOO_EARLY : Taken.REPLAYED;
                }
                case AGAIN -> {}
            }
        }
        throw new IllegalStateException("a payment changes each time that it is looked at");
    }

    private @Nullable Payment read(PaymentNotice notice) {
        if (notice.fact().isOfTheWay()) {
            return notice.paymentId() == null ? null : find(notice.paymentId());
        }
        String intent = notice.intentId();
        return intent == null ? null : one(PaymentSql.BY_INTENT, intent);
    }

    // ---- what there is ----

    public @Nullable Payment find(String id) {
        return one(PaymentSql.BY_ID, id);
    }

    private @Nullable Payment one(String text, String value) {
        return database.read(sql -> sql.one(text, PaymentSql::payment, value));
    }

    /** An account's own; null where there is none of that id, or it is another's. */
    public @Nullable Payment find(String accountId, String id) {
        Payment found = find(id);
        return found != null && found.accountId().equals(accountId) ? found : null;
    }

    /** Where a page ends and the next begins. */
    public record Cursor(long createdAtMillis, String id) {

        public static final Cursor NEWEST = new Cursor(Long.MAX_VALUE, "");

        /** @throws IllegalArgumentException for what is none */
        public static Cursor parse(String text) {
            if (!text.matches("[0-9]{1,18}_[A-Za-z0-9_-]{1,64}")) {
                throw new IllegalArgumentException("no cursor");
            }
            int end = text.indexOf('_');
            return new Cursor(Long.parseLong(text.substring(0, end)), text.substring(end + 1));
        }

        public static Cursor after(Payment payment) {
            return new Cursor(payment.createdAt().toEpochMilli(), payment.id());
        }

        public String text() {
            return createdAtMillis + "_" + id;
        }
    }

    /** An account's, the newest first. @param limit 1 to {@value #PAGE_MAX} */
    public List<Payment> page(String accountId, Cursor from, int limit) {
        check(limit);
        return database.readFor(
                accountId,
                sql -> sql.list(
                        PAGE_OF_ACCOUNT,
                        PaymentSql::payment,
                        accountId,
                        from.createdAtMillis(),
                        from.createdAtMillis(),
                        from.id(),
                        limit));
    }

    /** All accounts', the newest first. @param limit 1 to {@value #PAGE_MAX} */
    public List<Payment> page(Cursor from, int limit) {
        check(limit);
        return database.read(sql ->
                sql.list(PAGE, PaymentSql::payment, from.createdAtMillis(), from.createdAtMillis(), from.id(), limit));
    }

    /** An account's that were paid in a time, in order; at most {@value #PAGE_MAX}. */
    public List<Payment> paid(String accountId, Instant from, Instant to) {
        return database.readFor(accountId, sql -> sql.list(PAID, PaymentSql::payment, accountId, from, to));
    }

    private static void check(int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " payments, not " + limit);
        }
    }

    /** An account's paper; null where the payment is not paid, or another's. */
    public @Nullable Invoice invoice(String accountId, String paymentId) {
        Payment payment = find(accountId, paymentId);
        return payment == null
                ? null
                : database.readFor(accountId, sql -> sql.one(INVOICE, row -> invoice(payment, row), paymentId));
    }

    private static Invoice invoice(Payment payment, ResultSet row) throws SQLException {
        return new Invoice(
                payment,
                row.getString(1),
                row.getInt(2),
                row.getLong(3),
                Columns.time(row, 4),
                PaymentSql.party(row, 5),
                PaymentSql.party(row, 8));
    }

    /**
     * What a far side has told.
     *
     * @param fact our word for it
     * @param outcome taken, kept or refused
     * @param detail why it was refused; null else
     * @param replays how often it came again
     */
    public record Told(
            String id,
            String type,
            String fact,
            Instant createdAt,
            Instant receivedAt,
            @Nullable String paymentId,
            @Nullable String intentId,
            @Nullable String objectId,
            long cents,
            String outcome,
            @Nullable String detail,
            long replays) {

        static Told of(ResultSet row) throws SQLException {
            return new Told(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    Columns.time(row, 4),
                    Columns.time(row, 5),
                    row.getString(6),
                    row.getString(7),
                    row.getString(8),
                    row.getLong(9),
                    row.getString(10),
                    row.getString(11),
                    row.getLong(12));
        }
    }

    /** All that was told of a payment, in order. */
    public List<Told> told(String paymentId) {
        return database.read(sql -> sql.list(OF_PAYMENT, Told::of, paymentId));
    }

    /** What was refused, waits or came again; the newest first. */
    public List<Told> notTaken(int limit) {
        check(limit);
        return database.read(sql -> sql.list(NOT_TAKEN, Told::of, limit));
    }
}
