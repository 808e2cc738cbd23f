package dev.tollgate.storage.secrets;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.testing.BesideOthers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is erased is not in the bytes of the embedded database's files. */
@BesideOthers
class FreePagesTest {

    private static final String SECRET = "zz-an-erased-secret";

    /** Rows of 8,000 bytes, which take pages of their own. */
    private static final String ADD = "INSERT INTO installation (name, value) SELECT '" + SECRET + "' || value, '"
            + SECRET + "' || HEX(ZEROBLOB(4000))"
            + " FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]')";

    private static final String DELETE = "DELETE FROM installation WHERE name LIKE '" + SECRET + "%'";

    @TempDir
    Path folder;

    @BeforeEach
    void make() {
        Database.open(folder).close();
    }

    private static final class Erase extends Write<Integer> {
        @Override
        protected Integer run(Statements statements) throws SQLException {
            statements.erased();
            return statements.run(DELETE);
        }
    }

    private void execute(String... all) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tollgate.db"));
                Statement statement = connection.createStatement()) {
            for (String one : all) {
                statement.execute(one);
            }
        }
    }

    private boolean isInFiles() throws IOException {
        boolean is = false;
        for (String name : List.of("tollgate.db", "tollgate.db-wal")) {
            Path file = folder.resolve(name);
            is |= Files.exists(file)
                    && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(SECRET);
        }
        return is;
    }

    @Test
    void an_erasure_leaves_nothing_in_the_files_of_a_running_server() throws Exception {
        execute("PRAGMA secure_delete = ON", ADD);
        assertThat(isInFiles()).isTrue();
        try (Database database = Database.open(folder)) {
            Writer writer = database.startWriter(List.of(new WritePart<>(Erase.class)));
            Erase erase = new Erase();
            writer.commitAndWait(Unit.of(erase));
            assertThat(erase.outcome()).isEqualTo(20);
            assertThat(isInFiles()).isFalse();
        }
    }

    @Test
    void pages_that_were_freed_before_are_cleared_once() throws Exception {
        execute(
                "PRAGMA secure_delete = FAST",
                ADD,
                DELETE,
                "INSERT INTO installation (name, value) VALUES ('free_pages', 'old')");
        assertThat(isInFiles()).isTrue();
        long bytes = Files.size(folder.resolve("tollgate.db"));
        try (Database database = Database.open(folder)) {
            Writer writer = database.startWriter(List.of(FreePages.part()));
            FreePages pages = new FreePages(database, writer);
            pages.clear();
            assertThat(isInFiles()).isFalse();
            assertThat(Files.size(folder.resolve("tollgate.db"))).isLessThanOrEqualTo(bytes + 65_536);
            assertThat(database.findDamage()).isEmpty();
            assertThat(database.<Long>read(
                            sql -> sql.number("SELECT COUNT(*) FROM sqlite_master WHERE name = 'filled_page'")))
                    .isZero();
            pages.clear();
        }
    }
}
