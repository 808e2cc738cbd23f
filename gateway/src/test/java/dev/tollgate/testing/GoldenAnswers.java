package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.connections.AnswerReader;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** An upstream's stream, and the events that it means however its bytes are cut. */
public final class GoldenAnswers {

    private static final int ROUNDS = 20;
    private static final int PIECE_BYTES_MAX = 40;

    private GoldenAnswers() {}

    /** @param readers a reader for each time that it is read */
    public static void check(Golden pair, Supplier<AnswerReader> readers) {
        byte[] bytes = pair.read();
        String whole = told(readers.get(), List.of(bytes));
        pair.check(whole);
        for (int cut = 0; cut <= bytes.length; cut++) {
            List<byte[]> pieces = List.of(Arrays.copyOf(bytes, cut), Arrays.copyOfRange(bytes, cut, bytes.length));
            assertThat(told(readers.get(), pieces)).as("cut at %d", cut).isEqualTo(whole);
        }
        List<byte[]> single = IntStream.range(0, bytes.length)
                .mapToObj(at -> new byte[] {bytes[at]})
                .toList();
        assertThat(told(readers.get(), single)).as("one byte at a time").isEqualTo(whole);
        checkPieces(bytes, whole, readers);
    }

    private static void checkPieces(byte[] bytes, String whole, Supplier<AnswerReader> readers) {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            List<byte[]> pieces = new ArrayList<>();
            for (int at = 0; at < bytes.length; ) {
                int to = Math.min(bytes.length, at + 1 + random.nextInt(PIECE_BYTES_MAX));
                pieces.add(Arrays.copyOfRange(bytes, at, to));
                at = to;
            }
            assertThat(told(readers.get(), pieces))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(whole);
        }
    }

    /** What a reader makes of these pieces, as {@link Golden#lines} has it. */
    public static String told(AnswerReader reader, List<byte[]> pieces) {
        List<UpstreamEvent> events = new ArrayList<>();
        for (byte[] piece : pieces) {
            if (!reader.read(piece, piece.length, events)) {
                break;
            }
        }
        UpstreamFailure failure = reader.end(events);
        return Golden.lines(events, failure);
    }
}
