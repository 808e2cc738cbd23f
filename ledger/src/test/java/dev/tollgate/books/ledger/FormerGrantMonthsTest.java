package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.FormerSchema;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The version that counts what grants pay by month counts the calls before it, by their lists. */
@BesideOthers
class FormerGrantMonthsTest {

    private static final int SCHEMA_BEFORE = 21;

    private final List<String> rows = new ArrayList<>();
    private int calls;

    @TempDir
    Path folder;

    private void account(String id, int lastGrant) {
        rows.add(
                "INSERT INTO account (id, name, created_at, balance_micros, purchased_micros, consumed_micros, last_grant)"
                        + " VALUES ('%s', 'a', 1, 0, 0, 0, %d)".formatted(id, lastGrant));
    }

    private void call(String account, String endedAt, String paidBy) {
        rows.add(
                "INSERT INTO call (number, created_at, ended_at, held_micros, charged_micros, due_micros, sandbox_micros, balance_after_micros,"
                        + " receipts, flags, account_id, id, key_id, door, model_id, ending, paid_by) VALUES (%1$d, 1, %2$d, 900, 900, 900, 0, 0, 0, 0,"
                                .formatted(++calls, Instant.parse(endedAt).toEpochMilli())
                        + " '%s', 'task_%d', 'key_1', 'chat', 'm', 'completed', %s)".formatted(account, calls, paidBy));
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void the_calls_so_far_are_counted_by_their_lists(Stores stores) throws SQLException {
        account("acc_1", 12);
        call("acc_1", "2026-10-31T23:59:59.999Z", "'7:100 12:9000000000000000'");
        call("acc_1", "2026-11-01T00:00:00Z", "'7:1'");
        call("acc_1", "2026-11-30T12:00:00.001Z", "'12:5 7:20'");
        call("acc_1", "2026-11-30T12:00:00Z", "NULL");
        account("acc_2", 1);
        call("acc_2", "2028-02-29T23:59:59Z", "'1:3'");
        call("acc_2", "2028-02-01T00:00:00Z", "'1:4'");
        account("acc_3", 0);
        call("acc_3", "2026-11-30T12:00:00Z", "NULL");
        account("altered", 1);
        call("altered", "2026-11-30T12:00:00Z", "'7'");
        call("altered", "2026-11-30T12:00:00Z", "'\"'");
        call("altered", "2026-11-30T12:00:00Z", "''");
        call("altered", "2026-11-30T12:00:00Z", "'0:1 1:0'");
        try (Database database = FormerSchema.opened(stores, folder, SCHEMA_BEFORE, rows)) {
            List<String> months = database.read(sql -> sql.list(
                    "SELECT starts_at, account_id, number, paid_micros FROM grant_month ORDER BY account_id, number, starts_at",
                    row -> Instant.ofEpochMilli(row.getLong(1)) + " " + row.getString(2) + " " + row.getLong(3) + ":"
                            + row.getLong(4)));
            assertThat(months)
                    .containsExactly(
                            "2026-10-01T00:00:00Z acc_1 7:100",
                            "2026-11-01T00:00:00Z acc_1 7:21",
                            "2026-10-01T00:00:00Z acc_1 12:9000000000000000",
                            "2026-11-01T00:00:00Z acc_1 12:5",
                            "2028-02-01T00:00:00Z acc_2 1:7");
        }
    }
}
