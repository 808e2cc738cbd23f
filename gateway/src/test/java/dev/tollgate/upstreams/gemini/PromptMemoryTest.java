package dev.tollgate.upstreams.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.protocols.openai.ChatRequestReader;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.Replay;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PromptMemoryTest {

    private static final String TEXT = "Read \\\"main\\\"\\n once more, and é. ".repeat(385);

    @Test
    void a_long_conversation_is_charged_at_most_three_times_its_bytes() {
        byte[] body = IntStream.range(0, 31)
                .mapToObj(
                        i -> "{\"role\":\"" + (i % 2 == 0 ? "user" : "assistant") + "\",\"content\":\"" + TEXT + "\"}")
                .collect(Collectors.joining(",", "{\"model\":\"m\",\"messages\":[", "]}"))
                .getBytes(StandardCharsets.UTF_8);
        assertThat(body.length).isBetween(400_000, 450_000);
        MemoryBudget budget = new MemoryBudget(64L << 20);
        Lease lease = budget.lease("acc_1", null, true);
        lease.take(body.length);
        ChatAsk ask = new ChatAsk(
                ChatRequestReader.read(body, ReadLimits.DEFAULT, lease).conversation(),
                "m",
                Asks.FLASH_38.name(),
                true,
                null,
                ServiceTier.STANDARD,
                Replay.NONE,
                new CallMedia(),
                lease);
        GeminiBody written = GeminiRequestWriter.write(ask, Asks.FLASH_38, CallIds.ANY, Set.of(), ServiceTier.STANDARD);
        assertThat(written.plainLength()).isGreaterThan(body.length);
        assertThat(budget.takenBytes()).isLessThan(3L * body.length).isGreaterThan(2L * body.length);
        lease.release();
        assertThat(budget.takenBytes()).isZero();
    }
}
