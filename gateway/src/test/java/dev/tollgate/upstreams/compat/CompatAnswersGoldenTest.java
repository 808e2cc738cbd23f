package dev.tollgate.upstreams.compat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.testing.Golden;
import dev.tollgate.testing.GoldenAnswers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Streams of OpenAI-compatible servers and the events that they mean. A comment at the beginning tells what was asked for: {@code thoughts},
 * {@code json}, {@code candidates=2}.
 */
class CompatAnswersGoldenTest {

    static List<Golden> pairs() {
        return Golden.pairs("compat/answers", "sse", "events");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void a_stream_means_these_events_however_it_is_cut(Golden pair) {
        String stream = new String(pair.read(), StandardCharsets.UTF_8);
        String asked = stream.startsWith(":") ? stream.lines().findFirst().orElseThrow() : "";
        int candidates = asked.contains("candidates=2") ? 2 : 1;
        GoldenAnswers.check(
                pair,
                () -> new CompatReader(
                        new CompatErrors("secret"),
                        candidates,
                        asked.contains("thoughts"),
                        asked.contains("json"),
                        ServiceTier.STANDARD,
                        true));
    }
}
