package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.gemini.answers.GeminiErrors;
import dev.tollgate.upstreams.gemini.answers.GeminiEventReader;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The transcripts cut at every byte: the same events in the same order. What leaves is written from these alone. */
class TranscriptCutTest {

    static List<Path> transcripts() throws IOException, URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(TranscriptCutTest.class.getResource("/golden/gemini/calls"))
                .toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".upstream.sse"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void a_cut_at_every_byte_changes_no_event(Path transcript) throws IOException {
        byte[] bytes = Files.readAllBytes(transcript);
        Read whole = read(bytes, bytes.length);

        assertThat(whole.events()).hasSizeGreaterThan(1);
        for (int size = 1; size <= 3; size++) {
            assertThat(read(bytes, size)).as("pieces of %d bytes", size).isEqualTo(whole);
        }
        for (int cut = 1; cut < bytes.length; cut++) {
            assertThat(read(bytes, cut, bytes.length)).as("cut at %d", cut).isEqualTo(whole);
        }
    }

    /** @param failed what was wrong with the answer, null for a whole one */
    private record Read(List<UpstreamEvent> events, UpstreamFailure.@Nullable Kind failed) {}

    private static Read read(byte[] bytes, int pieceSize) {
        GeminiEventReader reader = reader();
        List<UpstreamEvent> events = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += pieceSize) {
            read(reader, Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + pieceSize)), events);
        }
        return ended(reader, events);
    }

    private static Read read(byte[] bytes, int cut, int end) {
        GeminiEventReader reader = reader();
        List<UpstreamEvent> events = new ArrayList<>();
        read(reader, Arrays.copyOfRange(bytes, 0, cut), events);
        read(reader, Arrays.copyOfRange(bytes, cut, end), events);
        return ended(reader, events);
    }

    private static GeminiEventReader reader() {
        return new GeminiEventReader(new GeminiErrors("a key"), false, 3, true);
    }

    private static Read ended(GeminiEventReader reader, List<UpstreamEvent> events) {
        UpstreamFailure failure = reader.end(events);
        return new Read(events, failure == null ? null : failure.kind());
    }

    private static void read(GeminiEventReader reader, byte[] piece, List<UpstreamEvent> events) {
        reader.read(piece, piece.length, events);
    }
}
