package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.TakeBack;
import dev.tollgate.books.ledger.TakeBack.Taken;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.AlteredBooks;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Somebody alters one row of money that went back with the payment's own grant: the check finds it. */
@BesideOthers
class AlteredReturnsTest {

    private static final Instant BEGIN = Instant.parse("2026-12-01T00:00:00Z");

    /** The credits for a dollar, micro-credits. */
    private static final long PAID = 200_000_000;

    static final List<String> ALTERED = List.of(
            "UPDATE payment SET lapsed_micros = lapsed_micros - 1 WHERE id = 'pay_1'",
            "UPDATE payment SET lapsed_micros = 1 WHERE id = 'pay_2'",
            "UPDATE payment SET reversed_micros = reversed_micros - 1 WHERE id = 'pay_1'",
            "UPDATE entry SET amount_micros = amount_micros + 1 WHERE origin = 'expiry' AND grants IS NULL AND account_id = 'acc_1'",
            "UPDATE entry SET request_id = 'return-notice-evt_9' WHERE origin = 'expiry' AND grants IS NULL AND account_id = 'acc_1'",
            "UPDATE entry SET origin = 'correction' WHERE origin = 'expiry' AND grants IS NULL AND account_id = 'acc_1'",
            "UPDATE entry SET grants = NULL WHERE request_id = 'notice-evt_1'",
            "UPDATE entry SET grants = '1:60000001' WHERE request_id = 'notice-evt_1'",
            "UPDATE entry SET grants = '2:60000000' WHERE request_id = 'notice-evt_1'",
            "UPDATE entry SET grants = '1:40000000' WHERE request_id = 'notice-evt_3'",
            "DELETE FROM credit_grant WHERE kind = 'refund'",
            "UPDATE payment SET missing_micros = missing_micros + 1, lapsed_micros = lapsed_micros - 1 WHERE id = 'pay_3'",
            "UPDATE entry SET missing_micros = missing_micros - 1 WHERE request_id LIKE 'late-%'",
            "UPDATE entry SET request_id = NULL WHERE request_id LIKE 'late-%'",
            "UPDATE entry SET request_id = 'late-9' WHERE request_id LIKE 'late-%'",
            "UPDATE entry SET origin_id = 'pay_1' WHERE request_id LIKE 'late-%'",
            "UPDATE entry SET request_id = 'return-late-9' WHERE request_id LIKE 'return-late-%'",
            "UPDATE entry SET request_id = 'late-' || (number - 1) WHERE request_id = 'notice-evt_4'");

    @TempDir
    static Path folder;

    private static final Map<Stores, AlteredBooks> BOOKS = new EnumMap<>(Stores.class);

    @BeforeAll
    static void make() {
        for (Stores stores : Stores.values()) {
            BOOKS.put(
                    stores,
                    AlteredBooks.of(stores, folder, AlteredReturnsTest::history, AlteredReturnsTest::differences));
        }
    }

    @AfterAll
    static void forget() {
        BOOKS.values().forEach(AlteredBooks::close);
    }

    private static List<String> differences(Database reading) {
        List<String> found = new ArrayList<>();
        new Audit(reading).run(found::add, found::add, (subject, rows) -> {});
        found.removeIf(it -> it.startsWith("key ") || it.startsWith("usage ")); // of a call without a key and a server
        return found;
    }

    private static Taken taken = Taken.NOTHING;

    /** Three tenths of the credits went back, the rest expired and went back; of all that, two tenths came again, as a grant of refunds. */
    private static void history(Supplier<Database> opener) {
        try (BooksFixture store = new BooksFixture(opener)) {
            store.setNow(BEGIN);
            taken = Taken.NOTHING;
            store.account("acc_1", 100);
            store.account("acc_2", 0);
            for (int i = 1; i <= 3; i++) {
                paid(store, "pay_" + i, i);
            }
            Reserve reserve = new Reserve(
                    new OpenHold("call_1", "acc_2", "key_1", "chat", "gemini-3-pro", store.now()),
                    PAID / 4,
                    PAID / 4,
                    () -> SpendLimits.NONE,
                    () -> true);
            store.commit(reserve);
            assertThat(reserve.reserved()).isTrue();
            bringTo(store, 3, "evt_1", "refunded", Origin.Kind.CARD_REFUND);
            store.advance(Duration.ofDays(2));
            new Lapse(store.database, store.writer, store::now).sweep();
            bringTo(store, 10, "evt_2", "disputed", Origin.Kind.DISPUTE);
            bringTo(store, 8, "evt_3", "dispute_won", Origin.Kind.DISPUTE_WON);
            late(store);
        }
    }

    /** All of a payment is disputed while a call holds a quarter of it, which expires when the call has ended. */
    private static void late(BooksFixture store) {
        taken = Taken.NOTHING;
        bringTo(store, "pay_3", 10, "evt_4", "disputed", Origin.Kind.DISPUTE);
        assertThat(taken).isEqualTo(new Taken(PAID, PAID / 4, PAID - PAID / 4));
        store.decide(Ended.release("call_1", store.now()));
        store.commit(TakeBack.late(
                "acc_2", "pay_3", new RequestId("payment-pay_3"), () -> taken, now -> taken = now, store.now()));
        assertThat(taken).isEqualTo(new Taken(PAID, 0, PAID));
        write(store, "pay_3");
    }

    /** Pays a dollar for credits that expire after a day. */
    private static void paid(BooksFixture store, String payment, int number) {
        long at = store.now().toEpochMilli();
        store.execute(
                "INSERT INTO payment (id, account_id, channel, created_at, net_cents, credit_micros, state, ended_at, intent_id) VALUES ('"
                        + payment + "', '" + account(payment) + "', 'stripe', " + at + ", 100, " + PAID + ", 'paid', "
                        + at + ", 'pi_"
                        + number + "')");
        store.execute(
                "INSERT INTO payment_notice (id, type, fact, created_at, received_at, payment_id, intent_id, cents, outcome) VALUES ('paid_"
                        + number + "', 'x', 'paid', " + at + ", " + at + ", '" + payment + "', 'pi_" + number
                        + "', 100, 'taken')");
        store.execute(
                "INSERT INTO invoice (payment_id, series, year, sequence, issued_at, seller_name, seller_address, seller_vat_id,"
                        + " buyer_name, buyer_address, buyer_vat_id, buyer_country) VALUES ('" + payment
                        + "', 'of us', 2026, "
                        + number + ", " + at + ", 'us', '', '', '', '', '', '')");
        store.commit(Grant.paid(
                        account(payment),
                        PAID,
                        "Day",
                        Origin.of(Origin.Kind.PAYMENT, payment),
                        () -> true,
                        new RequestId("payment-" + payment),
                        store.now())
                .under(GrantTerms.of(Kind.GIFT, ModelPatterns.EVERY, BEGIN.plus(Duration.ofDays(1)))));
    }

    private static void bringTo(BooksFixture store, long wanted, String event, String fact, Origin.Kind origin) {
        bringTo(store, "pay_1", wanted, event, fact, origin);
    }

    private static void bringTo(
            BooksFixture store, String payment, long wanted, String event, String fact, Origin.Kind origin) {
        store.execute(
                "INSERT INTO payment_notice (id, type, fact, created_at, received_at, payment_id, cents, outcome) VALUES ('"
                        + event + "', 'x', '" + fact + "', 1, 1, '" + payment + "', 1, 'taken')");
        store.commit(new TakeBack(
                        account(payment),
                        () -> new TakeBack.Wanted(taken, wanted * PAID / 10),
                        now -> taken = now,
                        "back",
                        new RequestId("notice-" + event),
                        Origin.of(origin, payment),
                        false,
                        store.now())
                .of(new RequestId("payment-" + payment)));
        write(store, payment);
    }

    private static void write(BooksFixture store, String payment) {
        store.execute("UPDATE payment SET reversed_micros = %d, missing_micros = %d, lapsed_micros = %d WHERE id = '%s'"
                .formatted(taken.micros(), taken.missingMicros(), taken.lapsedMicros(), payment));
    }

    private static String account(String payment) {
        return payment.equals("pay_3") ? "acc_2" : "acc_1";
    }

    static Stream<Arguments> altered() {
        return AlteredBooks.onBoth(ALTERED);
    }

    @ParameterizedTest
    @EnumSource
    void unaltered_returns_add_up(Stores stores) {
        assertThat(BOOKS.get(stores).atFirst()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("altered")
    void one_altered_row_of_returns_is_found(Stores stores, String alteration) throws SQLException {
        assertThat(BOOKS.get(stores).found(alteration)).isNotEmpty();
    }
}
