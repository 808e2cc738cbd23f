package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.OutgoingSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Recorded streams of an upstream through the whole program: the outgoing bytes equal the stored ones, however the incoming bytes were cut. */
class TranscriptTest {

    private static final int CUT_STEP = 29;
    private static final int SHUFFLES = 10;

    private static FarSide upstream;
    private static Gateway gateway;

    @BeforeAll
    static void start() {
        upstream = new FarSide();
        gateway = Gateway.start(Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    static List<Transcript> transcripts() {
        return Transcript.all().toList();
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void a_stream_leaves_as_written(Transcript transcript) {
        assertThat(answer(transcript, true)).isEqualTo(transcript.expected(true));
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void a_whole_answer_leaves_as_written(Transcript transcript) {
        assertThat(answer(transcript, false)).isEqualTo(transcript.expected(false));
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void a_cut_anywhere_changes_nothing(Transcript transcript) {
        for (int cut : transcript.cuts(CUT_STEP)) {
            assertThat(answer(transcript, true, cut)).as("cut at %d", cut).isEqualTo(transcript.expected(true));
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void one_byte_at_a_time_changes_nothing(Transcript transcript) {
        int[] everywhere = IntStream.range(1, transcript.upstream().length).toArray();

        assertThat(answer(transcript, true, everywhere)).isEqualTo(transcript.expected(true));
        assertThat(answer(transcript, false, everywhere)).isEqualTo(transcript.expected(false));
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void many_cuts_at_once_change_nothing(Transcript transcript) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int length = transcript.upstream().length;
        for (int i = 0; i < SHUFFLES; i++) {
            int[] cuts = random.ints(1 + random.nextInt(12), 1, length)
                    .distinct()
                    .sorted()
                    .toArray();
            assertThat(answer(transcript, true, cuts))
                    .as("seed %d, cuts %s", seed, Arrays.toString(cuts))
                    .isEqualTo(transcript.expected(true));
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void an_answer_that_was_compressed_on_the_way_is_the_same(Transcript transcript) throws IOException {
        byte[] packed = packed(transcript.upstream());
        upstream.answersPacked(packed);
        assertThat(normalised(transcript)).isEqualTo(transcript.expected(true));
        upstream.answersPacked(packed, IntStream.range(1, packed.length).toArray());
        assertThat(normalised(transcript)).isEqualTo(transcript.expected(true));
    }

    private static String normalised(Transcript transcript) {
        Gateway.Reply reply = gateway.chat(transcript.request(true));
        check(reply);
        return Transcript.normalised(reply.text());
    }

    private static byte[] packed(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void what_is_said_to_be_compressed_and_is_not_is_a_failure_of_the_upstreams() {
        upstream.answersPacked("data: {}\n\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        Gateway.Reply reply = gateway.chat(transcripts().getFirst().request(true));
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.error().get("code").asString()).isEqualTo("upstream_error");
    }

    private static String answer(Transcript transcript, boolean streams, int... cuts) {
        upstream.answers(transcript.upstream(), cuts);
        Gateway.Reply reply = gateway.chat(transcript.request(streams));
        check(reply);
        return Transcript.normalised(reply.text());
    }

    /** Every body and every event fits its schema, and a body's form its status. */
    private static void check(Gateway.Reply reply) {
        if (reply.header("content-type").startsWith("text/event-stream")) {
            reply.chunks().forEach(TranscriptTest::checkChunk);
        } else if (reply.status() == 200) {
            OutgoingSchema.COMPLETION.check(reply.json());
        } else {
            OutgoingSchema.ERROR.check(reply.json());
        }
    }

    private static void checkChunk(JsonNode chunk) {
        (chunk.has("error") ? OutgoingSchema.ERROR : OutgoingSchema.CHUNK).check(chunk);
    }
}
