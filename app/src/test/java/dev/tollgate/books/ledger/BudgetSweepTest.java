package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.LedgerChange.TakeAccount;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.keys.KeyEdit.KeyCondition;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is deleted of budgets, over the real databases. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class BudgetSweepTest {

    private static final Instant START = Instant.parse("2026-10-20T10:00:00Z");

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private KeysFixture store;
    private boolean isSwept;

    @BeforeEach
    void open() {
        store = stores.open(folder, KeysFixture::new);
        store.setNow(START);
        store.account("acc_1", 1_000_000);
        store.key("key_1", "acc_1", KeySettings.named("one"));
    }

    @AfterEach
    void close() {
        if (!isSwept) {
            LedgerChecks.assertCoherent(store); // which misses windows of any age
        }
        List<String> found = new ArrayList<>();
        new Audit(store.database).run(found::add, (subject, rows) -> {});
        assertThat(found.stream().filter(line -> line.contains("budget"))).isEmpty();
        store.close();
    }

    private void budget(String owner, SpendWindow... windows) {
        for (SpendWindow window : windows) {
            SetBudgets set = SetBudgets.of(
                    "acc_1",
                    owner,
                    limits -> {
                        limits.put(window, new SpendBudget(1_000L));
                        return limits;
                    },
                    store.now());
            assertThat(store.decide(set).isDone()).isTrue();
        }
    }

    private ReserveOutcome reserve(String id, String keyId) {
        OpenHold hold = new OpenHold(id, "acc_1", keyId, "chat", "m", store.now());
        return store.decide(new Reserve(hold, 10, 10, () -> SpendLimits.NONE, () -> true));
    }

    private void sweep() {
        new BudgetSweep(store.database, store.writer, store::now).sweep();
    }

    private long windows(String condition) {
        return store.number("SELECT COUNT(*) FROM budget_window WHERE " + condition);
    }

    @Test
    void windows_go_thirty_five_days_after_their_end_unless_they_hold() {
        budget(Budgets.ACCOUNT, SpendWindow.HOUR, SpendWindow.DAY, SpendWindow.TOTAL);
        reserve("t1", "key_1");
        store.settle("t1", 10);
        store.advance(Duration.ofHours(1));
        reserve("runs", "key_1");

        store.setNow(Instant.parse("2026-10-20T11:00:00Z").plus(BudgetSweep.KEPT));
        sweep();
        assertThat(windows("kind = 'hour'")).isEqualTo(2);
        store.advance(Duration.ofMillis(1));
        sweep();
        assertThat(windows("kind = 'hour'")).isEqualTo(1);

        store.advance(Duration.ofDays(2));
        sweep();
        assertThat(windows("held_micros = 10")).as("of the running call").isEqualTo(3);
        store.settle("runs", 10);
        reserve("t2", "key_1");
        store.settle("t2", 10);
        sweep();
        assertThat(windows("starts_at < " + START.plus(Duration.ofDays(2)).toEpochMilli() + " AND kind <> 'total'"))
                .isZero();
        assertThat(windows("kind = 'total' AND charged_micros = 30")).isEqualTo(1);
        assertThat(windows("kind = 'hour'")).as("of the present").isEqualTo(1);
    }

    private long limitWindows(String condition) {
        isSwept = true;
        new BudgetSweep.OfLimits(store.database, store.writer, store::now).sweep();
        return store.number("SELECT COUNT(*) FROM spend_window WHERE " + condition);
    }

    @Test
    void windows_of_limits_go_after_their_time_unless_they_hold() {
        reserve("t1", "key_1");
        store.settle("t1", 10);
        store.advance(Duration.ofHours(1));
        reserve("runs", "key_1");

        store.setNow(Instant.parse("2026-10-20T11:00:00Z").plus(BudgetSweep.OfLimits.HOURS_KEPT));
        assertThat(limitWindows("kind = 'hour'")).isEqualTo(2);
        store.advance(Duration.ofMillis(1));
        assertThat(limitWindows("kind = 'hour'")).isEqualTo(1);

        store.setNow(Instant.parse("2026-10-21T00:00:00.001Z").plus(BudgetSweep.OfLimits.DAYS_KEPT));
        assertThat(limitWindows("held_micros = 10")).as("of the running call").isEqualTo(3);
        store.settle("runs", 10);
        assertThat(limitWindows("kind <> 'total'")).isZero();
        assertThat(limitWindows("charged_micros = 20")).isOne();
    }

    @Test
    void more_windows_of_limits_than_one_commit_deletes_all_go() {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < BudgetSweep.OfLimits.ROWS_MAX + 100; i++) {
            rows.add("('key_" + i % 3 + "', 'hour', " + i * 3_600_000L + ", 0, 0)");
        }
        store.execute("INSERT INTO spend_window (key_id, kind, starts_at, charged_micros, held_micros) VALUES "
                + String.join(", ", rows));
        assertThat(limitWindows("1 = 1")).isZero();
    }

    @Test
    void more_windows_than_one_commit_deletes_all_go() {
        budget(Budgets.ACCOUNT, SpendWindow.TOTAL);
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < BudgetSweep.ROWS_MAX + 100; i++) {
            rows.add("('acc_1', 'account', 'hour', " + i + ", " + (i + 1) + ", 0, 0)");
        }
        store.execute(
                "INSERT INTO budget_window (account_id, owner, kind, starts_at, ends_at, charged_micros, held_micros) VALUES "
                        + String.join(", ", rows));
        sweep();
        assertThat(windows("1 = 1")).isZero();
    }

    @Test
    void budgets_of_a_key_that_is_gone_go_once_its_calls_have_ended() {
        budget("key_1", SpendWindow.MONTH);
        budget(Budgets.ACCOUNT, SpendWindow.MONTH);
        reserve("t1", "key_1");
        store.commit(
                new TakeAccount("acc_1"),
                KeyChange.move(KeyCondition.NONE, "key_1", "key_2", "", "per_1", store.now()));
        sweep();
        assertThat(owners()).containsExactly("account", "key_1", "key_2");
        store.settle("t1", 10);
        sweep();
        assertThat(owners()).containsExactly("account", "key_2");
        assertThat(windows("owner = 'key_1'")).isZero();
        assertThat(reserve("t2", "key_2")).isEqualTo(new ReserveOutcome.Reserved(10));
        assertThat(store.ledger.budgets("acc_1", store.now()).lines())
                .extracting(line -> line.owner() + " " + line.use().micros())
                .containsExactly("account 20", "key_2 10");
    }

    private List<String> owners() {
        return store.ledger.budgets("acc_1", store.now()).lines().stream()
                .map(BudgetsNow.Line::owner)
                .toList();
    }
}
