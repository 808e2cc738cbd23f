package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.storage.PrimaryChoice.Found;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of several servers holds the books. */
class PrimaryChoiceTest {

    private static final Found OLD = new Found("a:5432", new Primary("7", 1), "monday");
    private static final Found NEW = new Found("b:5432", new Primary("7", 2), "tuesday");
    private static final Found NEWEST = new Found("c:5432", new Primary("7", 3), "wednesday");
    private static final Found TWIN = new Found("d:5432", new Primary("7", 3), "thursday");
    private static final Found FOREIGN = new Found("e:5432", new Primary("8", 9), "friday");

    @TempDir
    Path folder;

    @Test
    void the_highest_timeline_is_taken_in_every_order_of_hosts() {
        List<List<Found>> orders = List.of(
                List.of(OLD, NEW, NEWEST),
                List.of(OLD, NEWEST, NEW),
                List.of(NEW, OLD, NEWEST),
                List.of(NEW, NEWEST, OLD),
                List.of(NEWEST, OLD, NEW),
                List.of(NEWEST, NEW, OLD));
        assertThat(orders)
                .allSatisfy(order -> assertThat(PrimaryChoice.newest(order)).isEqualTo(NEWEST));
        assertThat(PrimaryChoice.newest(List.of())).isNull();
    }

    @Test
    void two_servers_of_one_timeline_are_refused_in_every_order() {
        for (List<Found> order : List.of(List.of(NEWEST, TWIN), List.of(TWIN, OLD, NEWEST))) {
            assertThatThrownBy(() -> PrimaryChoice.newest(order))
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageContaining("c:5432 (server 7 on timeline 3)")
                    .hasMessageContaining("Shut down the one with the older books");
        }
    }

    @Test
    void a_server_with_another_identifier_is_refused_next_to_ours() {
        for (List<Found> order : List.of(List.of(NEW, FOREIGN), List.of(FOREIGN, NEW))) {
            assertThatThrownBy(() -> PrimaryChoice.newest(order))
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageContaining("two different servers");
        }
    }

    @Test
    void one_server_that_has_two_names_is_one() {
        Found again = new Found("alias:5432", NEW.primary(), NEW.start());
        assertThat(PrimaryChoice.apart(List.of(NEW, again, OLD))).containsExactly(NEW, OLD);
    }

    /** What is known, as identifier/timeline: in the folder, the newest of the books, and what the books have left. */
    @ParameterizedTest
    @CsvSource({
        "7/1, , , , right",
        "7/2, 7/2, 7/2, , right",
        "7/2, 7/1, 7/1, , right",
        "7/2, 7/1, , , right",
        "7/1, 7/2, 7/1, , an old primary: it is on timeline 1",
        "7/1, 7/2, , , an old primary: it is on timeline 1",
        "7/1, , 7/2, , an old primary: it is on timeline 1",
        "8/1, 7/2, , , on another server than before: server 8 on timeline 1",
        "8/1, , 7/2, , on another server than before",
        "8/9, 7/2, 8/9, , on another server than before",
        "8/9, 7/2, 8/9, 7/2, right",
        "7/1, 7/2, 7/1, 7/2, right",
        "7/1, 7/3, 7/1, 7/2, an old primary",
    })
    void a_server_is_refused_unless_books_and_folder_may_be_on_it(
            String present, String inFolder, String newest, String left, String outcome) {
        List<Primary> known = java.util.stream.Stream.of(newest, left)
                .filter(each -> each != null)
                .map(PrimaryChoiceTest::primary)
                .toList();
        PrimaryHistory history = new PrimaryHistory(primary(newest), known);
        String complaint = PrimaryChoice.complaint(primary(present), folder, primary(inFolder), history);
        if (outcome.equals("right")) {
            assertThat(complaint).isNull();
        } else {
            assertThat(complaint).contains(outcome).contains("./tollgate installation server --reason");
        }
    }

    private static Primary primary(String text) {
        return text == null ? null : new Primary(text.substring(0, 1), Long.parseLong(text.substring(2)));
    }

    @Test
    void the_folder_keeps_the_newest_primary_and_refuses_what_it_cannot_read() throws Exception {
        PrimaryFile file = new PrimaryFile(folder);
        assertThat(file.read()).isNull();
        file.write(new Primary("7300000000000000001", 1));
        file.write(new Primary("7300000000000000001", 2));
        assertThat(file.read()).isEqualTo(new Primary("7300000000000000001", 2));
        try (var files = java.nio.file.Files.list(folder)) {
            assertThat(files).containsExactly(file.path());
        }
        java.nio.file.Files.writeString(file.path(), "nothing");
        assertThatThrownBy(file::read).isInstanceOf(CannotOpen.class).hasMessageContaining("names no database server");
    }
}
