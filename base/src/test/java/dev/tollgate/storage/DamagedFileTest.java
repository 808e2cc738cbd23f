package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Await;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Migrated;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pages of the embedded database that are not what they should be. */
@Timeout(120)
class DamagedFileTest {

    private static final int PAGE = 4096;
    private static final int ROWS = 2_000;

    @TempDir
    Path folder;

    private final Notes notes = new Notes();
    private Path file;

    @BeforeEach
    void fill() throws SQLException {
        file = Migrated.in(folder).resolve("tollgate.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + ROWS
                    + ") INSERT INTO account (id, name, created_at) SELECT 'acc_' || i, 'Name ' || i, i FROM n");
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            statement.execute("VACUUM");
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    private interface Harm {
        void to(RandomAccessFile damaged, long page, Random random) throws IOException;
    }

    /** A sound page with rows of an index or a table, which a disk has written to another place. */
    private byte[] misplaced = new byte[PAGE];

    private final List<Harm> harms = List.of(
            (damaged, page, random) -> write(damaged, page, new byte[PAGE]),
            (damaged, page, random) -> {
                byte[] noise = new byte[PAGE];
                random.nextBytes(noise);
                write(damaged, page, noise);
            },
            (damaged, page, random) -> damaged.setLength(page * PAGE),
            (damaged, page, random) -> write(damaged, page, misplaced));

    private static void write(RandomAccessFile damaged, long page, byte[] bytes) throws IOException {
        damaged.seek(page * PAGE);
        damaged.write(bytes);
    }

    @Test
    void each_of_twenty_damaged_files_is_found_by_a_check() throws Exception {
        byte[] sound = Files.readAllBytes(file);
        int root = Math.toIntExact(number("SELECT rootpage FROM sqlite_schema WHERE name = 'account'"));
        misplaced = java.util.Arrays.copyOfRange(sound, (root - 1) * PAGE, root * PAGE);
        assertThat(damage()).isEmpty();
        Random random = new Random(Effort.seed("damage.seed"));
        List<String> missed = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int page;
            do { // until something has changed
                Files.write(file, sound);
                page = i == 0 ? 0 : 1 + random.nextInt(sound.length / PAGE - 1);
                try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
                    harms.get(i == 0 ? 1 : i % harms.size()).to(damaged, page, random);
                }
            } while (java.util.Arrays.equals(sound, Files.readAllBytes(file)));
            if (damage().isEmpty()) {
                missed.add("harm " + i % harms.size() + " to page " + page);
            }
        }
        assertThat(missed).isEmpty();
    }

    @Test
    void a_damaged_index_of_migrations_is_no_development_build() throws Exception {
        byte[] sound = Files.readAllBytes(file);
        int account = Math.toIntExact(number("SELECT rootpage FROM sqlite_schema WHERE name = 'account'"));
        int index = Math.toIntExact(
                number("SELECT rootpage FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'tollgate_schema'"));
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            write(damaged, index - 1, java.util.Arrays.copyOfRange(sound, (account - 1) * PAGE, account * PAGE));
        }
        assertThat(damage()).isNotEmpty();
    }

    /** Finds it as {@code ledger verify} does. */
    private List<String> damage() {
        try (Database database = Database.openReading(folder)) {
            return database.findDamage();
        } catch (CannotOpen e) {
            assertThat(e).hasMessageContaining("is damaged");
            return List.of(e.withCause());
        }
    }

    @Test
    void a_damaged_page_of_the_history_is_found() throws Exception {
        damage(Migrations.HISTORY);
        assertThatThrownBy(() -> Database.openReading(folder))
                .isInstanceOfSatisfying(
                        CannotOpen.class, e -> assertThat(e.isDamage()).isTrue());
    }

    private void damageAccounts() throws Exception {
        damage("account");
    }

    private void damage(String table) throws Exception {
        long root = number("SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'");
        byte[] noise = new byte[PAGE];
        new Random(1).nextBytes(noise);
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            write(damaged, root - 1, noise);
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void damage_that_the_writer_meets_ends_readiness_until_a_restart() throws Exception {
        damageAccounts();
        AtomicInteger ended = new AtomicInteger();
        try (LogCapture log = new LogCapture();
                Database database = Database.open(folder, true)) {
            database.whenGone(ended::incrementAndGet);
            Writer writer = database.startWriter(List.of(notes));
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> writer.commitAndWait(Unit.of(new Notes.Note("n"))))
                        .isInstanceOf(StoreUnavailable.class);
            }
            assertThatItIsTold(database, writer, log, ended);
        }
        try (Database database = Database.open(folder, true)) {
            assertThat(database.damage()).isNull();
        }
    }

    @Test
    void damage_that_a_reader_meets_ends_readiness_until_a_restart() throws Exception {
        damageAccounts();
        for (boolean isPage : new boolean[] {false, true}) {
            AtomicInteger ended = new AtomicInteger();
            try (LogCapture log = new LogCapture();
                    Database database = Database.open(folder, true)) {
                database.whenGone(ended::incrementAndGet);
                Writer writer = database.startWriter(List.of(notes));
                Query<Long> read = sql -> sql.number("SELECT COUNT(*) FROM account WHERE name LIKE 'Name%'");
                assertThatThrownBy(() -> {
                            if (isPage) {
                                database.pages().read("acc_1", read);
                            } else {
                                database.read(read);
                            }
                        })
                        .isInstanceOf(StoreUnavailable.class);
                assertThatItIsTold(database, writer, log, ended);
            }
        }
    }

    private static void assertThatItIsTold(Database database, Writer writer, LogCapture log, AtomicInteger ended) {
        assertThat(database.damage()).contains("is damaged: stop this server").contains("restore a backup");
        Await.until(
                "the writer to say so", () -> String.valueOf(database.damage()).equals(writer.complaint()));
        assertThat(log.text().lines().filter(line -> line.contains("ALARM"))).hasSize(1);
        assertThat(log.text()).contains("No more calls are taken").doesNotContain("not executing");
        assertThat(ended).hasValue(1);
        long seen = database.read(sql -> sql.number("SELECT COUNT(*) FROM tollgate_schema"));
        assertThat(seen).isPositive(); // what is sound can be read, for the operator's pages
    }

    @Test
    void a_start_on_a_damaged_file_says_what_to_do() throws Exception {
        byte[] noise = new byte[PAGE];
        new Random(1).nextBytes(noise);
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            write(damaged, 0, noise);
        }
        assertThatThrownBy(() -> Database.open(folder))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("it is damaged: keep a copy of the data folder, restore a backup");
    }
}
