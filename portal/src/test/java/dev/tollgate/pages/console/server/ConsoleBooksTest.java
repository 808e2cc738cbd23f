package dev.tollgate.pages.console.server;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.pages.console.server.ConsoleBooks.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleBooksTest {

    @Test
    void differences_that_differ_only_in_ids_and_figures_are_one_kind() {
        String call = "task_01a2 has a due amount of 0.25, its counts at its price come to 1,204.5";
        List<String> sentences = List.of(
                "account acc_x7 has 4 as its last number, it is 5",
                call,
                "task_99zz has a due amount of 1, its counts at its price come to 3",
                "window 7 of key_3 is counted without a budget",
                "task_00b1 has a due amount of 0.5, its counts at its price come to 12");
        assertThat(ConsoleBooks.kinds(sentences))
                .extracting(Kind::text)
                .containsExactly(
                        "… has a due amount of …, its counts at its price come to …",
                        "account acc_x7 has 4 as its last number, it is 5",
                        "window 7 of key_3 is counted without a budget");
        assertThat(ConsoleBooks.kinds(sentences).getFirst().sentences())
                .hasSize(3)
                .first()
                .isEqualTo(call);
        assertThat(ConsoleBooks.kinds(List.of())).isEmpty();
    }
}
