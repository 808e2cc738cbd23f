package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Postgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the databases go about statements that meet many rows. */
@Timeout(240)
class PlansTest {

    private static final int CALLS = 200;

    /** The server counts its rows once a minute; until then it may hold a table for empty that is not. */
    @Test
    void a_fresh_installation_does_not_read_whole_tables_for_the_rows_of_a_call() throws SQLException {
        String url = Postgres.untouched();
        try (BooksFixture node = new BooksFixture(BooksFixture.server(url))) {
            node.account("acc_1", 1_000_000);
            for (int call = 0; call < CALLS; call++) {
                node.reserve("t" + call, "acc_1", 100, 100);
                node.settle("t" + call, 70);
            }
        }
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            // A connection that ends hands in what it has counted.
            await(statement, "SELECT COUNT(*) = 1 FROM pg_stat_activity WHERE datname = current_database()");
            try (ResultSet row = statement.executeQuery("""
                    SELECT SUM(n_tup_ins), SUM(seq_tup_read) FROM pg_stat_user_tables
                    WHERE relname IN ('call', 'entry', 'open_hold', 'account', 'spend_window')""")) {
                row.next();
                assertThat(row.getLong(1)).isGreaterThan(2 * CALLS);
                assertThat(row.getLong(2)).isLessThan(CALLS);
            }
        }
    }

    @Test
    void what_a_key_has_taken_is_not_looked_for_among_all_the_windows_that_it_ever_had(@TempDir Path folder)
            throws SQLException {
        Migrated.in(folder);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("EXPLAIN QUERY PLAN " + Ledger.WINDOWS.formatted("?, ?"))) {
            List<String> steps = new ArrayList<>();
            while (row.next()) {
                steps.add(row.getString("detail"));
            }
            assertThat(steps)
                    .contains("SEARCH w USING PRIMARY KEY (key_id=? AND kind=? AND starts_at=?)")
                    .noneMatch(step -> step.equals("SCAN w"));
        }
    }

    private static void await(Statement statement, String question) throws SQLException {
        boolean answer = false;
        while (!answer) {
            try (ResultSet row = statement.executeQuery(question)) {
                answer = row.next() && row.getBoolean(1);
            }
        }
    }
}
