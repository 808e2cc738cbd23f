package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.CallLabels.Label;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Postgres;
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
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How far back a filter that has no index of its own is looked for, and what is read for it. */
@Timeout(240)
class CallLogTest {

    private static final int CALLS = 4_500;
    private static final int FAILED_EVERY = 100;

    /** A call each second, of which every hundredth has failed. */
    private static final String MANY = """
            INSERT INTO call (number, created_at, ended_at, held_micros, charged_micros, due_micros, sandbox_micros, balance_after_micros, receipts, flags,
                account_id, id, key_id, door, model_id, ending, error_code, error_message)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %1$d)
            SELECT i, 1793500000000 + i * 1000, 1793500000000 + i * 1000, 0, 0, 0, 0, 0, 0, 0,
                'acc_1', 'chatcmpl-20261101' || (100000 + i) || '000000000abcdefgh', 'key_1', 'chat', 'm',
                CASE WHEN i %% %2$d = 0 THEN 'failed' ELSE 'completed' END,
                CASE WHEN i %% %2$d = 0 THEN 'upstream_error' END, CASE WHEN i %% %2$d = 0 THEN 'x' END
            FROM n""".formatted(CALLS, FAILED_EVERY);

    private static final String ACCOUNT =
            "INSERT INTO account (id, name, created_at, last_number, last_number_at) VALUES ('acc_1', 'x', 0, %d, %d)"
                    .formatted(CALLS, 1_793_500_000_000L + CALLS * 1_000L);

    private static final CallFilter FAILED =
            new CallFilter(null, null, Set.of(TaskStatus.FAILED), null, KeyFilter.ALL, null, null, -1, null, null);

    @TempDir
    Path folder;

    private CustomersFixture open(Stores stores) throws SQLException {
        if (stores == Stores.POSTGRESQL) {
            String url = Postgres.migrated();
            Postgres.execute(url, "SET session_replication_role = replica; " + ACCOUNT + "; " + MANY);
            return CustomersFixture.shared(url);
        }
        Migrated.in(folder);
        try (Connection connection = sqlite();
                Statement statement = connection.createStatement()) {
            statement.execute(ACCOUNT);
            statement.execute(MANY);
        }
        return new CustomersFixture(folder);
    }

    private static AccountHistory history(CustomersFixture store) {
        return new AccountHistory(store.database, Duration.ofMinutes(10), store::now);
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
    @MethodSource(Stores.USUAL)
    void a_rare_call_is_looked_for_among_two_thousand_at_a_time_and_it_is_said_how_far_back_that_was(Stores stores)
            throws SQLException {
        try (CustomersFixture store = open(stores)) {
            AccountHistory history = history(store);
            Seen seen = all(history, FAILED);

            assertThat(seen.ids).hasSize(CALLS / FAILED_EVERY).doesNotHaveDuplicates();
            assertThat(seen.lookedBackTo).containsExactly(at(CALLS - 1_999), at(CALLS - 3_999), null);
        }
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void newer_ones_are_found_from_the_oldest_on(Stores stores) throws SQLException {
        try (CustomersFixture store = open(stores)) {
            AccountHistory history = history(store);
            List<String> newestFirst = all(history, FAILED).ids;

            CallPage page = history.calls("acc_1", FAILED, null, CallPage.place(FAILED_EVERY), 5);
            assertThat(page.calls().stream().map(CallRow::id))
                    .containsExactlyElementsOf(newestFirst.subList(newestFirst.size() - 6, newestFirst.size() - 1));
            assertThat(page.newer()).isEqualTo(CallPage.place(6 * FAILED_EVERY));
            assertThat(page.older()).isEqualTo(CallPage.place(2 * FAILED_EVERY));
        }
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void the_numbers_of_a_time_are_found_by_halving(Stores stores) throws SQLException {
        try (CustomersFixture store = open(stores)) {
            for (int from : new int[] {-5, 1, 2, 77, 2_048, CALLS - 1, CALLS, CALLS + 1}) {
                for (int length : new int[] {0, 1, 100, CALLS}) {
                    NumberSpan span = store.database
                            .pages()
                            .read("acc_1", sql -> NumberSpan.of(sql, "acc_1", at(from), at(from + length)));
                    assertThat(span.from()).isEqualTo(Math.clamp(from, 1, CALLS + 1));
                    assertThat(span.to()).isEqualTo(Math.clamp(from + length, 1, CALLS + 1));
                    assertThat(span.last()).isEqualTo(CALLS);
                }
            }
            CallFilter day = CallFilter.of(Span.of(at(100), at(4_400), ZoneOffset.UTC, at(CALLS)), null, KeyFilter.ALL);
            assertThat(all(history(store), day).ids)
                    .isNotEmpty()
                    .doesNotHaveDuplicates()
                    .allSatisfy(id -> {
                        Instant end = history(store)
                                .call("acc_1", id)
                                .orElseThrow()
                                .call()
                                .endedAt();
                        assertThat(end).isAfterOrEqualTo(day.from()).isBefore(day.to());
                    });
        }
    }

    /** A filter is no reason to read an account's other calls. */
    @Test
    void a_page_reads_only_the_numbers_that_it_looks_at() throws SQLException {
        Migrated.in(folder);
        CallFilter filter = new CallFilter(
                null,
                null,
                Set.of(TaskStatus.FAILED),
                "m",
                KeyFilter.ofKey("key_1"),
                "chat",
                "estimated",
                1,
                "timeout",
                new Label("feature", "search"));
        List<Object> values = new ArrayList<>(List.of("acc_1", 1, 2_001));
        String sql = "SELECT c.id FROM call c WHERE c.account_id = ? AND c.number >= ? AND c.number < ?"
                + filter.ofColumns("acc_1", values) + " ORDER BY c.number DESC";
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
                assertThat(steps)
                        .containsExactly(
                                "SEARCH c USING INDEX call_number (account_id=? AND number>? AND number<?)",
                                "SEARCH l EXISTS USING COVERING INDEX label_value (account_id=? AND name=? AND value=?)");
            }
        }
    }

    private Connection sqlite() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
    }

    private static Instant at(int call) {
        return Instant.ofEpochMilli(1_793_500_000_000L + call * 1_000L);
    }
}
