package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.jobs.JobTrouble;
import dev.tollgate.jobs.BatchNote;
import dev.tollgate.jobs.BatchRemarks;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.LineCalls.Checked;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What makes an input unfit (J26, J27), with a door of the test. */
class InputCheckTest {

    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final Model MODEL =
            Objects.requireNonNull(CatalogueLoader.builtIn().find("gemini-2.5-flash"));
    private static final Model ANOTHER =
            Objects.requireNonNull(CatalogueLoader.builtIn().find("gemini-2.5-pro"));

    private final List<String> bodies = new ArrayList<>();
    private Endpoint endpoint = Endpoint.CHAT;

    private Checked door(RequestLine line, Lease memory) {
        String body = new String(endpoint.body(line, false), StandardCharsets.UTF_8);
        bodies.add(body);
        if (body.contains("refuse")) {
            throw ApiError.invalid("messages", "'messages' is not liked.").asException();
        }
        return new Checked(body.contains("another") ? ANOTHER : MODEL, null);
    }

    private Findings of(String input) {
        InputCheck check = new InputCheck(
                endpoint, ReadLimits.DEFAULT, this::door, () -> Lease.FREE, NOW, NOW.plus(Duration.ofDays(1)));
        try {
            byte[] bytes = input.getBytes(StandardCharsets.UTF_8);
            return Objects.requireNonNull(check.of(new ByteArrayInputStream(bytes), () -> false));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String line(String id, String body) {
        return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":%s}\n"
                .formatted(id, body);
    }

    private static String lines(int count, IntFunction<String> line) {
        return IntStream.rangeClosed(1, count).mapToObj(line).collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"custom_id":"a","url":"/v1/chat/completions"}                              | missing_required_parameter | 'body' is required.
            {"url":"/v1/chat/completions","body":{}}                                    | missing_required_parameter | 'custom_id' is required.
            {"custom_id":"a","body":{}}                                                 | missing_required_parameter | 'url' is required.
            {"custom_id":"a","url":"/v1/embeddings","body":{}}                          | url_mismatch | 'url' must be the endpoint of the batch, /v1/chat/completions, got "/v1/embeddings".
            {"custom_id":"a","method":"GET","url":"/v1/chat/completions","body":{}}     | invalid_request | 'method' must be POST, got "GET".
            {"custom_id":1,"url":"/v1/chat/completions","body":{}}                      | invalid_request | 'custom_id' must be a string, got 1.
            {"custom_id":"","url":"/v1/chat/completions","body":{}}                     | invalid_request | 'custom_id' must be a string that is not empty, got "".
            {"custom_id":"a","url":"/v1/chat/completions","body":[]}                    | invalid_request | 'body' must be an object, got an array.
            {"custom_id":"a","custom_id":"b","url":"/v1/chat/completions","body":{}}    | invalid_request | 'custom_id' is given twice.
            {"custom_id":"a"                                                            | invalid_json_line | The line is not valid JSON: it ends too early.
            {"custom_id":"a",}                                                          | invalid_json_line | The line is not valid JSON (column 18).
            []                                                                          | invalid_json_line | The line must be a JSON object, got an array.
            {} {}                                                                       | invalid_json_line | The line must be one JSON object, more came after its end.
            """)
    void a_line_that_is_no_request_is_named(String line, String code, String message) {
        Findings found = of(line("first", "{}") + "\n" + line);
        assertThat(found.isUnfit()).isTrue();
        LineFault fault = found.faults().getFirst();
        assertThat(found.faults()).hasSize(1);
        assertThat(fault.code()).isEqualTo(code);
        assertThat(fault.line()).isEqualTo(2);
        assertThat(fault.message()).isEqualTo(message);
    }

    @Test
    void an_id_may_have_256_characters_and_is_the_lines_own() {
        String longest = "é".repeat(256);
        assertThat(of(line(longest, "{}")).isUnfit()).isFalse();
        LineFault tooLong = of(line(longest + "x", "{}")).faults().getFirst();
        assertThat(tooLong.message()).startsWith("'custom_id' must be a string of at most 256 characters");
        for (String id : List.of("a", longest)) {
            LineFault doubled = of(line(id, "{}") + line("b", "{}") + line(id, "{}"))
                    .faults()
                    .getFirst();
            assertThat(doubled.code()).isEqualTo("duplicate_custom_id");
            assertThat(doubled.line()).isEqualTo(3);
            assertThat(doubled.param()).isEqualTo("custom_id");
        }
    }

    @Test
    void an_empty_input_is_unfit() {
        assertThat(of("\r\n\n").faults().getFirst().code()).isEqualTo("empty_file");
    }

    @Test
    void a_line_of_more_than_a_mib_is_named() {
        Findings found = of(line("a", "{}") + line("b", "{\"a\":\"" + "x".repeat(1 << 20) + "\"}"));
        assertThat(found.faults().getFirst().code()).isEqualTo("line_too_long");
        assertThat(found.faults().getFirst().line()).isEqualTo(2);
    }

    @Test
    void more_than_50000_lines_are_unfit() {
        assertThat(of(lines(50_000, i -> line("i" + i, "{}"))).isUnfit()).isFalse();
        Findings found = of(lines(50_002, i -> line("i" + i, "{}")));
        assertThat(found.isUnfit()).isTrue();
        assertThat(found.faults().getFirst().code()).isEqualTo("too_many_tasks");
        assertThat(found.faults().getFirst().line()).isEqualTo(50_001);
    }

    @Test
    void up_to_a_thousand_refused_lines_are_counted_and_more_are_unfit() {
        Findings few = of(lines(1_200, i -> line("i" + i, i <= 1_000 ? "{\"a\":\"refuse\"}" : "{}")));
        assertThat(few.isUnfit()).isFalse();
        assertThat(few.lines()).isEqualTo(1_200);
        assertThat(few.refused()).isEqualTo(1_000);
        assertThat(few.faults()).hasSize(100);
        assertThat(few.faults().getFirst().code()).isEqualTo("invalid_request");
        Findings many = of(lines(1_001, i -> line("i" + i, "{\"a\":\"refuse\"}")));
        assertThat(many.isUnfit()).isTrue();
        assertThat(many.faults()).hasSize(100);
        assertThat(many.faults().getFirst().code()).isEqualTo("too_many_invalid_requests");
        assertThat(many.faults().get(1).param()).isEqualTo("messages");
    }

    @Test
    void no_more_than_a_hundred_faults_are_named() {
        assertThat(of("{}\n".repeat(1_000)).faults()).hasSize(100);
    }

    @Test
    void members_without_use_do_not_reach_the_door() {
        Findings found = of(line("a", "{ \"stream\":true, \"a\" : 1,\"store\":false,\"stream_options\":{\"b\":[1]}}")
                + line("b", "{\"background\":null}")
                + line("c", "{}"));
        assertThat(bodies).isEqualTo(List.of("{\"stream\":false,\"a\":1}", "{\"stream\":false}", "{\"stream\":false}"));
        assertThat(found.notes().stream().map(BatchNote::english).toList())
                .isEqualTo(List.of(
                        "'gemini-2.5-flash': 3 lines without the service tier flex, at the price of any call.",
                        "'stream' has no effect in a batch. It is in 1 line.",
                        "'stream_options' has no effect in a batch. It is in 1 line."));
        bodies.clear();
        endpoint = Endpoint.RESPONSES;
        of(line("a", "{\"store\":true,\"input\":\"x\"}").replace("chat/completions", "responses"));
        assertThat(bodies).isEqualTo(List.of("{\"stream\":false,\"store\":false,\"input\":\"x\"}"));
    }

    @Test
    void a_batch_of_several_models_is_of_none() {
        String one = line("a", "{}") + line("b", "{}");
        assertThat(of(one).model()).isEqualTo("gemini-2.5-flash");
        assertThat(of(one + line("c", "{\"a\":\"another\"}")).model()).isNull();
    }

    /** 200 credits per million for audio, the dearest prompt, and 500 for output; priority is the dearest tier. */
    @Test
    void a_conversation_that_is_not_read_counts_in_full_at_the_dearest_tier() {
        long micros = 1_048_576L * 200 + 65_536L * 500;
        assertThat(of(line("a", "{}")).maxMicros()).isGreaterThanOrEqualTo(micros * 18 / 10);
    }

    @Test
    void a_stopped_check_has_no_result() throws IOException {
        InputCheck check = new InputCheck(
                endpoint, ReadLimits.DEFAULT, this::door, () -> Lease.FREE, NOW, NOW.plus(Duration.ofDays(1)));
        assertThat(check.of(new ByteArrayInputStream(line("a", "{}").getBytes(StandardCharsets.UTF_8)), () -> true))
                .isNull();
    }

    @Test
    void a_lack_of_memory_refuses_no_line() {
        ApiException busy = ApiError.invalid(null, "Busy.").withStatus(503).asException();
        List<Integer> tries = new ArrayList<>();
        InputCheck check = new InputCheck(
                endpoint,
                ReadLimits.DEFAULT,
                (line, memory) -> {
                    tries.add(1);
                    if (tries.size() == 1) {
                        throw busy;
                    }
                    return new Checked(MODEL, null);
                },
                () -> Lease.FREE,
                NOW,
                NOW.plus(Duration.ofDays(1)));
        byte[] input = line("a", "{}").getBytes(StandardCharsets.UTF_8);
        Findings found = Objects.requireNonNull(read(check, input, false));
        assertThat(found.refused()).isEqualTo(0);
        assertThat(tries).hasSize(2);
        tries.clear();
        assertThrows(ApiException.class, () -> read(check, input, true));
    }

    /** Pages of the other half read what this one writes. */
    @Test
    void people_are_told_the_faults_and_the_reason_that_a_batch_keeps() {
        Findings found = of(line("a", "{\"stream\":true}") + "{\"custom_id\":1}\n");
        BatchDetails details = new BatchDetails(Map.of("name", "value"), Map.of())
                .with(found, Map.of())
                .with(new JobTrouble("input_gone", "Gone."));
        BatchRemarks remarks = BatchRemarks.of(details.bytes());
        LineFault fault = found.faults().getFirst();
        assertThat(remarks.faults())
                .containsExactly(new BatchRemarks.Fault(fault.code(), 2L, fault.message(), fault.param()));
        assertThat(remarks.notes()).isNotEmpty().isEqualTo(found.notes());
        assertThat(remarks.reason()).isEqualTo(new BatchRemarks.Reason("input_gone", "Gone."));
    }

    private static Findings read(InputCheck check, byte[] input, boolean stops) {
        List<Integer> asked = new ArrayList<>();
        try {
            return check.of(new ByteArrayInputStream(input), () -> {
                asked.add(1);
                return stops && asked.size() > 1;
            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
