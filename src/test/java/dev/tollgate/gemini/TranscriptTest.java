package dev.tollgate.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.upstream.UpstreamEvent;
import dev.tollgate.upstream.UpstreamFailure;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Streams as Gemini sends them ({@code NAME.sse}) and the events that they mean ({@code NAME.events}, one on a line, the end
 * last), however the bytes are cut.
 */
class TranscriptTest {

    private static Path folder() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(TranscriptTest.class.getResource("/gemini/text.sse"))
                        .toURI())
                .getParent();
    }

    static Stream<String> names() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(folder())) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".sse"))
                    .map(file -> file.substring(0, file.length() - ".sse".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static byte[] stream(String name) throws IOException, URISyntaxException {
        return Files.readAllBytes(folder().resolve(name + ".sse"));
    }

    private static String expected(String name) throws IOException, URISyntaxException {
        return Files.readString(folder().resolve(name + ".events")).strip();
    }

    static String told(List<byte[]> pieces) {
        GeminiEventReader reader = new GeminiEventReader(new GeminiErrors("secret"), false, 1, false);
        List<UpstreamEvent> events = new ArrayList<>();
        for (byte[] piece : pieces) {
            if (!reader.read(piece, piece.length, events)) {
                break;
            }
        }
        UpstreamFailure failure = reader.end(events);
        StringBuilder text = new StringBuilder();
        for (UpstreamEvent event : events) {
            text.append(line(event)).append('\n');
        }
        return text.append(failure == null ? "ended" : failure).toString();
    }

    private static String line(UpstreamEvent event) {
        return event.toString()
                .replace("\n", "\\n")
                .replace("\t", "\\t")
                .replace(Long.toString(UpstreamEvent.Usage.ABSENT), "absent")
                .replace(UpstreamEvent.Modalities.NONE.toString(), "none");
    }

    @ParameterizedTest
    @MethodSource("names")
    void a_transcript_means_its_events(String name) throws Exception {
        assertThat(told(List.of(stream(name)))).isEqualTo(expected(name));
    }

    @ParameterizedTest
    @MethodSource("names")
    void a_cut_at_any_byte_changes_nothing(String name) throws Exception {
        byte[] bytes = stream(name);
        for (int cut = 0; cut <= bytes.length; cut++) {
            List<byte[]> pieces = List.of(Arrays.copyOf(bytes, cut), Arrays.copyOfRange(bytes, cut, bytes.length));
            assertThat(told(pieces)).as("cut at %d", cut).isEqualTo(expected(name));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void one_byte_at_a_time_changes_nothing(String name) throws Exception {
        List<byte[]> pieces = new ArrayList<>();
        for (byte b : stream(name)) {
            pieces.add(new byte[] {b});
        }
        assertThat(told(pieces)).isEqualTo(expected(name));
    }

    @ParameterizedTest
    @MethodSource("names")
    void pieces_of_any_size_change_nothing(String name) throws Exception {
        long seed = Double.doubleToLongBits(Math.random());
        Random random = new Random(seed);
        byte[] bytes = stream(name);
        for (int round = 0; round < 50; round++) {
            List<byte[]> pieces = new ArrayList<>();
            for (int at = 0; at < bytes.length; ) {
                int to = Math.min(bytes.length, at + 1 + random.nextInt(40));
                pieces.add(Arrays.copyOfRange(bytes, at, to));
                at = to;
            }
            assertThat(told(pieces)).as("seed %d, round %d", seed, round).isEqualTo(expected(name));
        }
    }

    @Test
    void a_stream_that_stops_at_any_byte_before_its_finish_reason_has_failed() throws Exception {
        byte[] bytes = stream("text");
        int finish = new String(bytes, StandardCharsets.UTF_8).lastIndexOf('}');
        for (int end = 0; end <= bytes.length; end++) {
            String told = told(List.of(Arrays.copyOf(bytes, end)));
            if (end <= finish) {
                assertThat(told).as("end at %d", end).contains("UpstreamFailure");
            } else {
                assertThat(told).as("end at %d", end).endsWith("ended");
            }
        }
    }
}
