package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Golden;
import dev.tollgate.testing.GoldenAnswers;
import dev.tollgate.upstreams.gemini.answers.GeminiErrors;
import dev.tollgate.upstreams.gemini.answers.GeminiEventReader;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams as Gemini sends them, and the events that they mean. */
class GeminiAnswersGoldenTest {

    static List<Golden> pairs() {
        return Golden.pairs("gemini/answers", "sse", "events");
    }

    private static GeminiEventReader reader() {
        return new GeminiEventReader(new GeminiErrors("secret"), false, 1, false);
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void a_stream_means_these_events_however_it_is_cut(Golden pair) {
        GoldenAnswers.check(pair, GeminiAnswersGoldenTest::reader);
    }

    @Test
    void chunks_as_they_came_hold_whole_characters() {
        byte[] bytes = stream("halves_of_a_character");
        List<UpstreamEvent> events = new ArrayList<>();
        new GeminiEventReader(new GeminiErrors("secret"), false, 1, true).read(bytes, bytes.length, events);
        assertThat(events.stream()
                        .filter(UpstreamEvent.Raw.class::isInstance)
                        .map(raw -> ((UpstreamEvent.Raw) raw).chunk().findValuesAsString("text"))
                        .map(texts -> String.join("|", texts)))
                .containsExactly("Hm ", "\ud83d\ude00", "A", "\ud83d\ude00B", "", "\ud83d\ude00|\ufffd |\ufffdx", "y");
    }

    private static byte[] stream(String name) {
        return pairs().stream()
                .filter(pair -> pair.toString().equals(name))
                .findAny()
                .orElseThrow()
                .read();
    }

    @Test
    void a_stream_that_stops_at_any_byte_before_its_finish_reason_has_failed() {
        byte[] bytes = stream("text");
        int finish = new String(bytes, StandardCharsets.UTF_8).lastIndexOf('}');
        for (int end = 0; end <= bytes.length; end++) {
            String told = GoldenAnswers.told(reader(), List.of(Arrays.copyOf(bytes, end)));
            if (end <= finish) {
                assertThat(told).as("end at %d", end).contains("UpstreamFailure");
            } else {
                assertThat(told).as("end at %d", end).endsWith("ended");
            }
        }
    }
}
