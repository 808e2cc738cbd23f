package dev.tollgate.customers.payments;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.customers.payments.BoughtPeriods.BoughtPeriod;
import dev.tollgate.customers.payments.PaymentsPart.PaymentWrite;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.AccountLog.Changed;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Payments: customers begin them, and {@link PaymentNotices} of the payment service decide their end. Thread-safe; blocks. */
public final class Payments {

    /** The most that one page holds. */
    public static final int PAGE_MAX = 1_000;

    /** The number of payments that one account may begin within a day without paying them. */
    static final int UNPAID_MAX = 20;

    private static final Duration DAY = Duration.ofDays(1);

    private static final String UNPAID =
            "SELECT COUNT(*) FROM payment WHERE account_id = ? AND created_at > ? AND state <> 'paid'";
    private static final String OLDER = " AND (created_at < ? OR (created_at = ? AND id < ?))";
    private static final String NEWEST = " ORDER BY created_at DESC, id DESC LIMIT ?";
    private static final String PAGE_OF_ACCOUNT = PaymentSql.PAYMENT + " WHERE account_id = ?" + OLDER + NEWEST;
    private static final String PAGE = PaymentSql.PAYMENT + " WHERE 1 = 1";
    private static final String PAID = PaymentSql.PAYMENT
            + " WHERE account_id = ? AND state = 'paid' AND ended_at >= ? AND ended_at < ? ORDER BY ended_at, id LIMIT "
            + PAGE_MAX;
    private static final String INVOICES = """
            SELECT series, year, sequence, issued_at, seller_name, seller_address, seller_vat_id, buyer_name, buyer_address, buyer_vat_id, payment_id
            FROM invoice WHERE payment_id IN (%s)""";
    private static final String INVOICE = INVOICES.formatted("?");
    private final Database database;
    private final Writer writer;
    private final Supplier<Party> seller;
    private final PlanPurchases purchases;
    private final PaymentNotices notices;
    private final InstantSource clock;

    /**
     * @param seller the operator's current details
     * @param isTestMoneyGood whether credits of test payments buy calls of paid models
     */
    public Payments(
            Database database,
            Writer writer,
            Supplier<Party> seller,
            boolean isTestMoneyGood,
            PlanPurchases purchases,
            InstantSource clock) {
        this.database = database;
        this.writer = writer;
        this.seller = seller;
        this.purchases = purchases;
        this.clock = clock;
        this.notices = new PaymentNotices(this, database, writer, seller, isTestMoneyGood, purchases, clock);
    }

    /** Returns the part that judges payments. It comes before the ledger. */
    public static Part<?> part() {
        return new PaymentsPart();
    }

    /** Returns what payments buy of plans. */
    public BoughtPeriods periods() {
        return new BoughtPeriods(database);
    }

    /** Returns what payment services say of these payments. */
    public PaymentNotices notices() {
        return notices;
    }

    /** The seller on papers from now on. */
    public Party seller() {
        return seller.get();
    }

    // ---- by customers ----

    /** Refuses an id that no page has given to this person. */
    public static final Sentence OPEN_AGAIN = sentence("Open this page again.");

    /**
     * Stores a new payment, once for each id, with its row of the account's log.
     *
     * @param by who starts it
     * @param id 1 to 64 letters, digits, hyphens or underscores
     * @param dollars 1 to {@value Payment#DOLLARS_MAX}
     */
    public Outcome<Payment> begin(Acting by, Payment.Channel channel, String id, long dollars) {
        if (dollars < 1 || dollars > Payment.DOLLARS_MAX) {
            throw new IllegalArgumentException("no such payment");
        }
        Payment fresh = fresh(by.accountId(), channel, id, dollars * 100, Payment.micros(dollars), null);
        return begin(by, fresh, "payment.begin", AccountLog.json("dollars", Long.toString(dollars)), () -> null);
    }

    /**
     * Stores a new payment for a period of a plan, once for each id, with its row of the account's log.
     *
     * @param by who starts it
     * @param id as above
     * @param seen the version that the person has seen: it is what they buy, also if another one is set before they have paid
     * @param now whether the period begins at once whatever runs; else after a running plan
     * @return refusals name {@link PlanPurchases#PLAN} or {@link PlanPurchases#WHEN}
     */
    public Outcome<Payment> beginPlan(Acting by, Payment.Channel channel, String id, Plan.Version seen, boolean now) {
        Plan terms = seen.terms();
        Payment.Bought bought = new Payment.Bought(seen.plan(), seen.number(), now);
        return begin(
                by,
                fresh(by.accountId(), channel, id, terms.cents(), terms.creditsMicros(), bought),
                "plan.buy",
                AccountLog.json("plan", terms.name(), "dollars", Payment.dollars(terms.cents())),
                () -> purchases.refusal(by.accountId(), seen, now));
    }

    private Outcome<Payment> begin(
            Acting by, Payment fresh, String action, String told, Supplier<@Nullable ApiError> refusal) {
        String id = fresh.id();
        if (!id.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException("no such payment");
        }
        Payment known = find(id);
        if (known == null) {
            if (unpaid(by.accountId()) >= UNPAID_MAX) {
                return Outcome.refused(
                        429,
                        sentence(
                                "You have started many payments today without paying. Pay one of them, or try again tomorrow."));
            }
            ApiError refused = refusal.get();
            if (refused != null) {
                return new Outcome.Refused<>(refused);
            }
            commit(rows -> rows.insert(fresh), by, action, id, new Changed(null, told));
            known = find(id);
        }
        return known != null && known.accountId().equals(by.accountId()) && known.buysAs(fresh)
                ? new Outcome.Done<>(known)
                : Outcome.refused(409, OPEN_AGAIN); // it belongs to another account, or buys something else
    }

    private Payment fresh(
            String accountId,
            Payment.Channel channel,
            String id,
            long cents,
            long micros,
            Payment.@Nullable Bought bought) {
        boolean isTest = channel == Payment.Channel.TEST;
        return new Payment(
                id,
                accountId,
                channel,
                clock.instant(),
                cents,
                micros,
                bought,
                Payment.Progress.begun(
                        isTest ? new Payment.Page("test-" + id, "/pay/test/" + id) : new Payment.Page(null, null)));
    }

    private long unpaid(String accountId) {
        Instant since = clock.instant().minus(DAY);
        return database.readFor(accountId, sql -> sql.number(UNPAID, accountId, since));
    }

    /** Stores the payment page that the payment service has created. */
    public void opened(String paymentId, String sessionId, String url) {
        commit(rows -> rows.open(paymentId, sessionId, url));
    }

    /** Sets the buyer on later invoices and receipts, with a row of the account's log. */
    public void setContact(Acting by, Party contact) {
        contact.requireClean();
        Instant now = clock.instant();
        // The log keeps no one's name and address.
        commit(
                rows -> rows.set(by.accountId(), contact, now),
                by,
                "contact.set",
                by.accountId(),
                new Changed(null, null));
    }

    private void commit(PaymentWrite write, Acting by, String action, String subject, Changed changed) {
        List<Change> changes = new ArrayList<>(List.of(write));
        changes.addAll(by.act(Right.PAY, action, subject, clock.instant(), () -> changed));
        writer.commitAndWait(Unit.of(changes));
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

    // ---- reads ----

    /** Returns the version of a plan that a payment buys; null if it buys general credits. */
    public Plan.@Nullable Version version(Payment payment) {
        return purchases.version(payment.bought());
    }

    public @Nullable Payment find(String id) {
        return one(PaymentSql.BY_ID, id);
    }

    @Nullable
    Payment one(String text, String value) {
        return database.read(sql -> sql.one(text, PaymentSql::payment, value));
    }

    /** Returns the payment; null if there is none or it belongs to another account. */
    public @Nullable Payment find(String accountId, String id) {
        Payment found = find(id);
        return found != null && found.accountId().equals(accountId) ? found : null;
    }

    /** Returns an account's payments, newest first. @param limit 1 to {@value #PAGE_MAX}, or one more, to see whether the list continues */
    public List<Payment> page(String accountId, PaymentCursor from, int limit) {
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

    /** Returns payments of all accounts, newest first. @param limit 1 to {@value #PAGE_MAX}, or one more, to see whether the list continues */
    public List<Payment> page(PaymentCursor from, int limit) {
        return page(PaymentFilter.ALL, from, limit);
    }

    /** Returns the chosen payments of all accounts, newest first. @param limit as above */
    public List<Payment> page(PaymentFilter filter, PaymentCursor from, int limit) {
        check(limit);
        List<Object> values = new ArrayList<>(filter.values());
        values.addAll(List.of(from.createdAtMillis(), from.createdAtMillis(), from.id(), limit));
        return database.read(
                sql -> sql.list(PAGE + filter.sql() + OLDER + NEWEST, PaymentSql::payment, values.toArray()));
    }

    /** Returns the invoices of payments by their ids; those that are not paid are missing. @param payments at most {@value #PAGE_MAX} */
    public Map<String, Invoice> invoices(List<Payment> payments) {
        check(Math.max(1, payments.size()));
        Map<String, Payment> byId = payments.stream().collect(Collectors.toMap(Payment::id, it -> it));
        String these = String.join(", ", Collections.nCopies(byId.size(), "?"));
        Map<String, Invoice> invoices = new HashMap<>();
        Map<String, BoughtPeriod> bought = periods().of(payments);
        if (!byId.isEmpty()) {
            database.read(sql -> {
                sql.each(
                        INVOICES.formatted(these),
                        row -> invoices.put(
                                row.getString(11),
                                invoice(
                                        Objects.requireNonNull(byId.get(row.getString(11))),
                                        bought.get(row.getString(11)),
                                        row)),
                        byId.keySet().toArray());
                return null;
            });
        }
        return invoices;
    }

    /** Returns up to {@value #PAGE_MAX} payments of an account that were paid in a period, in order. */
    public List<Payment> paid(String accountId, Instant from, Instant to) {
        return database.readFor(accountId, sql -> sql.list(PAID, PaymentSql::payment, accountId, from, to));
    }

    static void check(int limit) {
        if (limit < 1 || limit > PAGE_MAX + 1) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " payments, not " + limit);
        }
    }

    /** Returns the invoice or receipt of a payment; null if it is not paid or belongs to another account. */
    public @Nullable Invoice invoice(String accountId, String paymentId) {
        Payment payment = find(accountId, paymentId);
        if (payment == null) {
            return null;
        }
        BoughtPeriod bought = periods().of(payment);
        return database.readFor(accountId, sql -> sql.one(INVOICE, row -> invoice(payment, bought, row), paymentId));
    }

    private static Invoice invoice(Payment payment, @Nullable BoughtPeriod period, ResultSet row) throws SQLException {
        return new Invoice(
                payment,
                period,
                row.getString(1),
                row.getInt(2),
                row.getLong(3),
                Columns.time(row, 4),
                PaymentSql.party(row, 5),
                PaymentSql.party(row, 8));
    }

    /** Returns whether an account has begun a payment since a time that has not ended. */
    public static boolean hasOpen(Sql sql, String accountId, Instant since) throws SQLException {
        return sql.has(
                "SELECT 1 FROM payment WHERE account_id = ? AND created_at > ? AND ended_at IS NULL LIMIT 1",
                accountId,
                since);
    }

    /** Returns whether an account has paid at least once. */
    public static boolean hasPaid(Sql sql, String accountId) throws SQLException {
        return sql.has("SELECT 1 FROM payment WHERE account_id = ? AND state = 'paid' LIMIT 1", accountId);
    }

    /** Returns the buyer on invoices, for the export and the erasure of accounts. */
    public static Holding contactHolding() {
        return Holding.of(ExportFile.of(
                        "billing-contact.csv",
                        "the buyer on your invoices and receipts",
                        "billing_contact b",
                        "b.account_id = :account",
                        "b.name b.address b.vat_id b.changed_at",
                        "b.account_id"))
                .with(RowErasure.ofAccount("DELETE FROM billing_contact WHERE account_id = ?"));
    }

    /** Returns the payments of an account, for the export and the erasure of accounts: all but the page of a payment stays. */
    public static Holding holding() {
        return Holding.of(
                        ExportFile.of("payments.csv", "payments", "payment p", "p.account_id = :account", """
                    p.id p.channel p.created_at p.net_cents p.tax_cents p.credit_micros p.state p.session_id p.intent_id p.ended_at
                    p.reversed_micros p.missing_micros p.lapsed_micros p.purpose p.plan p.version p.at_once p.subscription p.period""", "p.id"),
                        ExportFile.of(
                                "payment-notices.csv",
                                "messages of the payment service about your payments",
                                "payment_notice n JOIN payment p ON p.id = n.payment_id",
                                "p.account_id = :account",
                                """
                    n.id n.payment_id n.type n.fact n.created_at n.received_at n.intent_id n.object_id n.cents n.outcome n.detail
                    n.replays""",
                                "n.id"),
                        ExportFile.of(
                                "invoices.csv",
                                "issued invoices and receipts",
                                "invoice i JOIN payment p ON p.id = i.payment_id",
                                "p.account_id = :account",
                                """
                    i.payment_id i.series i.year i.sequence i.issued_at i.seller_name i.seller_address i.seller_vat_id i.buyer_name
                    i.buyer_address i.buyer_vat_id i.buyer_country""",
                                "i.payment_id"))
                .with(RowErasure.ofAccount("UPDATE payment SET url = NULL WHERE account_id = ?"));
    }
}
