package dev.tollgate.calls.answering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.calls.answering.AnsweringModels.Told;
import dev.tollgate.testing.LogCapture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An operator is told of models that others answer for. */
class AnsweringModelsTest {

    private final List<Told> counted = new ArrayList<>();
    private final AnsweringModels models = new AnsweringModels(_ -> null, counted::add);

    @Test
    void another_models_answer_is_told_once_and_counted_each_time() {
        try (LogCapture log = new LogCapture()) {
            for (int i = 0; i < 3; i++) {
                models.answered("a", "gemini-3.5-flash", "gemini-3.6-flash");
            }
            models.answered("b", "gemini-3.5-flash", "gemini-3.6-flash");
            models.answered("a", "gemini-3.5-flash", "gemini-3.5-flash-001");
            assertThat(log.text().lines().filter(line -> line.contains("gemini-3.6-flash")))
                    .hasSize(2);
            assertThat(log.text()).doesNotContain("001");
        }
        assertThat(counted).hasSize(4);
        assertThat(models.told())
                .containsExactly(
                        new Told("a", "gemini-3.5-flash", "gemini-3.6-flash"),
                        new Told("b", "gemini-3.5-flash", "gemini-3.6-flash"));
    }

    @Test
    void a_proxy_that_names_each_answer_anew_fills_nothing() {
        for (int i = 0; i < 100; i++) {
            models.answered("a", "m", "answer-" + i);
        }
        assertThat(counted).hasSize(100);
        assertThat(models.told()).hasSize(21).contains(new Told("a", "other", "other"));
        models.answered("a", "m", "answer-3");
        assertThat(counted).last().isEqualTo(new Told("a", "m", "answer-3"));
        models.answered("b", "m", "my secret is 42");
        assertThat(counted).last().isEqualTo(new Told("b", "m", "other"));
    }
}
