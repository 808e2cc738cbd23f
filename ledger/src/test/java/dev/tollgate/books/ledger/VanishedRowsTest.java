package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.storage.StoreException;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Calls;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A row that the ledger keeps in memory goes from the database behind its back: what would be written into nothing fails, so that
 * no money moves without being recorded. Only an embedded database's rows are kept.
 */
class VanishedRowsTest {

    @TempDir
    Path folder;

    private BooksFixture store;

    @BeforeEach
    void open() {
        store = new BooksFixture(BooksFixture.tampered(folder));
        store.account("acc_1", 1_000);
        store.reserve("t1", "acc_1", 300, 300);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_charge_on_an_account_that_is_gone_is_not_reported_as_made() throws SQLException {
        vanish("account");
        assertThatThrownBy(() -> store.settle("t1", 100)).isInstanceOf(StoreException.class);
        assertNothingEntered();
    }

    @Test
    void a_charge_on_a_reservation_that_is_gone_is_not_reported_as_made() throws SQLException {
        vanish("open_hold");
        assertThatThrownBy(() -> store.settle("t1", 100)).isInstanceOf(StoreException.class);
        assertNothingEntered();
    }

    /** Its balance does not change, so that no other row's rule can fail first. */
    @Test
    void a_resolution_without_a_charge_is_not_written_into_nothing_either() throws SQLException {
        store.reserve("free", "acc_1", 0, 0);
        vanish("open_hold");
        assertThatThrownBy(() -> store.settle("free", 0)).isInstanceOf(StoreException.class);
        assertNothingEntered();
    }

    @Test
    void a_block_is_not_written_into_nothing_either() throws SQLException {
        vanish("account");
        assertThatThrownBy(() -> store.commit(new SetBlocked("acc_1", true))).isInstanceOf(StoreException.class);
        assertNothingEntered();
    }

    @Test
    void a_hold_that_a_spend_window_cannot_count_any_more_is_not_given() throws SQLException {
        vanish("spend_window");
        assertThatThrownBy(() -> store.reserve("t2", "acc_1", 100, 100)).isInstanceOf(StoreException.class);
        assertNothingEntered();
    }

    private void assertNothingEntered() {
        assertThat(store.number("SELECT COUNT(*) FROM entry")).as("top-up").isEqualTo(1);
        assertThat(Calls.count(store::number, "TRUE")).isZero();
    }

    private void vanish(String table) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 5000");
            statement.execute("PRAGMA foreign_keys = OFF");
            assertThat(statement.executeUpdate("DELETE FROM " + table)).isPositive();
        }
    }
}
