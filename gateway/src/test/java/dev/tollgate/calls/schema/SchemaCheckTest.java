package dev.tollgate.calls.schema;

import static dev.tollgate.testing.Asserts.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A check finds what does not fit, and is over soon whatever schema and text its caller thought of. */
@Timeout(240)
class SchemaCheckTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** Generous: the machine may be busy. Without a budget the checks below run for hours. */
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final SchemaChecks CHECKS = new SchemaChecks();

    @AfterAll
    static void stop() {
        CHECKS.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}   | {"a":1}              | FITS
            {"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}   | {"a":"1"}            | MISFIT
            {"type":"object","required":["a"]}                                         | {}                   | MISFIT
            {"type":"object"}                                                          | {"a":1               | MISFIT
            {"type":"object"}                                                          | {"a":1} {"a":2}      | MISFIT
            {"type":"object"}                                                          | ``                   | MISFIT
            {"type":"object"}                                                          | Here: {"a":1}        | MISFIT
            {"type":"object","additionalProperties":false}                             | {"a":1}              | MISFIT
            {"type":"array","uniqueItems":true}                                        | [1,2,1]              | MISFIT
            {"type":"array","minItems":2,"contains":{"const":3}}                       | [1,3]                | FITS
            {"type":"array","contains":{"const":3}}                                    | [1,2]                | MISFIT
            {"type":"string","pattern":"^[a-z]+$"}                                     | "abc"                | FITS
            {"type":"string","pattern":"^[a-z]+$"}                                     | "ABC"                | MISFIT
            {"type":"string","maxLength":2}                                            | "abc"                | MISFIT
            {"multipleOf":0.1}                                                         | 0.3                  | FITS
            {"exclusiveMinimum":3}                                                     | 3                    | MISFIT
            {"not":{"required":["b"]}}                                                 | {"b":1}              | MISFIT
            {"not":{"required":["b"]}}                                                 | {"a":1}              | FITS
            {"anyOf":[{"type":"string"},{"type":"integer"}]}                           | 3                    | FITS
            {"anyOf":[{"type":"string"},{"type":"integer"}]}                           | 3.5                  | MISFIT
            {"oneOf":[{"type":"number"},{"type":"integer"}]}                           | 3                    | MISFIT
            {"oneOf":[{"type":"string"},{"type":"integer"}]}                           | 3                    | FITS
            {"allOf":[{"required":["a"]},{"required":["b"]}]}                          | {"a":1}              | MISFIT
            {"if":{"required":["a"]},"then":{"required":["b"]}}                        | {"a":1}              | MISFIT
            {"if":{"required":["a"]},"then":{"required":["b"]}}                        | {"c":1}              | FITS
            {"patternProperties":{"^x":{"type":"integer"}}}                            | {"x1":"no"}          | MISFIT
            {"propertyNames":{"maxLength":2}}                                          | {"abc":1}            | MISFIT
            {"properties":{"a":true},"unevaluatedProperties":false}                    | {"a":1}              | FITS
            {"properties":{"a":true},"unevaluatedProperties":false}                    | {"b":1}              | MISFIT
            {"anyOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}        | {"a":1}              | FITS
            {"const":{"type":"STRING"}}                                                | {"type":"STRING"}    | FITS
            {"properties":{"nullable":{"type":"string"},"type":{"type":"string"}}}     | {"type":3}           | MISFIT
            {"type":"STRING","nullable":true}                                          | null                 | FITS
            {"type":"STRING","nullable":true,"enum":["a"]}                             | null                 | FITS
            {"nullable":true,"anyOf":[{"type":"string"}]}                              | null                 | FITS
            {"type":"STRING"}                                                          | null                 | MISFIT
            {"type":["string","null"]}                                                 | null                 | FITS
            {"format":"date-time"}                                                     | "tomorrow"           | FITS
            {"$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}},"required":["v"]}},"$ref":"#/$defs/n"} | {"v":1,"next":{"v":2}} | FITS
            {"$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}},"required":["v"]}},"$ref":"#/$defs/n"} | {"v":1,"next":{}}      | MISFIT
            {"definitions":{"p":{"type":"integer"}},"items":{"$ref":"#/definitions/p"}} | [1,"2"]             | MISFIT
            {"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"integer"}],"additionalItems":false} | [1,2] | MISFIT
            {"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"integer"}],"additionalItems":false} | [1]   | FITS
            {"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"type":"integer"}],"items":false} | [1,2] | MISFIT
            {"$schema":"urn:nobody:knows","type":"integer"}                            | "a"                  | MISFIT
            {"$schema":"urn:nobody:knows","type":"integer"}                            | 1                    | FITS
            {"properties":{"id":{"type":"integer"}}}                                   | {"id":12345678901234567890123} | FITS
            {"multipleOf":0.1}                                                         | 1e999999999          | UNDECIDED
            {"type":"integer"}                                                         | [1e999999999]        | UNDECIDED
            {"type":"integer"}                                                         | -1.5e99999999999     | UNDECIDED
            {"const":1e999999999}                                                      | 1                    | UNDECIDED
            {"$ref":"#/nowhere"}                                                       | 1                    | UNDECIDED
            {"$ref":"#"}                                                               | 1                    | UNDECIDED
            {"pattern":"("}                                                            | "a"                  | UNDECIDED
            """)
    void a_text_fits_or_misfits_or_stays_undecided(String schema, String text, Verdict verdict) throws Exception {
        assertThat(check(schema, text)).isEqualTo(verdict);
    }

    @Test
    void of_several_texts_one_misfit_decides() throws Exception {
        ObjectNode schema = (ObjectNode) JSON.readTree("{\"type\":\"integer\"}");
        assertThat(verdict(schema, List.of("1", "\"2\"", "3"))).isEqualTo(Verdict.MISFIT);
        assertThat(verdict(schema, List.of("1", "3"))).isEqualTo(Verdict.FITS);
    }

    @Test
    void a_regular_expression_without_end_is_given_up() throws Exception {
        String many = "a".repeat(5_000) + "!";
        assertThat(check("{\"pattern\":\"^(a+)+$\"}", "\"" + many + "\"")).isEqualTo(Verdict.UNDECIDED);
        assertThat(check("{\"pattern\":\"^(([a-z])+.)+[A-Z]([a-z])+$\"}", "\"" + many + "\""))
                .isEqualTo(Verdict.UNDECIDED);
        assertThat(check("{\"patternProperties\":{\"^(a+)+$\":{}}}", "{\"" + many + "\":1}"))
                .isEqualTo(Verdict.UNDECIDED);
    }

    @Test
    void alternatives_that_multiply_are_given_up() throws Exception {
        ObjectNode schema = JSON.createObjectNode();
        ObjectNode definitions = schema.putObject("$defs");
        for (int i = 0; i < 60; i++) {
            ArrayNode both = definitions.putObject("d" + i).putArray("anyOf");
            both.addObject().put("$ref", "#/$defs/d" + (i + 1));
            both.addObject().put("$ref", "#/$defs/d" + (i + 1));
        }
        definitions.putObject("d60").put("type", "integer");
        schema.put("$ref", "#/$defs/d0");
        assertThat(verdict(schema, List.of("\"no\""))).isEqualTo(Verdict.UNDECIDED);
    }

    @Test
    void a_large_schema_for_a_large_answer_is_given_up_and_a_usual_one_is_not() throws Exception {
        ObjectNode schema = JSON.createObjectNode();
        ArrayNode words = schema.putObject("items").putArray("enum");
        for (int i = 0; i < 9_000; i++) {
            words.add("word" + i);
        }
        assertThat(verdict(schema, List.of(numbers(100_000)))).isEqualTo(Verdict.UNDECIDED);
        assertThat(verdict(schema, List.of("[\"word8999\"]"))).isEqualTo(Verdict.FITS);
        assertThat(check("{\"items\":{\"type\":\"integer\"}}", numbers(50_000))).isEqualTo(Verdict.FITS);
        assertThat(check("{\"items\":{\"type\":\"string\"}}", numbers(50_000))).isEqualTo(Verdict.MISFIT);
    }

    @Test
    void a_text_that_nests_deep_is_no_end_of_the_thread() throws Exception {
        String schema = "{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"type\":\"object\"}";
        String deep = "{\"a\":".repeat(900) + "{}" + "}".repeat(900);
        assertThat(check(schema, deep)).isEqualTo(Verdict.UNDECIDED);
        assertThat(check(schema, "{\"a\":".repeat(60) + "{}" + "}".repeat(60))).isEqualTo(Verdict.FITS);
        assertThat(check(schema, "[".repeat(100_000))).isEqualTo(Verdict.UNDECIDED);
    }

    @Test
    void nothing_is_ever_loaded_from_anywhere() throws Exception {
        AtomicInteger visits = new AtomicInteger();
        HttpServer server = server(visits);
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/schema.json";
        for (String schema : List.of(
                "{\"not\":{\"$ref\":\"%s\"}}",
                "{\"$ref\":\"%s\"}",
                "{\"$schema\":\"%s\",\"type\":\"integer\"}",
                "{\"$schema\":\"%s?json-schema.org/draft\",\"type\":\"integer\"}",
                "{\"$id\":\"%s\",\"$ref\":\"other.json\"}",
                "{\"$dynamicRef\":\"%s\"}",
                "{\"properties\":{\"a\":{\"$recursiveRef\":\"%s\"}}}")) {
            check(schema.formatted(url), "{\"a\":1}");
        }
        assertThat(check("{\"$ref\":\"file:///etc/hostname\"}", "1")).isEqualTo(Verdict.UNDECIDED);
        assertThat(check("{\"$ref\":\"classpath:/models.yaml\"}", "1")).isEqualTo(Verdict.UNDECIDED);
        server.stop(0);
        assertThat(visits).hasValue(0);
    }

    @Test
    void checks_beyond_the_queue_are_undecided_immediately() throws Exception {
        try (SchemaChecks busy = new SchemaChecks()) {
            CountDownLatch holding = new CountDownLatch(1);
            ObjectNode schema = JSON.createObjectNode();
            List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
            for (int i = 0; i < SchemaChecks.TURNS.waitingMax() + 64; i++) {
                CompletableFuture<Verdict> told = new CompletableFuture<>();
                verdicts.add(told);
                busy.check("acc" + i % 32, schema, List.of("1"), verdict -> {
                    if (verdict == Verdict.FITS) {
                        await(holding);
                    }
                    told.complete(verdict);
                });
            }
            assertThat(verdicts.stream().filter(CompletableFuture::isDone).count())
                    .isPositive();
            holding.countDown();
            for (CompletableFuture<Verdict> told : verdicts) {
                assertThat(told.get(SOON.toSeconds(), TimeUnit.SECONDS)).isNotEqualTo(Verdict.MISFIT);
            }
        }
    }

    /** The second and later checks of one account wait for the first of another. */
    @Test
    void who_has_many_checks_waiting_keeps_no_other_account_from_its_own() throws Exception {
        try (SchemaChecks busy = new SchemaChecks()) {
            CountDownLatch holding = new CountDownLatch(1);
            ObjectNode schema = JSON.createObjectNode();
            List<String> told = new CopyOnWriteArrayList<>();
            List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                String account = i < 298 ? "many" : "one";
                CompletableFuture<Verdict> verdict = new CompletableFuture<>();
                verdicts.add(verdict);
                busy.check(account, schema, List.of("1"), found -> {
                    if (found == Verdict.FITS) {
                        await(holding);
                        told.add(account);
                    }
                    verdict.complete(found);
                });
            }
            assertThat(verdicts.getLast()).isNotDone();
            holding.countDown();
            for (CompletableFuture<Verdict> verdict : verdicts) {
                verdict.get(SOON.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(verdicts.getLast()).isCompletedWithValue(Verdict.FITS);
            assertThat(told.indexOf("one"))
                    .isLessThanOrEqualTo(Runtime.getRuntime().availableProcessors());
            assertThat(told).hasSizeLessThan(40);
        }
    }

    @Test
    void a_cancelled_check_is_not_run() throws Exception {
        try (SchemaChecks busy = new SchemaChecks()) {
            CountDownLatch holding = new CountDownLatch(1);
            ObjectNode schema = JSON.createObjectNode();
            List<String> told = new CopyOnWriteArrayList<>();
            CompletableFuture<Verdict> last = new CompletableFuture<>();
            busy.check("acc", schema, List.of("1"), found -> await(holding));
            Runnable abandon = busy.check("acc", schema, List.of("1"), found -> told.add("abandoned"));
            busy.check("acc", schema, List.of("1"), last::complete);
            abandon.run();
            holding.countDown();
            assertThat(last.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Verdict.FITS);
            assertThat(told).isEmpty();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static HttpServer server(AtomicInteger visits) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            visits.incrementAndGet();
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("{}".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String numbers(int count) {
        StringBuilder text = new StringBuilder("[0");
        for (int i = 1; i < count; i++) {
            text.append(',').append(i);
        }
        return text.append(']').toString();
    }

    private static Verdict check(String schema, String text) throws Exception {
        return verdict((ObjectNode) JSON.readTree(schema), List.of(text == null ? "" : text));
    }

    private static Verdict verdict(ObjectNode schema, List<String> texts) throws Exception {
        CompletableFuture<Verdict> told = new CompletableFuture<>();
        CHECKS.check("acc", schema, texts, told::complete);
        return told.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
}
