package dev.tollgate.customers.months;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.customers.months.Month.Sum;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.FormerSchema;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Months before the version that brought them are made from the rows of the version before, whose entries did not say what of them is sandbox credits. */
@BesideOthers
class FormerMonthsTest {

    private static final int SCHEMA_BEFORE = 13;
    private static final YearMonth SEPTEMBER = YearMonth.of(2026, 9);
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final Instant NOW = Instant.parse("2026-11-02T00:00:00Z");
    private static final long IN_SEPTEMBER = Month.start(SEPTEMBER).toEpochMilli();
    private static final long IN_OCTOBER = Month.start(OCTOBER).toEpochMilli();

    private final List<String> rows = new ArrayList<>();

    @TempDir
    Path folder;

    /** @param micros that it holds @param sandbox of them @param bought and used in all */
    private void account(String id, long micros, long sandbox, long bought, boolean isDeleted) {
        rows.add(
                "INSERT INTO account (id, name, created_at, balance_micros, purchased_micros, consumed_micros, sandbox_micros, last_number,"
                        + " last_number_at, deleted_at) VALUES ('%s', 'a', 1, %d, %d, %d, %d, 9, %d, %s)"
                                .formatted(
                                        id,
                                        micros,
                                        bought,
                                        bought - micros,
                                        sandbox,
                                        IN_OCTOBER,
                                        isDeleted ? IN_OCTOBER : "NULL"));
    }

    private void entry(String account, int number, long at, String kind, long micros, String reason, String request) {
        rows.add(
                "INSERT INTO entry (account_id, number, created_at, kind, amount_micros, balance_after_micros, reason, "
                        + (kind.equals("refund") ? "task_id" : "request_id")
                        + ") VALUES ('%s', %d, %d, '%s', %d, 0, '%s', %s)"
                                .formatted(
                                        account,
                                        number,
                                        at,
                                        kind,
                                        micros,
                                        reason,
                                        request.isEmpty() ? "NULL" : "'" + request + "'"));
    }

    private void call(String account, int number, long at, long charged, long sandbox) {
        rows.add(
                "INSERT INTO call (number, created_at, ended_at, held_micros, charged_micros, due_micros, sandbox_micros, balance_after_micros,"
                        + " receipts, flags, account_id, id, key_id, door, model_id, ending) VALUES (%1$d, %2$d, %2$d, %3$d, %3$d, %3$d, %4$d, 0,"
                                .formatted(number, at, charged, sandbox)
                        + " 0, 0, '%1$s', 'task_%1$s_%2$d', 'key_1', 'chat', 'm', 'completed')"
                                .formatted(account, number));
        rows.add(
                "INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, calls, charged_micros)"
                        + " VALUES (%d, '', '', 'm', '', 'completed', 1, %d) ON CONFLICT (starts_at, node_id, channel, model, upstream_model, ending)"
                                .formatted(at - at % 3_600_000, charged)
                        + " DO UPDATE SET calls = usage_hour.calls + 1, charged_micros = usage_hour.charged_micros + excluded.charged_micros");
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void sandbox_credits_of_earlier_rows_stand_apart(Stores stores) throws SQLException {
        // A try that goes on, another one that was bought for nothing, and the demo account.
        account("acc_try", 38_000, 30_000, 58_000, false);
        entry("acc_try", 1, IN_SEPTEMBER, "top_up", 50_000, "credits to start with", "sandbox-start-acc_try");
        entry("acc_try", 2, IN_SEPTEMBER, "top_up", 8_000, "a gift", "start-acc_try");
        call("acc_try", 3, IN_SEPTEMBER, 20_000, 20_000);
        account("acc_test", 0, 0, 600, false);
        entry("acc_test", 1, IN_OCTOBER, "top_up", 600, "payment", "test-payment-acc_test-pay_1");
        rows.add("INSERT INTO payment (id, account_id, channel, created_at, net_cents, credit_micros, state)"
                + " VALUES ('pay_1', 'acc_test', 'test', 1, 3, 600, 'paid')");
        call("acc_test", 2, IN_OCTOBER, 600, 600);
        account("acc_demo", 7, 7, 7, false);
        entry("acc_demo", 1, IN_OCTOBER, "top_up", 7, "demo credits", "");
        // Before there were sandbox credits, such gifts were credits as others.
        account("acc_old", 40, 0, 40, false);
        entry("acc_old", 1, IN_SEPTEMBER, "top_up", 40, "credits to start with", "sandbox-start-acc_old");
        // Refunds return sandbox credits first, and debits take them last.
        account("acc_back", 400, 400, 1_100, false);
        entry("acc_back", 1, IN_SEPTEMBER, "top_up", 1_000, "credits to start with", "sandbox-start-acc_back");
        entry("acc_back", 2, IN_SEPTEMBER, "top_up", 2_000, "a gift", "");
        call("acc_back", 3, IN_SEPTEMBER, 2_000, 1_000);
        entry("acc_back", 4, IN_OCTOBER, "refund", 300, "slow", "task_acc_back_3");
        entry("acc_back", 5, IN_OCTOBER, "refund", 300, "slow", "task_acc_back_3");
        entry("acc_back", 6, IN_OCTOBER, "refund", 600, "slow", "task_acc_back_3");
        entry("acc_back", 7, IN_OCTOBER, "refund", 100, "slow", "task_acc_back_3");
        entry("acc_back", 8, IN_OCTOBER, "adjustment", -100, "too much", "");
        entry("acc_back", 9, IN_OCTOBER, "adjustment", -1_800, "too much", "");
        account("acc_gone", 0, 0, 100, true);
        entry("acc_gone", 1, IN_SEPTEMBER, "top_up", 900, "credits to start with", "sandbox-start-acc_gone");
        call("acc_gone", 2, IN_SEPTEMBER, 100, 100);
        entry("acc_gone", 3, IN_OCTOBER, "adjustment", -50, "too much", "");
        entry("acc_gone", 4, IN_OCTOBER, "adjustment", -750, "account deleted", "");

        try (Database database = FormerSchema.opened(stores, folder, SCHEMA_BEFORE, rows)) {
            assertThat(database.<List<String>>read(sql -> sql.list(
                            "SELECT account_id || ' ' || number || ' ' || sandbox_micros FROM entry WHERE sandbox_micros <> 0"
                                    + " ORDER BY account_id, number",
                            row -> row.getString(1))))
                    .containsExactly(
                            "acc_back 1 1000",
                            "acc_back 4 300",
                            "acc_back 5 300",
                            "acc_back 6 400",
                            "acc_back 9 -600",
                            "acc_demo 1 7",
                            "acc_gone 1 900",
                            "acc_gone 3 -50",
                            "acc_gone 4 -750",
                            "acc_test 1 600",
                            "acc_try 1 50000");
            Months months = new Months(database, () -> NOW);
            Month september = months.month(SEPTEMBER);
            assertThat(september.sum(MonthLine.SANDBOX_CREDITS)).isEqualTo(new Sum(3, 51_900, 51_900, 0, 0));
            assertThat(september.sum(MonthLine.USED)).isEqualTo(new Sum(3, -22_100, -21_100, 0, 0));
            Month october = months.month(OCTOBER);
            assertThat(october.opening()).isEqualTo(new Sum(0, 39_840, 30_800, 0, 0));
            assertThat(october.sum(MonthLine.REFUNDED_CALLS)).isEqualTo(new Sum(4, 1_300, 1_000, 0, 0));
            assertThat(october.sum(MonthLine.TEST_PAYMENTS)).isEqualTo(new Sum(1, 600, 600, 3, 0));
            assertThat(october.sum(MonthLine.DELETED_ACCOUNTS)).isEqualTo(new Sum(1, -750, -750, 0, 0));
            assertThat(october.sum(MonthLine.LOST)).isEqualTo(new Sum(3, -1_950, -650, 0, 0));
            assertThat(october.closing()).as("the accounts'").isEqualTo(new Sum(0, 38_447, 30_407, 0, 0));
            assertThat(months.all())
                    .extracting(Month::differenceMicros)
                    .as("to the balances")
                    .containsOnly(0L);
        }
    }
}
