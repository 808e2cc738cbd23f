package dev.tollgate.protocols.door;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.upstreams.pool.EmbedAsk;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The memory of an answer with embeddings. */
class EmbedAsksTest {

    private static final Model MODEL = Objects.requireNonNull(
            CatalogueLoader.load(Path.of("models/gemini-all.yaml")).find("gemini-embedding-001"));
    private static final EmbedAsk.Fields FIELDS = new EmbedAsk.Fields("task_type", "title", "dimensions");

    private static EmbedAsk ask(int inputs, EmbedAsk.Form form, Lease memory) {
        EmbedAsk.Input input = new EmbedAsk.Input("input.0", List.of(JsonText.of("text")), null, null, null);
        return EmbedAsks.ask(MODEL, Collections.nCopies(inputs, input), FIELDS, form, memory);
    }

    @Test
    void the_memory_of_the_vectors_is_charged_before_anything_is_asked() {
        MemoryBudget budget = new MemoryBudget(1L << 30);
        Lease memory = budget.lease("account", null, false);
        ask(100, EmbedAsk.Form.DIGITS, memory);
        assertThat(budget.takenBytes()).isGreaterThan(2L * 100 * 3_072 * 13);
        memory.release();
        assertThat(budget.takenBytes()).isZero();
    }

    @Test
    void an_answer_that_can_never_fit_is_refused_with_its_size() {
        MemoryBudget budget = new MemoryBudget(256L << 20);
        Lease memory = budget.lease("account", null, false);
        ApiException refused = catchThrowableOfType(ApiException.class, () -> ask(2_048, EmbedAsk.Form.DIGITS, memory));
        assertThat(refused.error().status()).isEqualTo(413);
        assertThat(refused.error().message())
                .contains("2048 vectors", Integer.toString(2_048 * 3_072), "fewer inputs", "base64");
        ask(2_048, EmbedAsk.Form.BASE64, memory);
        memory.release();
    }

    @Test
    void the_prompt_is_bounded_by_the_limit_of_each_input() {
        EmbedAsk ask = ask(3, EmbedAsk.Form.BASE64, Lease.FREE);
        assertThat(ask.contextTokens(2_048)).isEqualTo(3 * 2_048);
        assertThat(ask.promptSize().textBytes()).isEqualTo(12);
        assertThat(ask.promptSize().messages()).isEqualTo(3);
    }
}
