package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.tasks.TaskStatus;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.StoreFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How far back a filter that has no index of its own is looked for, and what is read for it. */
@Timeout(240)
class CallLogTest {

    private static final int CALLS = 4_500;
    private static final int FAILED_EVERY = 100;

    /** A call each second, of which every hundredth has failed. */
    private static final String MANY = """
            INSERT INTO task (id, account_id, key_id, door, model, model_id, status, created_at, completed_at)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
            SELECT 'chatcmpl-20261101' || (100000 + i) || '000000000abcdefgh', 'acc_1', 'key_1', 'chat', 'm', 'm',
                CASE WHEN i %% %d = 0 THEN 'failed' ELSE 'completed' END, 1793500000000 + i * 1000, 1793500000000 + i * 1000
            FROM n""".formatted(CALLS, FAILED_EVERY);

    private static final CallFilter FAILED =
            new CallFilter(null, null, Set.of(TaskStatus.FAILED), null, KeyFilter.ALL, null, null, -1);

    @TempDir
    Path folder;

    private StoreFixture open(Stores stores) throws SQLException {
        if (stores == Stores.POSTGRESQL) {
            String url = Postgres.migrated();
            Postgres.execute(url, "SET session_replication_role = replica; " + MANY);
            return StoreFixture.shared(url);
        }
        Migrated.in(folder);
        try (Connection connection = sqlite();
                Statement statement = connection.createStatement()) {
            statement.execute(MANY);
        }
        return new StoreFixture(folder);
    }

    private record Seen(List<String> ids, List<@Nullable Instant> lookedBackTo) {}

    private static Seen all(AccountHistory history, CallFilter filter) {
        Seen seen = new Seen(new ArrayList<>(), new ArrayList<>());
        String before = null;
        do {
            CallPage page = history.calls("acc_1", filter, before, null, 50);
            page.calls().forEach(call -> seen.ids.add(call.id()));
            seen.lookedBackTo.add(page.lookedBackTo());
            before = page.older();
        } while (before != null);
        return seen;
    }

    @ParameterizedTest
    @EnumSource
    void a_rare_call_is_looked_for_among_two_thousand_at_a_time_and_it_is_said_how_far_back_that_was(Stores stores)
            throws SQLException {
        try (StoreFixture store = open(stores)) {
            AccountHistory history = new AccountHistory(store.database, Duration.ofMinutes(10), store::now);
            Seen seen = all(history, FAILED);

            assertThat(seen.ids).hasSize(CALLS / FAILED_EVERY).doesNotHaveDuplicates();
            assertThat(seen.lookedBackTo).containsExactly(at(CALLS - 1_999), at(CALLS - 3_999), null);
        }
    }

    @ParameterizedTest
    @EnumSource
    void newer_ones_are_found_from_the_oldest_on(Stores stores) throws SQLException {
        try (StoreFixture store = open(stores)) {
            AccountHistory history = new AccountHistory(store.database, Duration.ofMinutes(10), store::now);
            List<String> newestFirst = all(history, FAILED).ids;

            CallPage page = history.calls("acc_1", FAILED, null, newestFirst.getLast(), 5);
            assertThat(page.calls().stream().map(CallRow::id))
                    .containsExactlyElementsOf(newestFirst.subList(newestFirst.size() - 6, newestFirst.size() - 1));
        }
    }

    @Test
    void a_call_that_a_filter_does_not_want_is_passed_over_in_the_index() throws SQLException {
        Migrated.in(folder);
        CallFilter filter = new CallFilter(
                null, null, Set.of(TaskStatus.FAILED), "m", KeyFilter.ofKey("key_1"), "chat", "estimated", 1);
        List<Object> values = new ArrayList<>(List.of("acc_1", "chatcmpl-2026"));
        String sql = "SELECT t.id FROM task t WHERE t.account_id = ? AND t.id >= ?" + filter.ofColumns("acc_1", values)
                + " ORDER BY t.id DESC";
        try (Connection connection = sqlite();
                PreparedStatement plan = connection.prepareStatement("EXPLAIN QUERY PLAN " + sql)) {
            for (int i = 0; i < values.size(); i++) {
                plan.setObject(i + 1, values.get(i));
            }
            try (ResultSet row = plan.executeQuery()) {
                List<String> steps = new ArrayList<>();
                while (row.next()) {
                    steps.add(row.getString("detail"));
                }
                assertThat(steps).containsExactly("SEARCH t USING COVERING INDEX task_account (account_id=? AND id>?)");
            }
        }
    }

    @Test
    void a_call_with_more_to_tell_than_a_kilobyte_takes_no_page_of_its_own() throws SQLException {
        Migrated.in(folder);
        try (Connection connection = sqlite();
                Statement statement = connection.createStatement()) {
            long before = pages(statement);
            statement.execute(MANY);
            long lean = pages(statement) - before;
            statement.execute("DELETE FROM task");
            statement.execute("VACUUM");
            before = pages(statement);
            statement.execute(MANY.replace("'m', 'm',", "'" + "m".repeat(1_500) + "', 'm',"));
            assertThat((pages(statement) - before - lean) * 4_096 / CALLS).isBetween(1_500L, 2_000L);
        }
    }

    private static long pages(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("PRAGMA page_count")) {
            row.next();
            return row.getLong(1);
        }
    }

    private Connection sqlite() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
    }

    private static Instant at(int call) {
        return Instant.ofEpochMilli(1_793_500_000_000L + call * 1_000L);
    }
}
