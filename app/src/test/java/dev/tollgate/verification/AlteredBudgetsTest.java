package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.SetBudgets;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.AlteredBooks;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Somebody alters one row of the budgets, of their windows or of their owners: the check finds it. */
@BesideOthers
class AlteredBudgetsTest {

    private static final String ACCOUNT = "acc_1";
    private static final String LATEST = "starts_at = (SELECT MAX(starts_at) FROM budget_window WHERE kind = 'hour')";

    /** The owners of each key: a member, a team. */
    private static final Map<String, String[]> KEYS = Map.of(
            "key_a", new String[] {"", ""},
            "key_m", new String[] {"mem_1", ""},
            "key_mt", new String[] {"mem_2", "team_1"},
            "key_t", new String[] {"", "team_1"});

    static final List<String> ALTERED = List.of(
            "UPDATE budget SET since = since + 1 WHERE owner = 'account' AND kind = 'month'",
            "UPDATE budget SET since = since - 3600000 WHERE owner = 'team_1' AND kind = 'month'",
            "UPDATE budget SET since = since + 604800000 WHERE owner = 'each_member' AND kind = 'week'",
            "UPDATE budget SET since = since + 86400000 WHERE owner = 'mem_2'",
            "UPDATE budget SET kind = 'day' WHERE owner = 'account' AND kind = 'month'",
            "UPDATE budget SET kind = 'day' WHERE owner = 'team_1' AND kind = 'total'",
            "UPDATE budget SET owner = 'team_2' WHERE owner = 'team_1' AND kind = 'total'",
            "UPDATE budget SET owner = 'mem_1' WHERE owner = 'mem_2'",
            "UPDATE budget SET owner = 'mem_9' WHERE owner = 'mem_2'",
            "UPDATE budget SET account_id = 'acc_2' WHERE owner = 'key_t'",
            "DELETE FROM budget WHERE owner = 'account' AND kind = 'month'",
            "DELETE FROM budget WHERE owner = 'each_member' AND kind = 'week'",
            "DELETE FROM budget WHERE owner = 'key_t'",
            "INSERT INTO budget (account_id, owner, kind, limit_micros, since) VALUES ('acc_1', 'key_m', 'total', 5, 0)",
            "INSERT INTO budget (account_id, owner, kind, limit_micros, since) VALUES ('acc_2', 'team_1', 'total', 5, 0)",
            "UPDATE budget_window SET charged_micros = charged_micros + 1 WHERE owner = 'account' AND kind = 'month'",
            "UPDATE budget_window SET charged_micros = 0 WHERE owner = 'mem_1' AND kind = 'week'",
            "UPDATE budget_window SET held_micros = held_micros - 1 WHERE owner = 'team_1' AND kind = 'total'",
            "UPDATE budget_window SET held_micros = held_micros + 1 WHERE owner = 'mem_2' AND kind = 'total'",
            "UPDATE budget_window SET starts_at = starts_at - 3600000 WHERE owner = 'team_1' AND kind = 'month'",
            "UPDATE budget_window SET starts_at = starts_at + 1 WHERE owner = 'account' AND kind = 'hour' AND {latest}",
            "UPDATE budget_window SET ends_at = ends_at + 1 WHERE owner = 'account' AND kind = 'month'",
            "UPDATE budget_window SET ends_at = ends_at - 86400000 WHERE owner = 'mem_1' AND kind = 'week'",
            "UPDATE budget_window SET kind = 'week' WHERE owner = 'account' AND kind = 'month'",
            "UPDATE budget_window SET owner = 'mem_3' WHERE owner = 'mem_1' AND kind = 'week'",
            "UPDATE budget_window SET owner = 'key_a' WHERE owner = 'key_t'",
            "UPDATE budget_window SET account_id = 'acc_2' WHERE owner = 'key_t'",
            "DELETE FROM budget_window WHERE owner = 'account' AND kind = 'month'",
            "DELETE FROM budget_window WHERE owner = 'mem_2' AND kind = 'total'",
            "INSERT INTO budget_window SELECT account_id, 'team_2', kind, starts_at, ends_at, 0, 0 FROM budget_window"
                    + " WHERE owner = 'team_1' AND kind = 'month'",
            "INSERT INTO budget_window SELECT account_id, owner, kind, starts_at - 3600000, starts_at, 7, 0 FROM budget_window"
                    + " WHERE owner = 'account' AND kind = 'hour' AND {latest}",
            "UPDATE open_hold SET member_id = 'mem_1' WHERE key_id = 'key_mt'",
            "UPDATE open_hold SET member_id = '' WHERE key_id = 'key_mt'",
            "UPDATE open_hold SET team_id = 'team_2' WHERE key_id = 'key_t'",
            "UPDATE open_hold SET team_id = 'team_1' WHERE key_id = 'key_a'",
            "UPDATE open_hold SET key_id = 'key_t' WHERE key_id = 'key_mt'",
            "UPDATE open_hold SET created_at = created_at - 7200000 WHERE key_id = 'key_a'",
            "DELETE FROM open_hold WHERE key_id = 'key_t'",
            "UPDATE call SET key_id = 'key_a' WHERE key_id = 'key_mt'",
            "UPDATE call SET created_at = created_at - 3600000 WHERE key_id = 'key_a'",
            "UPDATE api_key SET member_id = 'mem_1' WHERE id = 'key_mt'",
            "UPDATE api_key SET team_id = 'team_2' WHERE id = 'key_t'",
            "UPDATE api_key SET member_id = 'mem_9' WHERE id = 'key_b'",
            "DELETE FROM member WHERE id = 'mem_1'",
            "UPDATE team SET account_id = 'acc_2' WHERE id = 'team_1'",
            "UPDATE account SET budgets_version = 0 WHERE id = 'acc_1'",
            "UPDATE account SET time_zone = 'Asia/Kolkata' WHERE id = 'acc_1'",
            "UPDATE account SET time_zone = 'Nowhere' WHERE id = 'acc_1'");

    /** Alterations that docs/trouble.md names as unnoticed. */
    static final List<String> UNSEEN = List.of(
            "UPDATE budget SET limit_micros = limit_micros + 1 WHERE owner = 'account' AND kind = 'month'",
            "DELETE FROM budget WHERE owner = 'key_b'");

    @TempDir
    static Path folder;

    private static final Map<Stores, AlteredBooks> BOOKS = new EnumMap<>(Stores.class);

    private static List<String> differences(Database reading) {
        List<String> found = new ArrayList<>();
        new Audit(reading).run(found::add, found::add, (subject, rows) -> {});
        return found;
    }

    @BeforeAll
    static void make() {
        for (Stores stores : Stores.values()) {
            BOOKS.put(
                    stores,
                    AlteredBooks.of(
                            stores,
                            folder,
                            opener -> {
                                try (KeysFixture store = new KeysFixture(opener)) {
                                    people(store);
                                    history(store);
                                }
                            },
                            AlteredBudgetsTest::differences));
        }
    }

    @AfterAll
    static void forget() {
        BOOKS.values().forEach(AlteredBooks::close);
    }

    private static void people(KeysFixture store) {
        store.setNow(Instant.now().minus(Duration.ofDays(1)));
        store.account(ACCOUNT, 1_000_000);
        store.account("acc_2", 0);
        for (int i = 1; i <= 3; i++) {
            store.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + i
                    + "', 'acc_1', 'per_" + i + "', 'member', 1)");
        }
        for (String team : List.of("team_1", "team_2")) {
            store.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('" + team + "', 'acc_1', '"
                    + team + "', 1)");
        }
        KEYS.forEach((key, owners) -> store.ownedKey(key, ACCOUNT, owners[0], owners[1]));
        store.ownedKey("key_b", ACCOUNT, "mem_3", "");
        assertThat(store.decide(SetBudgets.zone(ACCOUNT, ZoneId.of("Europe/Berlin"), store.now()))
                        .isDone())
                .isTrue();
        budget(store, Budgets.ACCOUNT, SpendWindow.MONTH);
        budget(store, Budgets.ACCOUNT, SpendWindow.HOUR);
        budget(store, Budgets.EACH_MEMBER, SpendWindow.WEEK);
        budget(store, "mem_2", SpendWindow.TOTAL);
        budget(store, "team_1", SpendWindow.MONTH);
        budget(store, "team_1", SpendWindow.TOTAL);
        budget(store, "key_t", SpendWindow.MONTH);
        budget(store, "key_b", SpendWindow.MONTH);
    }

    private static void budget(KeysFixture store, String owner, SpendWindow window) {
        SetBudgets set = SetBudgets.of(
                ACCOUNT,
                owner,
                present -> {
                    Map<SpendWindow, SpendBudget> next = new EnumMap<>(SpendWindow.class);
                    next.putAll(present);
                    next.put(window, new SpendBudget(100_000L));
                    return next;
                },
                store.now());
        assertThat(store.decide(set).isDone()).isTrue();
    }

    /** A call of each key yesterday and today, and a running call. */
    private static void history(KeysFixture store) {
        for (String when : List.of("yesterday", "today", "running")) {
            KEYS.forEach((key, owners) -> {
                OpenHold hold = new OpenHold(when + key, ACCOUNT, key, "chat", "m", store.now(), owners[0], owners[1]);
                Reserve reserve = new Reserve(hold, 100, 100, () -> SpendLimits.NONE, () -> true);
                store.commit(reserve);
                assertThat(reserve.reserved()).isTrue();
                if (!when.equals("running")) {
                    store.settle(hold.id(), 40);
                }
            });
            if (when.equals("yesterday")) {
                store.advance(Duration.ofDays(1));
            }
        }
    }

    static Stream<Arguments> altered() {
        return AlteredBooks.onBoth(ALTERED);
    }

    static Stream<Arguments> unseen() {
        return AlteredBooks.onBoth(UNSEEN);
    }

    @ParameterizedTest
    @EnumSource
    void unaltered_budgets_add_up(Stores stores) {
        assertThat(BOOKS.get(stores).atFirst().stream()
                        .filter(it -> it.contains("budget") || it.contains("member") || it.contains("team"))
                        .toList())
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("altered")
    void one_altered_row_of_budgets_is_found(Stores stores, String alteration) throws SQLException {
        assertThat(BOOKS.get(stores).found(alteration.replace("{latest}", LATEST)))
                .isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("unseen")
    void a_limit_or_a_budget_without_calls_is_not_found(Stores stores, String alteration) throws SQLException {
        assertThat(BOOKS.get(stores).found(alteration.replace("{latest}", LATEST)))
                .isEmpty();
    }
}
