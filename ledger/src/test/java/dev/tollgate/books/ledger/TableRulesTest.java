package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the program must never write, the tables do not take: the last line of defence against a mistake in it. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class TableRulesTest {

    private static final String ENTRY =
            "INSERT INTO entry (account_id, number, created_at, kind, amount_micros, missing_micros, balance_after_micros,"
                    + " request_id) VALUES (%s)";

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private String url;
    private BooksFixture store;

    @BeforeEach
    void open() {
        url = stores == Stores.SQLITE ? "jdbc:sqlite:" + folder.resolve("tollgate.db") : Postgres.migrated();
        store = stores == Stores.SQLITE ? new BooksFixture(folder) : new BooksFixture(BooksFixture.server(url));
        store.account("acc_1", 1_000);
        store.reserve("t1", "acc_1", 300, 300);
        store.settle("t1", 100);
        store.reserve("t2", "acc_1", 300, 300);
        store.commit(new Grant("acc_1", 1, "gift", RequestId.ofOperator("once"), store.now()));
    }

    @AfterEach
    void everything_adds_up() {
        try (BooksFixture closing = store) {
            LedgerChecks.assertCoherent(closing);
        }
    }

    @Test
    void an_account_adds_up_and_nothing_in_it_is_below_zero() {
        for (String change : List.of(
                "balance_micros = balance_micros + 1",
                "reserved_micros = reserved_micros + 1",
                "consumed_micros = consumed_micros - 1",
                "purchased_micros = purchased_micros + 1",
                "balance_micros = -1, reserved_micros = 902",
                "reserved_micros = -1, balance_micros = 902",
                "consumed_micros = -1, balance_micros = 702",
                "last_number = -1",
                "blocked = 2",
                "id = NULL")) {
            assertRefused("UPDATE account SET " + change + " WHERE id = 'acc_1'");
        }
    }

    @Test
    void a_call_is_charged_within_its_hold_and_has_an_end_that_is_one() {
        for (String change : List.of(
                "charged_micros = 301",
                "charged_micros = -1",
                "held_micros = -1",
                "held_micros = 99",
                "due_micros = -1",
                "sandbox_micros = 101",
                "sandbox_micros = -1",
                "balance_after_micros = -1",
                "number = 0",
                "number = NULL",
                "ending = 'half'",
                "ending = 'COMPLETED'",
                "ending = ''",
                "ending = NULL")) {
            assertRefused("UPDATE call SET " + change + " WHERE id = 't1'");
        }
        assertRefused("UPDATE open_hold SET held_micros = -1 WHERE id = 't2'");
    }

    @Test
    void an_entry_moves_an_accounts_credits_under_a_unique_number() {
        for (String values : List.of(
                "'acc_1', 99, 0, 'top_up', 0, 0, 5, NULL",
                "'acc_1', 99, 0, 'top_up', 5, 0, -1, NULL",
                "'acc_1', 99, 0, 'theft', 5, 0, 5, NULL",
                "'acc_1', 99, 0, 'charge', 5, 0, 5, NULL",
                "'acc_1', 0, 0, 'top_up', 5, 0, 5, NULL",
                "'acc_1', 1, 0, 'top_up', 5, 0, 5, NULL",
                "'acc_1', 99, 0, 'top_up', 5, 0, 5, 'operator once'",
                "NULL, 99, 0, 'top_up', 5, 0, 5, NULL")) {
            assertRefused(ENTRY.formatted(values));
        }
    }

    @Test
    void a_spend_window_is_there_once_and_holds_nothing_below_zero() {
        for (String values : List.of(
                "'key_1', 'week', 0, 0, 0",
                "'key_2', 'hour', 0, -1, 0",
                "'key_2', 'hour', 0, 0, -1",
                "'key_1', 'total', 0, 0, 0")) {
            assertRefused("INSERT INTO spend_window (key_id, kind, starts_at, charged_micros, held_micros) VALUES ("
                    + values + ")");
        }
    }

    @Test
    void a_call_ends_once_and_has_one_hold() {
        String row =
                "INSERT INTO call (number, created_at, ended_at, held_micros, charged_micros, due_micros, sandbox_micros,"
                        + " balance_after_micros, flags, account_id, id, key_id, door, model_id, ending)"
                        + " VALUES (%s, 0, 0, 1, 0, 0, 0, 0, 0, 'acc_1', '%s', 'key_1', 'chat', 'm', 'failed')";
        assertRefused(row.formatted(99, "t1"));
        assertRefused(row.formatted(2, "t9"));
        assertRefused("INSERT INTO open_hold SELECT * FROM open_hold WHERE id = 't2'");
    }

    @Test
    void what_is_right_is_taken() {
        assertThatCode(() ->
                        execute("UPDATE account SET balance_micros = 600, reserved_micros = 301 WHERE id = 'acc_1'"))
                .doesNotThrowAnyException();
        assertThatCode(() ->
                        execute("UPDATE account SET balance_micros = 601, reserved_micros = 300 WHERE id = 'acc_1'"))
                .doesNotThrowAnyException();
    }

    private void assertRefused(String sql) {
        long entries = store.number("SELECT COUNT(*) FROM entry");
        assertThatThrownBy(() -> execute(sql))
                .as(sql)
                .isInstanceOf(SQLException.class)
                .message()
                .containsPattern("(?i)constraint");
        assertThat(store.number("SELECT COUNT(*) FROM entry")).isEqualTo(entries);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            if (stores == Stores.SQLITE) {
                statement.execute("PRAGMA busy_timeout = 5000");
                statement.execute("PRAGMA foreign_keys = ON");
            }
            statement.execute(sql);
        }
    }
}
