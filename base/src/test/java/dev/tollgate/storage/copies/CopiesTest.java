package dev.tollgate.storage.copies;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.Migrated;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CopiesTest {

    private static final Instant BEGIN = Instant.parse("2026-11-29T08:00:00.250Z");
    private static final Duration EVERY = Duration.ofHours(1);

    @TempDir
    Path temporary;

    private Path data;
    private Path folder;
    private Path own;
    private Instant now = BEGIN;
    private Database database;
    private Writer writer;

    @BeforeEach
    void open() throws IOException {
        data = Migrated.in(temporary.resolve("data"));
        folder = Files.createDirectory(temporary.resolve("copies"));
        own = folder.resolve("tollgate-0a1b2c3d");
        openAgain();
        put(Copies.BOOKS, "0a1b2c3d");
    }

    private void openAgain() {
        database = Database.open(data);
        writer = database.startWriter(List.of(InstallationValue.part()));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void put(String name, String value) {
        writer.commitAndWait(Unit.of(InstallationValue.replacing(name, value)));
    }

    private Copies copies() {
        return copies(7, 0);
    }

    private Copies copies(int keep, long spareBytes) {
        return copies(keep, spareBytes, null);
    }

    private Copies copies(int keep, long spareBytes, @Nullable DayCopy day) {
        return new Copies(new Copies.Plan(data, folder, EVERY, keep, spareBytes), day, database, writer, () -> now);
    }

    private void round(Copies copies, Duration later) {
        now = now.plus(later);
        copies.round();
    }

    private List<String> files() throws IOException {
        if (!Files.exists(own)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(own)) {
            return files.map(it -> it.getFileName().toString())
                    .filter(it -> !it.endsWith(".sha256"))
                    .sorted()
                    .toList();
        }
    }

    private static String of(Path books) {
        try (Database restored = Database.open(books)) {
            return restored.read(sql -> InstallationValue.find(sql, "content"));
        }
    }

    private String restored(Path place) throws IOException {
        Path books = Files.createTempDirectory(temporary, "restored");
        CopyChoice.at(place, null).putInto(books.resolve("tollgate.db"), _ -> {});
        return of(books);
    }

    @Test
    void a_copy_is_whole_private_and_has_its_sum() throws IOException {
        put("content", "first");
        Copies copies = copies();
        copies.round();
        assertThat(files()).containsExactly("tollgate-20261129T080000Z.db");
        assertThat(restored(folder)).isEqualTo("first");
        Path copy = own.resolve("tollgate-20261129T080000Z.db");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                .isEqualTo("rw-------");
        assertThat(own.resolve(copy.getFileName() + ".sha256"))
                .hasContent(CopyFolder.sum(copy) + "  tollgate-20261129T080000Z.db");
        assertThat(data.resolve("copy/tollgate.db")).doesNotExist();
        assertThat(copies.state().newest()).isEqualTo(Instant.parse("2026-11-29T08:00:00Z"));
        assertThat(copies.state().trouble()).isNull();
    }

    @Test
    void the_next_copy_is_made_when_the_newest_is_old_enough_also_after_a_restart() throws IOException {
        Copies copies = copies();
        copies.round();
        round(copies, EVERY.minusSeconds(1));
        assertThat(files()).hasSize(1);
        Copies restarted = copies();
        restarted.round();
        assertThat(files()).hasSize(1);
        round(restarted, Duration.ofSeconds(1));
        assertThat(files()).hasSize(2);
        assertThat(restarted.age()).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void two_newest_and_the_first_of_each_kept_day_stay() throws IOException {
        Files.createDirectories(own);
        Files.createDirectories(folder.resolve("tollgate-ffffffff"));
        Path foreign = Files.writeString(own.resolve("notes.db"), "kept");
        Path other = Files.writeString(folder.resolve("tollgate-ffffffff/tollgate-20200101T000000Z.db"), "kept");
        Copies copies = copies(2, 0);
        for (int hour = 0; hour < 60; hour += 12) {
            copies.round();
            now = now.plus(Duration.ofHours(12));
        }
        // 29 November 8:00 and 20:00, 30 November 8:00 and 20:00, 1 December 8:00
        assertThat(files())
                .containsExactly(
                        "notes.db",
                        "tollgate-20261130T080000Z.db",
                        "tollgate-20261130T200000Z.db",
                        "tollgate-20261201T080000Z.db");
        assertThat(foreign).exists();
        assertThat(other).exists();
    }

    @Test
    void a_copied_data_folder_writes_and_deletes_nothing_beside_the_first() throws IOException {
        Copies first = copies();
        first.round();
        database.close();
        Path second = temporary.resolve("second");
        copyFolder(data, second);
        openAgain();
        round(copies(), EVERY);
        List<String> before = files();
        database.close();
        data = second;
        openAgain();
        Copies copies = copies();
        round(copies, EVERY.multipliedBy(2));
        assertThat(files()).isEqualTo(before);
        assertThat(trouble(copies))
                .contains("the newest one in " + own + ", tollgate-20261129T090000Z.db, was made by another server");
    }

    private static String trouble(Copies copies) {
        return Objects.requireNonNull(copies.state().trouble()).words().english();
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void a_copy_whose_server_died_before_its_name_was_there_is_made_again() throws IOException {
        copies().round();
        put(Copies.LAST, "tollgate-20261129T090000Z.db"); // committed before the stream
        Files.writeString(own.resolve(".tollgate-20261129T090000Z.db.part"), "half");
        Files.createDirectories(data.resolve("copy"));
        Files.writeString(data.resolve("copy/tollgate.db"), "half");
        Files.writeString(data.resolve("copy/tollgate.db-journal"), "half");
        round(copies(), EVERY);
        assertThat(data.resolve("copy")).isEmptyDirectory();
        assertThat(files()).containsExactly("tollgate-20261129T080000Z.db", "tollgate-20261129T090001Z.db");
    }

    /** Replaces the folder of copies by another one. @return the first one */
    private Path unmount() throws IOException {
        Path away = Files.move(folder, temporary.resolve("away"));
        Files.createDirectory(folder);
        return away;
    }

    private void mount(Path away) throws IOException {
        Files.move(folder, temporary.resolve("mount point"));
        Files.move(away, folder);
    }

    @Test
    void no_copy_goes_into_an_empty_mount_point_also_after_a_restart() throws IOException {
        Copies copies = copies();
        copies.round();
        Path away = unmount();
        round(copies, EVERY);
        assertThat(files()).isEmpty();
        assertThat(trouble(copies)).contains("the last one, tollgate-20261129T080000Z.db, is not in " + own);
        Copies restarted = copies();
        round(restarted, EVERY);
        assertThat(files()).isEmpty();
        assertThat(restarted.age()).isGreaterThan(EVERY.multipliedBy(2));
        mount(away);
        round(restarted, Duration.ofSeconds(5));
        assertThat(files()).containsExactly("tollgate-20261129T080000Z.db", "tollgate-20261129T100005Z.db");
        assertThat(restarted.state().trouble()).isNull();
    }

    @Test
    void a_folder_that_is_unmounted_while_the_books_are_read_gets_no_copy() throws IOException {
        copies().round();
        Path left = own.resolve("tollgate-20261129T080000Z.db");
        Copies copies = new Copies(new Copies.Plan(data, folder, EVERY, 7, 0), null, database, writer, () -> {
            if (Files.exists(data.resolve("copy/tollgate.db"))) {
                left.toFile().delete();
            }
            return now;
        });
        round(copies, EVERY);
        assertThat(files()).isEmpty();
    }

    @Test
    void older_copies_alone_are_a_folder_that_lacks_the_last_one() throws IOException {
        Copies copies = copies();
        copies.round();
        round(copies, EVERY);
        Files.delete(own.resolve("tollgate-20261129T090000Z.db"));
        round(copies, EVERY);
        assertThat(files()).containsExactly("tollgate-20261129T080000Z.db");
        assertThat(copies.age()).isEqualTo(EVERY.plusMillis(250));
        writer.commitAndWait(Unit.of(LastCopy.forget()));
        round(copies, Duration.ofSeconds(5));
        assertThat(files()).containsExactly("tollgate-20261129T080000Z.db", "tollgate-20261129T100005Z.db");
    }

    @Test
    void an_emptied_folder_is_used_once_it_is_called_new() throws IOException {
        Copies copies = copies();
        copies.round();
        unmount();
        round(copies, EVERY);
        InstallationValue forget = LastCopy.forget();
        writer.commitAndWait(Unit.of(forget));
        assertThat(forget.outcome()).isEqualTo(own + "/tollgate-20261129T080000Z.db");
        round(copies, Duration.ofSeconds(5));
        assertThat(files()).hasSize(1);
        writer.commitAndWait(Unit.of(LastCopy.forget()));
        InstallationValue again = LastCopy.forget();
        writer.commitAndWait(Unit.of(again));
        assertThat(again.outcome()).isEmpty();
    }

    @Test
    void another_folder_and_restored_books_begin_anew_unasked() throws IOException {
        copies().round();
        folder = Files.createDirectory(temporary.resolve("other copies"));
        own = folder.resolve("tollgate-0a1b2c3d");
        round(copies(), EVERY);
        assertThat(files()).containsExactly("tollgate-20261129T090000Z.db");
        put(Copies.BOOKS, "ffffffff");
        own = folder.resolve("tollgate-ffffffff");
        round(copies(), EVERY);
        assertThat(files()).containsExactly("tollgate-20261129T100000Z.db");
    }

    @Test
    void a_first_copy_that_was_killed_or_had_no_room_asks_nobody() throws IOException {
        put(Copies.LAST, "tollgate-20261129T070000Z.db");
        Copies copies = copies();
        copies.round();
        assertThat(files()).hasSize(1);
        assertThat(copies.state().trouble()).isNull();
    }

    @Test
    void a_copy_that_was_finished_when_its_server_died_is_known() throws IOException {
        copies().round();
        Files.copy(own.resolve("tollgate-20261129T080000Z.db"), own.resolve("tollgate-20261129T083000Z.db"));
        put(Copies.LAST, "tollgate-20261129T083000Z.db");
        round(copies(), Duration.ofMinutes(40));
        unmount();
        Copies copies = copies();
        copies.round();
        assertThat(trouble(copies)).contains("tollgate-20261129T083000Z.db, is not in ");
        assertThat(copies.age()).isLessThan(Duration.ofMinutes(11));
    }

    @Test
    void a_folder_that_is_gone_is_trouble_and_the_copies_go_on_when_it_is_back() throws IOException {
        Copies copies = copies();
        Files.delete(folder);
        copies.round();
        assertThat(trouble(copies)).contains(folder + " is no folder, or is not mounted");
        assertThat(copies.isLate()).isFalse();
        now = now.plus(EVERY.multipliedBy(4).plusSeconds(1));
        assertThat(copies.isLate()).isTrue();
        Files.createDirectory(folder);
        copies.round();
        assertThat(copies.state().trouble()).isNull();
        assertThat(files()).hasSize(1);
    }

    @Test
    void a_folder_that_cannot_be_written_is_trouble_once_in_five_minutes() throws IOException {
        Files.writeString(own, "a file in the way");
        Copies copies = copies();
        copies.round();
        assertThat(trouble(copies)).startsWith("The copy to " + folder + " failed: ");
        Files.delete(own);
        round(copies, Duration.ofMinutes(4));
        assertThat(files()).isEmpty();
        round(copies, Duration.ofMinutes(1));
        assertThat(files()).hasSize(1);
    }

    @Test
    void no_copy_takes_the_last_room_beside_the_books() throws IOException {
        Copies copies = copies(7, Long.MAX_VALUE / 4);
        copies.round();
        assertThat(trouble(copies)).contains("free beside them in " + data);
        assertThat(files()).isEmpty();
    }

    @Test
    void a_copy_on_the_disk_of_the_books_is_noted() {
        Copies copies = copies();
        copies.round();
        assertThat(copies.state().notes()).anyMatch(it -> it.words().english().contains("is on the disk of the books"));
    }

    @Test
    void an_altered_copy_is_passed_over_and_named() throws IOException {
        put("content", "first");
        Copies copies = copies();
        copies.round();
        put("content", "second");
        round(copies, EVERY);
        Path newest = own.resolve("tollgate-20261129T090000Z.db");
        try (RandomAccessFile file = new RandomAccessFile(newest.toFile(), "rw")) {
            file.seek(file.length() / 2);
            file.write(file.read() ^ 1);
        }
        List<String> passed = new ArrayList<>();
        Path books = Files.createDirectory(temporary.resolve("restored"));
        Path taken = CopyChoice.at(folder, null).putInto(books.resolve("tollgate.db"), passed::add);
        assertThat(taken).isEqualTo(own.resolve("tollgate-20261129T080000Z.db"));
        assertThat(passed).containsExactly(newest + " is not as its SHA-256 says: it is passed over.");
        assertThat(of(books)).isEqualTo("first");
    }

    @Test
    void a_time_chooses_the_newest_copy_before_it() throws IOException {
        Copies copies = copies();
        copies.round();
        round(copies, EVERY);
        assertThat(CopyChoice.at(own, Instant.parse("2026-11-29T08:59:59Z")).files())
                .containsExactly(own.resolve("tollgate-20261129T080000Z.db"));
        assertThatThrownBy(() -> CopyChoice.at(own, Instant.parse("2026-11-29T07:59:59Z")))
                .isInstanceOf(CannotOpen.class)
                .hasMessage("There is no copy in " + own + " that is as old as 2026-11-29T07:59:59Z.");
        Files.createDirectories(folder.resolve("tollgate-ffffffff"));
        assertThatThrownBy(() -> CopyChoice.at(folder, null))
                .hasMessageContaining("has the copies of several installations. Name one of them: " + own + ", ");
    }

    @Test
    void the_first_copy_of_a_day_waits_to_be_checked_and_others_go_on() throws IOException {
        DayCopy day = new DayCopy(data);
        Copies copies = copies(7, 0, day);
        copies.round();
        Path waiting = data.resolve("copy/day/tollgate-20261129T080000Z.db");
        assertThat(day.waiting()).isEqualTo(waiting);
        assertThat(CopyFolder.sum(own.resolve("tollgate-20261129T080000Z.db"))).isNotNull();
        round(copies, EVERY);
        assertThat(files()).hasSize(2);
        assertThat(day.waiting()).isEqualTo(waiting);
        day.checked("tollgate-20261129T080000Z.db");
        day.forget(waiting);
        round(copies, EVERY);
        assertThat(day.waiting()).as("of a day that is checked").isNull();
        round(copies, Duration.ofDays(1));
        assertThat(day.waiting()).isEqualTo(data.resolve("copy/day/tollgate-20261130T100000Z.db"));
        day.forget(day.waiting());
        round(copies, EVERY);
        assertThat(day.waiting())
                .as("if the first one was not checked")
                .isEqualTo(data.resolve("copy/day/tollgate-20261130T110000Z.db"));
    }

    @Test
    void a_copy_that_is_named_is_the_one_also_without_a_sum() throws IOException {
        put("content", "first");
        copies().round();
        Path copy = own.resolve("tollgate-20261129T080000Z.db");
        assertThat(CopyChoice.at(copy, BEGIN)).isEqualTo(new CopyChoice(List.of(copy), false));
        assertThatThrownBy(() -> CopyChoice.at(copy, BEGIN.minusSeconds(1)))
                .isInstanceOf(CannotOpen.class)
                .hasMessageEndingWith(copy + " is of a later time.");
        Path alone = Files.copy(copy, temporary.resolve("alone.db"));
        assertThat(restored(alone)).isEqualTo("first");
        assertThatThrownBy(() -> CopyChoice.at(alone, BEGIN))
                .isInstanceOf(CannotOpen.class)
                .hasMessageEndingWith(alone + " has no time in its name.");
        assertThatThrownBy(() -> CopyChoice.at(temporary.resolve("nothing"), null))
                .isInstanceOf(CannotOpen.class)
                .hasMessage("There is no copy and no folder of copies at " + temporary.resolve("nothing") + ".");
        Files.writeString(copy.resolveSibling(copy.getFileName() + ".sha256"), "0".repeat(64) + "  x");
        assertThatThrownBy(() -> restored(folder))
                .isInstanceOf(CannotOpen.class)
                .hasMessage("No copy is whole. Nothing was changed.");
    }

    @Test
    void of_several_copies_one_without_a_sum_is_passed_over() throws IOException {
        put("content", "first");
        Copies copies = copies();
        copies.round();
        put("content", "second");
        round(copies, EVERY);
        Files.delete(own.resolve("tollgate-20261129T090000Z.db.sha256"));
        assertThat(restored(folder)).isEqualTo("first");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void what_is_no_plain_file_is_passed_over_and_never_waited_for() throws Exception {
        Files.createDirectories(own);
        Path pipe = own.resolve("tollgate-20261129T100000Z.db");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Files.createDirectory(own.resolve("tollgate-20261129T090000Z.db"));
        List<String> passed = new ArrayList<>();
        assertThatThrownBy(() -> CopyChoice.at(folder, null).putInto(temporary.resolve("into"), passed::add))
                .hasMessage("No copy is whole. Nothing was changed.");
        assertThat(passed).hasSize(2).allMatch(it -> it.endsWith(" is no plain file. It is passed over."));
    }

    @Test
    void a_sum_of_any_length_is_read_with_a_bound() throws IOException {
        copies().round();
        Path sum = own.resolve("tollgate-20261129T080000Z.db.sha256");
        try (RandomAccessFile file = new RandomAccessFile(sum.toFile(), "rw")) {
            file.setLength(0);
            file.setLength(3L << 30); // takes no room
        }
        assertThatThrownBy(() -> restored(folder)).hasMessage("No copy is whole. Nothing was changed.");
    }

    @Test
    void the_copies_of_earlier_days_stand_beside_one() throws IOException {
        Copies copies = copies();
        copies.round();
        round(copies, EVERY);
        round(copies, Duration.ofDays(1));
        Path last = own.resolve("tollgate-20261130T090000Z.db");
        assertThat(CopyChoice.ofDaysBefore(last))
                .isEqualTo(new CopyChoice(
                        List.of(
                                own.resolve("tollgate-20261129T090000Z.db"),
                                own.resolve("tollgate-20261129T080000Z.db")),
                        true));
        assertThat(CopyChoice.ofDaysBefore(own.resolve("tollgate-20261129T090000Z.db")))
                .as("of the first day")
                .isNull();
        assertThat(CopyChoice.ofDaysBefore(own.resolve("a copy"))).isNull();
    }

    @Test
    void what_killed_checks_have_left_is_deleted_beside_the_newest_copy() throws IOException {
        Path days = data.resolve("copy/day");
        for (String name : List.of("tollgate-20261127T080000Z.db", "tollgate-20261129T080000Z.db", "junk")) {
            Files.createDirectories(days.resolve(name).resolve("before"));
            Files.writeString(days.resolve(name).resolve("tollgate.db"), "books");
            Files.writeString(days.resolve(name).resolve("before/tollgate.db"), "half");
        }
        Files.createDirectories(days.resolve("tollgate-20261130T080000Z.db"));
        Files.createDirectories(days.resolve("tollgate-20261128T080000Z.db"));
        Files.writeString(days.resolve("tollgate-20261128T080000Z.db/tollgate.db"), "books");

        DayCopy day = new DayCopy(data);
        assertThat(day.wants(now)).isFalse();
        Path waiting = days.resolve("tollgate-20261129T080000Z.db");
        assertThat(day.waiting()).isEqualTo(waiting);
        assertThat(DayCopy.books(waiting)).hasContent("books");
        DayCopy.requireRoom(waiting);
        try (Stream<Path> left = Files.walk(days)) {
            assertThat(left.filter(Files::isRegularFile)).containsExactly(waiting.resolve("tollgate.db"));
        }
        day.forget(waiting);
        assertThat(day.waiting()).isNull();
        assertThat(day.wants(now)).isTrue();
        day.checked("tollgate-20261129T070000Z.db");
        assertThat(day.wants(now)).as("of a day that is checked").isFalse();

        Files.createDirectories(days.resolve("junk"));
        DayCopy again = new DayCopy(data);
        assertThat(again.waiting()).as("nothing but junk").isNull();
        assertThat(again.wants(now)).isTrue();
    }

    @Test
    void its_thread_makes_copies_until_it_is_closed() throws Exception {
        Copies copies = copies();
        assertThat(copies.room()).as("before the first look").isNull();
        ThreadGroup its = new ThreadGroup("copies"); // other tests of this process have such a thread too
        Thread starting = new Thread(its, copies::start);
        starting.start();
        starting.join();
        Await.until("a copy", () -> copies.state().newest() != null);
        assertThat(files()).containsExactly("tollgate-20261129T080000Z.db");
        assertThat(copies.room()).as("after the first copy").isNotNull();
        assertThat(isCopying(its)).isTrue();
        copies.close();
        Await.until("the end of its thread", () -> !isCopying(its));
        assertThat(copies.plan().every()).isEqualTo(EVERY);
        assertThat(copies.place("a")).isEqualTo(own.resolve("a"));
        Copies later = copies();
        round(later, Duration.ofMinutes(1));
        assertThat(Objects.requireNonNull(later.room()).copiesBytes())
                .isGreaterThanOrEqualTo(Files.size(own.resolve("tollgate-20261129T080000Z.db")));
    }

    private static boolean isCopying(ThreadGroup group) {
        Thread[] threads = new Thread[100];
        return Arrays.stream(threads, 0, group.enumerate(threads))
                .anyMatch(thread -> thread.getName().equals("tollgate-copies"));
    }

    @Test
    void copies_that_take_longer_than_their_interval_rest_between_and_are_noted() {
        Copies copies = new Copies(
                new Copies.Plan(data, folder, EVERY, 7, 0), null, database, writer, () -> now = now.plusSeconds(300));
        copies.round();
        assertThat(copies.state().notes().stream().map(it -> it.words().english()))
                .anyMatch(
                        note -> note.matches(
                                "A copy takes \\d+ minutes, so the next one begins later than backup.every says\\. If the disk is lost, up to \\d+ minutes are lost with it\\."));
        assertThat(copies.state().since()).isNull();
    }

    @Test
    void closing_ends_a_copy_that_runs_and_does_not_wait_for_the_folder() throws IOException {
        Copies copies = copies();
        copies.close();
        copies.round();
        assertThat(files()).isEmpty();
    }
}
