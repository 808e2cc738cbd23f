package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.ledger.Refund;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.models.Model.UsageForm;
import dev.tollgate.models.Usage;
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

/** Somebody alters one row of grants, or what calls and entries say of grants: the check finds it without the receipts, or the manual says that it cannot. */
@BesideOthers
class AlteredGrantsTest {

    private static final Instant BEGIN = Instant.parse("2026-11-20T10:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);

    /** The month after all calls. */
    private static final Instant MONTH = Instant.parse("2026-12-01T00:00:00Z");

    static final List<String> ALTERED = List.of(
            "UPDATE credit_grant SET credits_micros = credits_micros + 1 WHERE number = 2",
            "UPDATE credit_grant SET left_micros = left_micros + 1 WHERE number = 2",
            "UPDATE credit_grant SET left_micros = left_micros - 1 WHERE number = 3",
            "UPDATE credit_grant SET left_micros = 1 WHERE number = 1",
            "UPDATE credit_grant SET lapsed_micros = lapsed_micros + 1 WHERE number = 1",
            "UPDATE credit_grant SET lapses = lapses + 1 WHERE number = 1",
            "UPDATE credit_grant SET lapsed_micros = 0, lapses = 0 WHERE number = 1",
            "UPDATE credit_grant SET models = 'gemini-3-pro' WHERE number = 2",
            "UPDATE credit_grant SET models = 'gemini-4-* ' WHERE number = 2",
            "UPDATE credit_grant SET models = 'other' WHERE number = 5",
            "UPDATE credit_grant SET starts_at = starts_at + 86400000 WHERE number = 2",
            "UPDATE credit_grant SET starts_at = created_at - 1 WHERE number = 3",
            "UPDATE credit_grant SET expires_at = created_at + 1 WHERE number = 2",
            "UPDATE credit_grant SET expires_at = expires_at + 7200000 WHERE number = 1",
            "UPDATE credit_grant SET expires_at = NULL WHERE number = 1",
            "UPDATE credit_grant SET expires_at = created_at + 60000 WHERE number = 3",
            "UPDATE credit_grant SET ended_at = NULL WHERE number = 1",
            "UPDATE credit_grant SET ended_at = created_at + 1 WHERE number = 1",
            "UPDATE credit_grant SET ended_at = ended_at - 1 WHERE number = 1",
            "UPDATE credit_grant SET used = '0:1' WHERE number = 4",
            "UPDATE credit_grant SET ended_at = created_at WHERE number = 3",
            "UPDATE credit_grant SET ended_at = NULL WHERE number = 4",
            "UPDATE credit_grant SET number = 9 WHERE number = 3",
            "UPDATE credit_grant SET kind = 'voucher' WHERE number = 3",
            "UPDATE credit_grant SET kind = 'refund' WHERE number = 3",
            "UPDATE credit_grant SET kind = 'gift' WHERE number = 5",
            "UPDATE credit_grant SET entry_number = entry_number + 1 WHERE number = 3",
            "UPDATE credit_grant SET created_at = created_at - 1 WHERE number = 3",
            "UPDATE credit_grant SET limits = '24:199' WHERE number = 2",
            "UPDATE credit_grant SET limits = '24:600 7' WHERE number = 2",
            "UPDATE credit_grant SET limits = '' WHERE number = 2",
            "UPDATE credit_grant SET used = '' WHERE number = 2",
            "UPDATE credit_grant SET used = '0:199' WHERE number = 2",
            "UPDATE credit_grant SET used = '0:201' WHERE number = 2",
            "UPDATE credit_grant SET account_id = 'acc_2' WHERE number = 3",
            "DELETE FROM credit_grant WHERE number = 3",
            "DELETE FROM credit_grant WHERE number = 5",
            "INSERT INTO credit_grant (account_id, number, kind, credits_micros, left_micros, models, created_at, starts_at, entry_number)"
                    + " SELECT account_id, 7, 'gift', 7, 7, 'x', created_at, starts_at, 1 FROM credit_grant WHERE number = 3",
            "UPDATE account SET granted_micros = granted_micros - 1 WHERE id = 'acc_1'",
            "UPDATE account SET granted_micros = 1 WHERE id = 'acc_2'",
            "UPDATE account SET last_grant = last_grant + 1 WHERE id = 'acc_1'",
            "UPDATE account SET last_grant = 0 WHERE id = 'acc_1'",
            "UPDATE call SET paid_by = NULL WHERE id = 'both'",
            "UPDATE call SET paid_by = '1:100' WHERE id = 'both'",
            "UPDATE call SET paid_by = '1:101 2:200' WHERE id = 'both'",
            "UPDATE call SET paid_by = '1:100 2:200 3:1' WHERE id = 'both'",
            "UPDATE call SET paid_by = '1:100 2:200 7:1' WHERE id = 'both'",
            "UPDATE call SET paid_by = '1:100,2:200' WHERE id = 'both'",
            "UPDATE call SET paid_by = '1:100 2:100 2:100' WHERE id = 'both'",
            "UPDATE call SET paid_by = '2:1' WHERE id = 'failed'",
            "UPDATE call SET paid_by = '1:1' WHERE id = 'of acc_2'",
            "UPDATE call SET price = 'gemini-3-pro@1' WHERE id = 'both'",
            "UPDATE call SET created_at = created_at - 7200000 WHERE id = 'both'",
            "UPDATE call SET charged_micros = 299 WHERE id = 'both'",
            "UPDATE entry SET grants = NULL WHERE request_id = 'operator gift-2'",
            "UPDATE entry SET grants = '3:500' WHERE request_id = 'operator gift-2'",
            "UPDATE entry SET grants = '2:1001' WHERE request_id = 'operator gift-2'",
            "UPDATE entry SET request_id = 'voucher-1' WHERE request_id = 'operator gift-2'",
            "UPDATE entry SET origin = 'voucher', origin_id = '1' WHERE request_id = 'operator gift-2'",
            "UPDATE entry SET origin = 'start' WHERE request_id = 'operator gift-2'",
            "UPDATE entry SET origin = 'creation' WHERE request_id = 'operator gift-2'",
            "UPDATE entry SET origin_id = '1' WHERE request_id = 'operator gift-2'",
            "UPDATE entry SET origin = 'correction' WHERE request_id = 'operator gift-2'",
            "UPDATE entry SET origin = 'grant_end' WHERE request_id = 'lapse-1-1'",
            "UPDATE entry SET origin = 'expiry' WHERE request_id = 'operator end-4'",
            "UPDATE entry SET origin = 'plan_end', origin_id = '1' WHERE request_id = 'operator end-4'",
            "UPDATE entry SET origin = 'gift' WHERE request_id = 'operator refund-1'",
            "UPDATE entry SET origin = 'deletion' WHERE request_id = 'operator end-4'",
            "UPDATE entry SET grants = NULL WHERE request_id = 'lapse-1-1'",
            "UPDATE entry SET grants = '2:300' WHERE request_id = 'lapse-1-1'",
            "UPDATE entry SET request_id = 'lapse-1-2' WHERE request_id = 'lapse-1-1'",
            "UPDATE entry SET request_id = 'other' WHERE request_id = 'lapse-1-1'",
            "UPDATE entry SET grants = NULL WHERE request_id = 'operator end-4'",
            "UPDATE entry SET grants = '3:50' WHERE request_id = 'operator end-4'",
            "UPDATE entry SET grants = NULL WHERE request_id = 'operator refund-1'",
            "UPDATE entry SET grants = '1:100 2:20' WHERE request_id = 'operator refund-1'",
            "UPDATE entry SET grants = '5:101 2:19' WHERE request_id = 'operator refund-1'",
            "UPDATE entry SET grants = '2:120' WHERE request_id = 'operator refund-1'",
            "UPDATE entry SET grants = '5:1' WHERE request_id = 'operator of-acc_2'",
            "UPDATE open_hold SET grant_model = 'gemini-3-pro' WHERE account_id = 'acc_2'",
            "UPDATE open_hold SET grant_model = NULL WHERE id = 'over the end'",
            "UPDATE grant_month SET paid_micros = paid_micros + 1 WHERE number = 1",
            "UPDATE grant_month SET paid_micros = paid_micros - 1 WHERE number = 2",
            "UPDATE grant_month SET paid_micros = 0 WHERE number = 2",
            "UPDATE grant_month SET starts_at = starts_at + 1 WHERE number = 1",
            "UPDATE grant_month SET starts_at = " + MONTH.toEpochMilli() + " WHERE number = 1",
            "UPDATE grant_month SET number = 3 WHERE number = 1",
            "UPDATE grant_month SET number = 9 WHERE number = 1",
            "UPDATE grant_month SET account_id = 'acc_2' WHERE number = 1",
            "UPDATE grant_month SET account_id = 'gone' WHERE number = 1",
            "DELETE FROM grant_month WHERE number = 2",
            "DELETE FROM grant_month",
            "INSERT INTO grant_month (starts_at, account_id, number, paid_micros) VALUES (" + MONTH.toEpochMilli()
                    + ", 'acc_1', 2, 1)",
            "INSERT INTO grant_month (starts_at, account_id, number, paid_micros) VALUES (" + MONTH.toEpochMilli()
                    + ", 'acc_1', 2, 0)",
            "INSERT INTO grant_month (starts_at, account_id, number, paid_micros) SELECT starts_at, account_id, 3, 1 FROM grant_month"
                    + " WHERE number = 1");

    /** Alterations that docs/trouble.md names as unnoticed. */
    static final List<String> UNSEEN = List.of(
            "UPDATE credit_grant SET models = 'gemini-*' WHERE number = 2",
            "UPDATE credit_grant SET limits = '24:601' WHERE number = 2",
            "UPDATE credit_grant SET used = '1:0' WHERE number = 2",
            "UPDATE credit_grant SET expires_at = expires_at + 3600000 WHERE number = 2",
            "UPDATE credit_grant SET first_expires_at = first_expires_at + 1 WHERE number = 2",
            "UPDATE credit_grant SET sandbox = 1 WHERE number = 3",
            "UPDATE credit_grant SET ended_at = ended_at + 1 WHERE number = 1",
            "UPDATE credit_grant SET used = '9:0' WHERE number = 4",
            "UPDATE open_hold SET grant_model = 'other' WHERE account_id = 'acc_1'",
            "UPDATE open_hold SET after_expiry = '6:1' WHERE id = 'over the end'");

    @TempDir
    static Path folder;

    private static final Map<Stores, AlteredBooks> BOOKS = new EnumMap<>(Stores.class);

    @BeforeAll
    static void make() {
        for (Stores stores : Stores.values()) {
            BOOKS.put(
                    stores,
                    AlteredBooks.of(stores, folder, AlteredGrantsTest::history, AlteredGrantsTest::differences));
        }
    }

    @AfterAll
    static void forget() {
        BOOKS.values().forEach(AlteredBooks::close);
    }

    private static List<String> differences(Database reading) {
        List<String> found = new ArrayList<>();
        new Audit(reading).run(found::add, found::add, (subject, rows) -> {});
        found.removeIf(it -> it.contains("receipt"));
        return found;
    }

    /** Grants 1 (expires), 2 (limited), 3 (for good), 4 (ended by an operator), 5 (of refunds) and 6 (a call runs over its end), and calls of two accounts. */
    private static void history(Supplier<Database> opener) {
        try (BooksFixture store = new BooksFixture(opener)) {
            store.setNow(BEGIN);
            store.execute("INSERT INTO price (version, kind, number, model_id, created_at, terms, proof)"
                    + " VALUES ('gemini-3-pro@1', 'file', 1, 'gemini-3-pro', 0, '{\"input\":1}', 1)");
            store.execute("INSERT INTO price (version, kind, number, model_id, created_at, terms, proof)"
                    + " VALUES ('gemini-4-argon@1', 'file', 2, 'gemini-4-argon', 0, '{\"input\":1}', 1)");
            store.account("acc_1", 1_000);
            store.account("acc_2", 1_000);
            store.advance(HOUR.multipliedBy(3));
            give(store, 1, 400, "", BEGIN.plus(HOUR.multipliedBy(6)), "");
            give(store, 2, 1_000, "gemini-4-*", BEGIN.plus(Duration.ofDays(28)), "24:600");
            give(store, 3, 50, "gemini-3-pro", null, "");
            give(store, 4, 50, "gemini-3-pro", null, "24:50");
            hold(store, "need", "acc_1", "gemini-3-pro", 1_400);
            hold(store, "both", "acc_1", "gemini-4-argon", 400);
            store.advance(HOUR);
            settle(store, "both", "gemini-4-argon", 300);
            hold(store, "failed", "acc_1", "gemini-4-argon", 100);
            store.decide(Ended.release("failed", store.now()));
            store.advance(HOUR.multipliedBy(3));
            store.decide(Ended.release("need", store.now()));
            store.decide(new Grant.End("acc_1", 4, "by mistake", new RequestId("end-4", true), store.now()));
            new Lapse(store.database, store.writer, store::now).sweep();
            store.decide(new Refund("acc_1", "both", 120, "slow", new RequestId("refund-1", true), store.now()));
            hold(store, "open", "acc_1", "gemini-4-argon", 100);
            hold(store, "of acc_2", "acc_2", "gemini-3-pro", 100);
            settle(store, "of acc_2", "gemini-3-pro", 70);
            store.decide(new Refund("acc_2", "of acc_2", 10, "slow", new RequestId("of-acc_2", true), store.now()));
            hold(store, "open of acc_2", "acc_2", "gemini-3-pro", 100);
            give(store, 6, 200, "gemini-3-pro", BEGIN.plus(HOUR.multipliedBy(8)), "");
            hold(store, "over the end", "acc_1", "gemini-3-pro", 150);
            store.advance(HOUR.plus(Duration.ofMinutes(11)));
            new Lapse(store.database, store.writer, store::now).sweep();
        }
    }

    private static void give(
            BooksFixture store, int number, long micros, String models, Instant expiresAt, String limits) {
        GrantTerms terms = new GrantTerms(Kind.GIFT, ModelPatterns.of(models), null, expiresAt, GrantLimits.of(limits));
        Grant grant =
                new Grant("acc_1", micros, "a gift", new RequestId("gift-" + number, true), store.now()).under(terms);
        assertThat(store.decide(grant).isDone()).isTrue();
        assertThat(grant.grantNumber()).isEqualTo(number);
    }

    private static void hold(BooksFixture store, String id, String account, String model, long micros) {
        Reserve reserve = new Reserve(
                new OpenHold(id, account, "key_1", "chat", model, store.now()),
                micros,
                micros,
                () -> SpendLimits.NONE,
                () -> true);
        store.commit(reserve);
        assertThat(reserve.reserved()).as(id).isTrue();
    }

    private static void settle(BooksFixture store, String id, String model, long micros) {
        CallDetails.Bill bill = new CallDetails.Bill(
                model + "@1", store.now(), Usage.of(micros, 0, 0), UsageForm.TOKENS, ServiceTier.STANDARD, 0, micros);
        CallDetails details = new CallDetails(
                CallEnd.COMPLETED, null, null, 0, null, CallDetails.Times.NONE, bill, Ended.course("", "", List.of()));
        store.commit(new Settle(id, micros, details, store.now()));
    }

    static Stream<Arguments> altered() {
        return AlteredBooks.onBoth(ALTERED);
    }

    static Stream<Arguments> unseen() {
        return AlteredBooks.onBoth(UNSEEN);
    }

    @ParameterizedTest
    @EnumSource
    void unaltered_grants_add_up(Stores stores) {
        assertThat(BOOKS.get(stores).atFirst().stream()
                        .filter(it -> it.contains("grant") || it.startsWith("entry"))
                        .toList())
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("altered")
    void one_altered_row_of_grants_is_found(Stores stores, String alteration) throws SQLException {
        assertThat(BOOKS.get(stores).found(alteration)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("unseen")
    void what_no_other_row_repeats_is_not_found(Stores stores, String alteration) throws SQLException {
        assertThat(BOOKS.get(stores).found(alteration)).isEmpty();
    }
}
