package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class FailuresTest {

    @Test
    void a_full_disk_is_reported_as_such_without_driver_text() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE note (text)");
            statement.execute("PRAGMA max_page_count = 1"); // SQLite then allows no page more than there are
            Throwable full = catchThrowable(() -> statement.execute("INSERT INTO note VALUES (zeroblob(1000000))"));
            assertThat(new StoreUnavailable("the database could not be copied", full).withCause())
                    .isEqualTo(
                            "the database could not be copied: no room is left on the disk, or on the disk of temporary files");
        }
    }

    @Test
    void what_a_library_says_in_several_lines_becomes_one() {
        assertThat(Failures.why(new IllegalStateException("Script V7 failed\n----------------\nLine       : 3\n")))
                .isEqualTo("Script V7 failed; Line       : 3");
    }
}
