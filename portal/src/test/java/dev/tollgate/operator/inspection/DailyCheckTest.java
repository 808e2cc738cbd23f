package dev.tollgate.operator.inspection;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.server.BooksCheck;
import dev.tollgate.storage.copies.DayCopy;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daily check of a copy, and of a server's books (C37). */
@BesideOthers
class DailyCheckTest {

    private static final String YESTERDAY = "tollgate-20261128T080000Z.db";
    private static final String TODAY = "tollgate-20261129T080000Z.db";
    private static final String ALTERATION = "UPDATE entry SET reason = 'other words'";

    @TempDir
    Path folder;

    private Path data;
    private Path own;
    private CustomersFixture store;
    private BooksCheck books;
    private DailyCheck daily;

    @BeforeEach
    void open() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
        own = Files.createDirectories(folder.resolve("copies/tollgate-0a1b2c3d"));
        store = new CustomersFixture(data);
        store.account("acc_1", 1_000_000);
        start();
    }

    @AfterEach
    void close() {
        daily.close();
        store.close();
    }

    /** Starts the check as a start of the server does, with nothing in memory. */
    private void start() {
        books = check(store);
        daily = new DailyCheck(
                new DailyCheck.Source(new DayCopy(data), own::resolve),
                store.database,
                store.writer,
                CustomersFixture.SECRETS,
                books,
                store::now);
    }

    private static BooksCheck check(CustomersFixture store) {
        return new BooksCheck(
                store.database,
                CustomersFixture.SECRETS,
                new AuditLog(store.database),
                new AuditedWriter(store.writer, store::now),
                store::now);
    }

    /** Stores a copy as the server does. @return its file */
    private Path copied(String name, String alteration) throws IOException {
        Path copy = own.resolve(name);
        store.database.backupTo(copy);
        if (!alteration.isEmpty()) {
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
                    Statement statement = connection.createStatement()) {
                assertThat(statement.executeUpdate(alteration)).isPositive();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
        try {
            String sum = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(copy)));
            Files.writeString(own.resolve(name + ".sha256"), sum + "  " + name + "\n");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        return copy;
    }

    private Path day() {
        return data.resolve("copy/day");
    }

    private void taken(Path copy) throws IOException {
        Path place = Files.createDirectories(day().resolve(copy.getFileName()));
        Files.copy(copy, place.resolve("tollgate.db"));
        start();
    }

    private static BooksCheck.Done done(BooksCheck books) {
        return (BooksCheck.Done) books.state();
    }

    @Test
    void a_sound_copy_is_todays_check_without_differences() throws IOException {
        copied(YESTERDAY, "");
        taken(copied(TODAY, ""));
        assertThat(daily.differences()).isNull();
        daily.round();
        assertThat(done(books).sentences()).isEmpty();
        assertThat(done(books).differences()).isZero();
        assertThat(daily.differences()).isZero();
        assertThat(daily.age()).isLessThan(Duration.ofSeconds(1));
        assertThat(day()).isEmptyDirectory();
        assertThat(store.database.<List<String>>read(sql -> sql.list(
                        "SELECT actor || ' ' || subject FROM audit_log WHERE action = 'books.check'",
                        row -> row.getString(1))))
                .containsExactly("schedule " + TODAY);
        assertThat(daily.warnings()).isEmpty();
    }

    @Test
    void a_value_that_differs_from_the_day_before_is_found_and_written_down() throws IOException {
        copied(YESTERDAY, "");
        taken(copied(TODAY, ALTERATION));
        daily.round();
        assertThat(daily.differences()).isOne();
        start();
        assertThat(daily.differences()).as("after a restart").isOne();
        assertThat(done(books).sentences())
                .containsExactly(
                        "row acc_1/1 of the table entry has another reason than in the copy of the day before");
    }

    @Test
    void differences_stay_told_after_a_sound_check() throws IOException {
        copied(YESTERDAY, "");
        taken(copied(TODAY, ALTERATION));
        daily.round();
        store.advance(Duration.ofDays(1));
        copied("tollgate-20261130T080000Z.db", ALTERATION);
        taken(copied("tollgate-20261130T090000Z.db", ALTERATION));
        daily.round();
        assertThat(done(books).differences()).isZero();
        assertThat(daily.differences()).isOne();
        start();
        assertThat(daily.differences()).as("after a restart").isOne();
        assertThat(books.unseen().subject()).isEqualTo(TODAY);
    }

    @Test
    void books_that_do_not_add_up_are_found_without_a_copy_of_the_day_before() throws IOException {
        taken(copied(
                TODAY,
                "UPDATE account SET balance_micros = balance_micros + 1, purchased_micros = purchased_micros + 1"));
        daily.round();
        assertThat(done(books).differences()).isPositive();
    }

    @Test
    void an_older_copy_that_is_not_as_it_was_stored_is_a_difference() throws IOException {
        Files.write(copied(YESTERDAY, ""), new byte[] {1});
        copied("tollgate-20261127T080000Z.db", "");
        taken(copied(TODAY, ""));
        daily.round();
        assertThat(done(books).sentences())
                .containsExactly(own.resolve(YESTERDAY) + " is not as its SHA-256 says: it is passed over.");
    }

    @Test
    void without_a_look_at_the_day_before_there_is_no_verdict() throws IOException {
        Files.createDirectory(own.resolve(YESTERDAY)); // cannot be read as a file
        taken(copied(TODAY, ""));
        daily.round();
        assertThat(books.state()).isInstanceOf(BooksCheck.Never.class);
        assertThat(daily.warnings().stream().map(it -> it.words().english()))
                .containsExactly(
                        "The books of today are not compared with those of the day before: No copy is whole. Nothing was changed.");
        assertThat(day()).isEmptyDirectory();
        store.advance(Duration.ofHours(48).plusSeconds(1));
        assertThat(daily.warnings()).isEmpty();
        assertThat(daily.alarms()).hasSize(1);
    }

    @Test
    void what_a_killed_check_has_left_is_checked_or_deleted() throws IOException {
        taken(copied(TODAY, ""));
        Files.createDirectories(day().resolve(TODAY + "/before"));
        Files.writeString(day().resolve(TODAY + "/before/tollgate.db"), "half");
        Files.writeString(day().resolve(TODAY + "/tollgate.db-journal"), "half");
        Files.createDirectory(day().resolve("tollgate-20261129T090000Z.db"));
        start();
        daily.round();
        assertThat(done(books).differences()).isZero();
        assertThat(day()).isEmptyDirectory();
    }

    @Test
    void a_check_that_is_ended_leaves_its_copy_for_the_next_start() throws IOException {
        taken(copied(TODAY, ""));
        daily.close();
        try (Stream<Path> files = Files.list(day())) {
            assertThat(files).hasSize(1);
        }
        start();
        daily.round();
        assertThat(done(books).differences()).isZero();
    }

    @Test
    void one_of_several_servers_checks_the_books_of_a_day() {
        try (CustomersFixture shared = Stores.POSTGRESQL.open(folder, CustomersFixture::new)) {
            shared.account("acc_1", 1_000_000);
            List<DailyCheck> nodes = Stream.of(1, 2)
                    .map(_ -> new DailyCheck(
                            null, shared.database, shared.writer, CustomersFixture.SECRETS, check(shared), shared::now))
                    .toList();
            nodes.forEach(DailyCheck::round);
            nodes.forEach(DailyCheck::round);
            assertThat(shared.number("SELECT COUNT(*) FROM audit_log WHERE action = 'books.check'"))
                    .isOne();
            assertThat(nodes).allSatisfy(node -> assertThat(node.differences()).isZero());
            shared.advance(Duration.ofDays(1));
            nodes.forEach(DailyCheck::round);
            assertThat(shared.number("SELECT COUNT(*) FROM audit_log WHERE action = 'books.check'"))
                    .isEqualTo(2);
        }
    }
}
