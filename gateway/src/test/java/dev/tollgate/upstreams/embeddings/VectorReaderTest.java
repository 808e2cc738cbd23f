package dev.tollgate.upstreams.embeddings;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.models.Count;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.testing.Fuzz;
import dev.tollgate.testing.Randomly;
import dev.tollgate.upstreams.connections.ErrorReader;
import dev.tollgate.upstreams.connections.RetryHeaders;
import dev.tollgate.upstreams.pool.EmbedAsk;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers with vectors, in the forms of three protocols. */
class VectorReaderTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String BATCH =
            "{\"embeddings\": [{\"values\": [0.10, -2e-3]},\n {\"values\": [1, 0.12345678901234567]}]}";
    private static final String PREDICTED =
            "{\"predictions\":[{\"embeddings\":{\"statistics\":{\"truncated\":false,\"token_count\":%s},"
                    + "\"values\":[0.5,0.25]}}],\"metadata\":{\"billableCharacterCount\":9}}";

    private static final ErrorReader ERRORS = new ErrorReader() {
        @Override
        public UpstreamFailure of(int status, byte[] body, RetryHeaders headers) {
            throw new AssertionError("no status was read");
        }

        @Override
        public UpstreamFailure of(JsonNode error) {
            throw new AssertionError("no error was read");
        }

        @Override
        public UpstreamFailure of(Kind kind, String detail) {
            return new UpstreamFailure(kind, null, detail);
        }
    };

    /** What came of an answer. */
    private record Outcome(List<String> vectors, Long tokens, UpstreamFailure failure) {}

    private static EmbedAsk ask(int inputs, EmbedAsk.Form form, int dimensions, boolean scales) {
        List<EmbedAsk.Input> all = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            all.add(new EmbedAsk.Input("input." + i, List.of(JsonText.of("text " + i)), null, null, dimensions));
        }
        return new EmbedAsk(
                all,
                form,
                new EmbedAsk.Limits(2_048, scales ? dimensions + 1 : dimensions, true),
                new EmbedAsk.Fields("task", "title", "dimensions"),
                "id",
                "upstream",
                Lease.FREE);
    }

    private static Outcome read(EmbedAsk ask, VectorPlaces places, String answer, int... cuts) {
        VectorReader reader = new VectorReader(ERRORS, places, ask, ask.inputs());
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        List<UpstreamEvent> events = new ArrayList<>();
        int from = 0;
        boolean more = true;
        for (int i = 0; i <= cuts.length && more; i++) {
            int to = i == cuts.length ? bytes.length : cuts[i];
            byte[] piece = java.util.Arrays.copyOfRange(bytes, from, to);
            more = reader.read(piece, piece.length, events);
            java.util.Arrays.fill(piece, (byte) '!'); // it is valid only during the call
            from = to;
        }
        UpstreamFailure failure = reader.end(events);
        List<String> vectors = new ArrayList<>();
        Long tokens = null;
        for (UpstreamEvent event : events) {
            switch (event) {
                case UpstreamEvent.Embedded embedded ->
                    embedded.vectors().forEach(it -> vectors.add(new String(it, StandardCharsets.US_ASCII)));
                case UpstreamEvent.Usage usage -> tokens = usage.of(Count.PROMPT);
                default -> throw new AssertionError(event);
            }
        }
        return new Outcome(vectors, tokens, failure);
    }

    @Test
    void a_vector_keeps_the_digits_of_its_upstream_wherever_the_bytes_are_cut() {
        EmbedAsk ask = ask(2, EmbedAsk.Form.DIGITS, 2, false);
        Outcome whole = read(ask, VectorPlaces.GEMINI, BATCH);
        assertThat(whole.vectors()).containsExactly("[0.10,-2e-3]", "[1,0.12345678901234567]");
        assertThat(whole.tokens()).isNull();
        for (int at = 0; at <= BATCH.length(); at++) {
            assertThat(read(ask, VectorPlaces.GEMINI, BATCH, at)).isEqualTo(whole);
        }
    }

    @Test
    void base64_holds_the_little_endian_float32_of_the_same_digits() {
        Outcome whole = read(ask(2, EmbedAsk.Form.BASE64, 2, false), VectorPlaces.GEMINI, BATCH);
        assertThat(floats(whole.vectors().get(0))).containsExactly(0.10f, -2e-3f);
        assertThat(floats(whole.vectors().get(1))).containsExactly(1f, 0.12345678901234567f);
    }

    private static List<Float> floats(String json) {
        byte[] bytes = Base64.getDecoder().decode(JSON.readTree(json).stringValue());
        ByteBuffer little = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Float> floats = new ArrayList<>();
        while (little.hasRemaining()) {
            floats.add(little.getFloat());
        }
        return floats;
    }

    @Test
    void a_scaled_vector_has_length_1_and_the_same_numbers_in_both_forms() {
        String answer = "{\"embeddings\":[{\"values\":[3,4]},{\"values\":[0,0]}]}";
        Outcome digits = read(ask(2, EmbedAsk.Form.DIGITS, 2, true), VectorPlaces.GEMINI, answer);
        assertThat(digits.vectors()).containsExactly("[0.6,0.8]", "[0.0,0.0]");
        Outcome base64 = read(ask(2, EmbedAsk.Form.BASE64, 2, true), VectorPlaces.GEMINI, answer);
        assertThat(floats(base64.vectors().getFirst())).containsExactly(0.6f, 0.8f);
    }

    @Test
    void random_vectors_are_equal_in_both_forms_however_they_were_cut() {
        Randomly.run(200, random -> {
            int dimensions = 1 + random.nextInt(40);
            boolean scales = random.nextBoolean();
            String answer = "{\"embeddings\":[{\"values\":[" + numbers(random, dimensions) + "]}]}";
            int at = random.nextInt(answer.length());
            int cut = at + random.nextInt(answer.length() - at);
            Outcome digits =
                    read(ask(1, EmbedAsk.Form.DIGITS, dimensions, scales), VectorPlaces.GEMINI, answer, at, cut);
            Outcome base64 = read(ask(1, EmbedAsk.Form.BASE64, dimensions, scales), VectorPlaces.GEMINI, answer, at);
            List<Float> floats = floats(base64.vectors().getFirst());
            JsonNode array = JSON.readTree(digits.vectors().getFirst());
            assertThat(array.size()).isEqualTo(dimensions);
            for (int i = 0; i < dimensions; i++) {
                assertThat(Float.valueOf(array.get(i).toString()).toString())
                        .isEqualTo(floats.get(i).toString());
            }
        });
    }

    private static String numbers(Random random, int count) {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(
                    random.nextInt(8) == 0
                            ? Integer.toString(random.nextInt(3) - 1)
                            : Double.toString(random.nextGaussian() * Math.pow(10, random.nextInt(6) - 4)));
        }
        return String.join(random.nextBoolean() ? "," : ",\n  ", numbers);
    }

    @Test
    void openais_list_is_ordered_by_its_indexes_and_reports_its_tokens() {
        String answer = "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":1,\"embedding\":[1,2]},"
                + "{\"embedding\":[3,4],\"index\":0,\"object\":\"embedding\"}],\"model\":\"m\","
                + "\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}";
        Outcome whole = read(ask(2, EmbedAsk.Form.DIGITS, 2, false), VectorPlaces.OPENAI, answer);
        assertThat(whole.vectors()).containsExactly("[3,4]", "[1,2]");
        assertThat(whole.tokens()).isEqualTo(8);
    }

    @Test
    void vectors_that_come_as_base64_are_read_wherever_they_are_cut() {
        String answer =
                "{\"data\":[{\"index\":1,\"embedding\":\"AACAPwAAAEA=\"},{\"index\":0,\"embedding\":\"AABAQAAAgEA=\"}],"
                        + "\"usage\":{\"input_tokens\":8,\"prompt_tokens\":8}}";
        EmbedAsk ask = ask(2, EmbedAsk.Form.DIGITS, 2, false);
        Outcome whole = read(ask, VectorPlaces.OPENAI, answer);
        assertThat(whole.vectors()).containsExactly("[3.0,4.0]", "[1.0,2.0]");
        assertThat(whole.tokens()).isEqualTo(8);
        for (int at = 0; at <= answer.length(); at++) {
            assertThat(read(ask, VectorPlaces.OPENAI, answer, at)).isEqualTo(whole);
        }
        Outcome packed = read(ask(2, EmbedAsk.Form.BASE64, 2, false), VectorPlaces.OPENAI, answer);
        assertThat(packed.vectors()).containsExactly("\"AABAQAAAgEA=\"", "\"AACAPwAAAEA=\"");
    }

    @ParameterizedTest
    @CsvSource({
        "AACAPw==, shorter than requested",
        "AACAPwAAAEAAAABA, longer than requested",
        "AACAPwAAwH8=, out of range",
        "AACAPwAAAEAA, within a number",
        "%%%, no base64"
    })
    void base64_that_is_no_vector_fails(String base64, String detail) {
        String answer = "{\"data\":[{\"index\":0,\"embedding\":\"" + base64 + "\"}]}";
        Outcome outcome = read(ask(1, EmbedAsk.Form.DIGITS, 2, false), VectorPlaces.OPENAI, answer);
        assertThat(outcome.failure().detail()).contains(detail);
        assertThat(outcome.vectors()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0.001, 200000", "1e-9, 1", "-1, -1", "1e400, -1", "1e999999999, -1"})
    void what_openais_list_says_that_it_cost_is_reported(String dollars, long micros) {
        String answer = "{\"data\":[{\"index\":0,\"embedding\":[1,2]}],\"usage\":{\"prompt_tokens\":8,\"cost\":"
                + dollars + "}}";
        EmbedAsk ask = ask(1, EmbedAsk.Form.DIGITS, 2, false);
        for (VectorPlaces places : List.of(VectorPlaces.OPENAI, VectorPlaces.OPENAI.withoutCost())) {
            VectorReader reader = new VectorReader(ERRORS, places, ask, ask.inputs());
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            List<UpstreamEvent> events = new ArrayList<>();
            reader.read(bytes, bytes.length, events);
            assertThat(reader.end(events)).isNull();
            assertThat(events.contains(new UpstreamEvent.Cost(micros))).isEqualTo(places.equals(VectorPlaces.OPENAI));
            assertThat(events).hasSize(places.equals(VectorPlaces.OPENAI) ? 3 : 2);
        }
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "7.0, 7", "6.5, 7", "-3, -3", "1e999999999,", "99999999999999999999999,"})
    void a_prediction_reports_its_tokens(String written, Long read) {
        Outcome whole =
                read(ask(1, EmbedAsk.Form.DIGITS, 2, false), VectorPlaces.PREDICTIONS, PREDICTED.formatted(written));
        assertThat(whole.vectors()).containsExactly("[0.5,0.25]");
        assertThat(whole.tokens()).isEqualTo(read);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"embeddings":[{"values":[1,2]}]}                                | BROKEN      | 1 vectors for 2 inputs
            {"embeddings":[{"values":[1,2]},{"values":[1]}]}                 | BROKEN      | shorter than requested
            {"embeddings":[{"values":[1,2]},{"values":[1,2,3]}]}             | BROKEN      | longer than requested
            {"embeddings":[{"values":[1,2]},{"values":[1,2]},{"values":[1]}]}| BROKEN      | more vectors than inputs
            {"embeddings":[{"values":[1,2]},{"values":[1,null]}]}            | BROKEN      | something else than numbers
            {"embeddings":[{"values":[1,2]},{"values":[1,[2]]}]}             | BROKEN      | something else than numbers
            {"embeddings":[{"values":[1,2]},{"values":[1,0.1234567890123456789012345]}]} | BROKEN | out of range
            {"embeddings":[{"values":[1,2]},{"values":[1,1e999]}]}           | BROKEN      | out of range
            {"embeddings":[{"values":[1,2]},{"values":[1,2]}                 | UNAVAILABLE | ends too early
            {"embeddings":[{"values":[1,2}]}                                 | BROKEN      | no JSON
            {"error":{"code":500}}                                           | BROKEN      | 0 vectors for 2 inputs
            """)
    void an_answer_that_does_not_fit_its_inputs_fails(String answer, Kind kind, String detail) {
        Outcome outcome = read(ask(2, EmbedAsk.Form.DIGITS, 2, false), VectorPlaces.GEMINI, answer);
        assertThat(outcome.failure().kind()).isEqualTo(kind);
        assertThat(outcome.failure().detail()).contains(detail);
        assertThat(outcome.vectors()).isEmpty();
    }

    @Test
    void an_endless_answer_is_given_up() {
        EmbedAsk ask = ask(1, EmbedAsk.Form.DIGITS, 2, false);
        Outcome outcome = read(ask, VectorPlaces.GEMINI, "{" + " ".repeat(300_000));
        assertThat(outcome.failure().detail()).contains("longer than its vectors");
    }

    @Test
    void two_vectors_with_one_index_fail() {
        String answer = "{\"data\":[{\"index\":1,\"embedding\":[1,2]},{\"index\":1,\"embedding\":[3,4]}]}";
        assertThat(read(ask(2, EmbedAsk.Form.DIGITS, 2, false), VectorPlaces.OPENAI, answer)
                        .failure()
                        .kind())
                .isEqualTo(Kind.BROKEN);
    }

    @Test
    void damaged_answers_fail_or_give_a_vector_for_each_input() {
        new Fuzz("vectors", "\"values\"", "\"embedding\"", "\"index\"", "NaN", "null", "[[", "1e39").run(input -> {
            String text = new String(input, StandardCharsets.UTF_8);
            for (VectorPlaces places : List.of(VectorPlaces.GEMINI, VectorPlaces.PREDICTIONS, VectorPlaces.OPENAI)) {
                for (EmbedAsk.Form form : EmbedAsk.Form.values()) {
                    Outcome outcome = read(ask(2, form, 2, input.length % 2 == 0), places, text);
                    assertThat(outcome.vectors()).hasSize(outcome.failure() == null ? 2 : 0);
                    outcome.vectors().forEach(JSON::readTree);
                }
            }
        });
    }
}
