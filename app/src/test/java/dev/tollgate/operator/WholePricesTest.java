package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Prices of every rate, and prices from a day on, set by the operator's API. */
@Timeout(60)
class WholePricesTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String MODEL = "gemini-3-pro";
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final String CALL = """
            {"model":"gemini-3-pro","stream":false,"max_tokens":2000,"messages":[{"role":"user","content":"Tell me"}]}""";
    private static final String WHOLE = """
            {"input":170,"output":1000,"cached_input":17,"audio_input":200.5,"search_per_1000":2800,"search_counts":"calls",\
            "above":{"prompt_tokens":5,"input":340,"output":2000,"cached_input":34,"audio_input":401,"search_per_1000":2800},\
            "tiers":{"flex":0.5,"priority":1.8},"reason":"as the vendor charges"}""";

    private static Gateway start(Stores stores) {
        Gateway gateway = startBare(stores);
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 1000, 0)));
        return gateway;
    }

    /** Without answers of the upstream. */
    private static Gateway startBare(Stores stores) {
        Gateway gateway = Gateway.startOn(stores, Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY));
        gateway.setNow(NOW);
        return gateway;
    }

    private static Gateway.Reply send(Gateway gateway, String model, String body) {
        return gateway.post("/admin/models/" + model + "/prices", body, ADMIN_KEY);
    }

    /** Sets a price and returns the answer. */
    private static JsonNode set(Gateway gateway, String members) {
        Gateway.Reply reply = send(gateway, MODEL, "{" + members + ",\"reason\":\"for a test\"}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.json();
    }

    private static JsonNode sold(Gateway gateway) {
        JsonNode models = gateway.get("/admin/models", ADMIN_KEY).json().get("data");
        return StreamSupport.stream(models.spliterator(), false)
                .filter(one -> one.get("id").asString().equals(MODEL))
                .findFirst()
                .orElseThrow();
    }

    private static BigDecimal charge(Customer customer) {
        return customer.chat(CALL).json().get("credits_consumed").decimalValue();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asString()));
        return texts;
    }

    private static List<String> ahead(JsonNode sold) {
        List<String> ahead = new ArrayList<>();
        sold.get("ahead")
                .forEach(price -> ahead.add(price.get("from").asString() + " "
                        + price.get("output").decimalValue().toPlainString()));
        return ahead;
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void a_price_of_nothing_is_free_until_it_is_raised(Stores stores) {
        try (Gateway gateway = start(stores)) {
            Customer customer = gateway.customer("100");
            assertThat(set(gateway, "\"input\":0,\"output\":0")
                            .at("/price/rounding")
                            .asString())
                    .isEqualTo("floor to 0.01, minimum 0");
            gateway.setNow(NOW.plusSeconds(60));
            assertThat(charge(customer)).isZero();
            assertThat(customer.credits().get("balance").decimalValue()).isEqualByComparingTo("100");

            assertThat(set(gateway, "\"input\":1").at("/price/rounding").asString())
                    .isEqualTo("floor to 0.01, minimum 0.01");
            gateway.setNow(NOW.plusSeconds(120));
            assertThat(charge(customer)).isEqualByComparingTo("0.01");
            gateway.assertBooksAreClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"input", "cached_input", "search_counts", "above.input", "tiers.flex"})
    void an_object_is_no_rate(String member) {
        try (Gateway gateway = start(Stores.SQLITE)) {
            String[] parts = member.split("\\.");
            String wrong =
                    parts.length == 1 ? "\"" + member + "\":{}" : "\"" + parts[0] + "\":{\"" + parts[1] + "\":{}}";
            Gateway.Reply reply = send(gateway, MODEL, "{" + wrong + ",\"output\":1100,\"reason\":\"for a test\"}");
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(sold(gateway).get("source").asString()).isEqualTo("file");
        }
    }

    @Test
    void null_for_rates_that_are_absent_makes_no_version() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            for (String members : List.of(
                    "\"cached_input\":null",
                    "\"audio_input\":null,\"above\":null,\"tiers\":null",
                    "\"above\":{\"audio_input\":null}",
                    "\"search_per_1000\":null,\"search_counts\":null,\"from\":\"2027-01-01T00:00:00Z\"")) {
                Gateway.Reply reply = send(gateway, MODEL, "{" + members + ",\"reason\":\"for a test\"}");
                assertThat(reply.status()).as(reply.text()).isEqualTo(400);
                assertThat(reply.text()).contains("Nothing would change");
            }
            assertThat(sold(gateway).get("source").asString()).isEqualTo("file");
            assertThat(set(gateway, "\"input\":170,\"cached_input\":null")
                            .at("/price/input")
                            .asInt())
                    .isEqualTo(170);
        }
    }

    @Test
    void input_may_be_raised_to_the_audio_rate_and_beyond() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            assertThat(send(gateway, MODEL, WHOLE).status()).isEqualTo(201);
            for (String members : List.of("\"input\":200.5", "\"output\":1500", "\"input\":300")) {
                JsonNode price = set(gateway, members).get("price");
                assertThat(price.has("audio_input")).isFalse();
                assertThat(price.at("/above/audio_input").asInt()).isEqualTo(401);
            }
            assertThat(set(gateway, "\"audio_input\":310")
                            .at("/price/audio_input")
                            .asInt())
                    .isEqualTo(310);
            gateway.restart();
            assertThat(sold(gateway).at("/price/above/audio_input").asInt()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_price_of_every_rate_is_set_charged_read_and_audited(Stores stores) {
        try (Gateway gateway = start(stores)) {
            Customer customer = gateway.customer("100");
            Gateway.Reply reply = send(gateway, MODEL, WHOLE);
            assertThat(reply.status()).as(reply.text()).isEqualTo(201);
            gateway.setNow(NOW.plusSeconds(60)); // a call that has arrived before keeps the price before
            assertThat(charge(customer)).isEqualByComparingTo("2");
            assertThat(customer.lastTask().get("pricing_detail").get("step").asInt())
                    .isEqualTo(5);
            gateway.restart();
            JsonNode price = sold(gateway).get("price");
            JsonNode audited = gateway.get("/admin/audit?subject=" + MODEL, ADMIN_KEY)
                    .json()
                    .at("/data/0/after");
            JsonNode listed = gateway.get("/admin/models/" + MODEL + "/prices", ADMIN_KEY)
                    .json()
                    .at("/data/0");
            for (JsonNode shown : List.of(price, audited, listed)) {
                assertThat(shown.get("cached_input").asInt()).isEqualTo(17);
                assertThat(shown.get("audio_input").decimalValue()).isEqualByComparingTo("200.5");
                assertThat(shown.get("search_per_1000").asInt()).isEqualTo(2800);
                assertThat(shown.get("search_counts").asString()).isEqualTo("calls");
                assertThat(shown.at("/above/cached_input").asInt()).isEqualTo(34);
                assertThat(shown.at("/tiers/priority").decimalValue()).isEqualByComparingTo("1.8");
            }
            assertThat(gateway.differences()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void cached_audio_has_a_rate_of_its_own(Stores stores) {
        try (Gateway gateway = startBare(stores)) {
            gateway.script(UpstreamScript.answers().event("""
                    {"candidates":[{"content":{"role":"model","parts":[{"text":"Well."}]},"finishReason":"STOP"}],
                    "usageMetadata":{"promptTokenCount":1000,"cachedContentTokenCount":500,"candidatesTokenCount":10,
                    "promptTokensDetails":[{"modality":"AUDIO","tokenCount":400}],
                    "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":300}]}}"""));
            Customer customer = gateway.customer("100");
            String price = "\"input\":1000,\"output\":2000,\"cached_input\":100,\"audio_input\":3000";
            set(gateway, price);
            gateway.setNow(NOW.plusSeconds(60));
            assertThat(hearing(customer)).isEqualByComparingTo("0.77"); // 400 text, 500 cached, 100 audio, 10 output
            set(gateway, price + ",\"cached_audio_input\":300");
            gateway.setNow(NOW.plusSeconds(120));
            assertThat(hearing(customer)).isEqualByComparingTo("0.83"); // 200 cached, 300 cached audio
            JsonNode detail = customer.lastTask().get("pricing_detail");
            assertThat(detail.get("cached_tokens").asInt()).isEqualTo(200);
            assertThat(detail.get("cached_audio_tokens").asInt()).isEqualTo(300);
            assertThat(detail.get("cached_audio_input_per_million").asInt()).isEqualTo(300);
            assertThat(gateway.differences()).isEmpty();
        }
    }

    private static BigDecimal hearing(Customer customer) {
        byte[] wave = new byte[44 + 320_000];
        byte[] head = "RIFF\0\0\0\0WAVEfmt ".getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(head, 0, wave, 0, head.length);
        return customer.chat("""
                        {"model":"gemini-3-pro","stream":false,"messages":[{"role":"user","content":[{"type":"text","text":"Listen."},
                        {"type":"input_audio","input_audio":{"data":"%s","format":"wav"}}]}]}""".formatted(Base64.getEncoder().encodeToString(wave)))
                .json()
                .get("credits_consumed")
                .decimalValue();
    }

    @Test
    void a_call_that_arrived_before_a_price_was_set_keeps_the_price_before() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            Customer customer = gateway.customer("100");
            set(gateway, "\"output\":2000"); // the clock stands still: a call arrives a moment before it
            assertThat(charge(customer)).isEqualByComparingTo("0.96");
            gateway.setNow(NOW.plusSeconds(60));
            assertThat(charge(customer)).isEqualByComparingTo("2");
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void a_set_price_is_answered_though_the_clock_goes_back() {
        AtomicLong looks = new AtomicLong();
        Surroundings late = Surroundings.REAL.with(it -> it.clock = () -> NOW.minusMillis(looks.getAndIncrement()));
        try (Gateway gateway = Gateway.start(late, Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY))) {
            assertThat(set(gateway, "\"output\":2000").at("/price/output").asInt())
                    .isEqualTo(2000);
        }
    }

    @Test
    void a_tier_does_not_raise_a_search_rate_beyond_the_most() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            JsonNode answer = set(gateway, "\"search_per_1000\":600000,\"tiers\":{\"priority\":1.8}");
            assertThat(answer.at("/price/version").asString()).isEqualTo("gemini-3-pro@set-1");
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void the_ledger_check_compares_each_rate_of_a_call_with_its_price(Stores stores) {
        try (Gateway gateway = startBare(stores)) {
            gateway.script(UpstreamScript.answers().event("""
                    {"candidates":[{"content":{"role":"model","parts":[{"text":"Done."}]},"finishReason":"STOP"}],\
                    "usageMetadata":{"promptTokenCount":10000,"cachedContentTokenCount":9000,"candidatesTokenCount":1000}}"""));
            send(gateway, MODEL, WHOLE.replace("\"prompt_tokens\":5", "\"prompt_tokens\":9999"));
            gateway.setNow(NOW.plusSeconds(60));
            Customer customer = gateway.customer("100");
            String call = CALL.replace("Tell me", "Tell me ".repeat(2_000)); // 10,000 tokens fit
            assertThat(customer.chat(call).json().get("credits_consumed").decimalValue())
                    .isEqualByComparingTo("2.64"); // 1,000 × 340 + 9,000 × 34 + 1,000 × 2,000
            assertThat(gateway.differences()).isEmpty();
            for (String[] altered : new String[][] {
                {"\"cached_input\":34", "\"cached_input\":35"},
                {"\"output\":2000", "\"output\":2001"},
                {"\"prompt_tokens\":9999", "\"prompt_tokens\":9998"},
                {"\"prompt_tokens\":9999", "\"prompt_tokens\":10000"},
                {"{\"input\":170", "{\"input\":171"},
                {"{\"input\":170", "\"input\":170"}
            }) {
                gateway.execute("UPDATE price SET terms = REPLACE(terms, '%s', '%s') WHERE kind = 'set'"
                        .formatted((Object[]) altered));
                assertThat(gateway.differences())
                        .as(altered[1])
                        .hasSizeBetween(
                                2, 4); // the proof of the prices; step and amount of the call, and the audit log
                gateway.execute("UPDATE price SET terms = REPLACE(terms, '%s', '%s') WHERE kind = 'set'"
                        .formatted(altered[1], altered[0]));
            }
            assertThat(gateway.differences()).isEmpty();
        }
    }

    @Test
    void rates_left_out_stay_and_null_removes_one() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            send(gateway, MODEL, WHOLE);
            JsonNode price = set(gateway, "\"output\":1100,\"cached_input\":10,\"tiers\":{\"flex\":null}")
                    .get("price");
            assertThat(price.get("input").asInt()).isEqualTo(170);
            assertThat(price.get("output").asInt()).isEqualTo(1100);
            assertThat(price.get("cached_input").asInt()).isEqualTo(10);
            assertThat(price.at("/above/output").asInt()).isEqualTo(2000);
            assertThat(price.get("tiers").propertyNames()).containsExactly("priority");
            JsonNode plain = set(
                            gateway,
                            "\"above\":null,\"cached_input\":null,\"audio_input\":null,\"search_per_1000\":null,\"tiers\":null")
                    .get("price");
            assertThat(plain.propertyNames())
                    .containsExactlyInAnyOrder("version", "input", "output", "reasoning", "rounding");
            assertThat(plain.get("output").asInt()).isEqualTo(1100);
        }
    }

    @Test
    void a_rate_that_is_removed_is_removed_from_the_step_too() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            for (String name : List.of("cached_input", "audio_input", "search_per_1000")) {
                send(gateway, MODEL, WHOLE);
                JsonNode price = set(gateway, "\"" + name + "\":null").get("price");
                assertThat(price.has(name)).as(name).isFalse();
                assertThat(price.get("above").has(name)).as(name).isFalse();
                assertThat(price.has("search_counts")).as(name).isEqualTo(!name.equals("search_per_1000"));
            }
        }
    }

    @Test
    void a_step_names_no_rate_that_its_row_lacks() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            String plain =
                    "\"input\":170,\"output\":1000,\"above\":{\"prompt_tokens\":5,\"input\":340,\"output\":2000%s}";
            set(gateway, plain.formatted(""));
            for (String rate :
                    List.of("cached_input\":34", "cached_input\":340", "audio_input\":400", "search_per_1000\":7")) {
                String name = rate.substring(0, rate.indexOf('"'));
                for (String body : List.of(
                        plain.formatted(",\"" + rate),
                        "\"above\":{\"" + rate + "}",
                        "\"" + name + "\":null,\"above\":{\"" + rate + "}")) {
                    Gateway.Reply reply = send(gateway, MODEL, "{" + body + ",\"reason\":\"wrong\"}");
                    assertThat(reply.status()).as(body).isEqualTo(400);
                    assertThat(reply.error().get("param").asString()).isEqualTo("above." + name);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void a_stored_rate_of_long_prompts_alone_is_charged_on_with_a_warning(Stores stores) {
        try (Gateway gateway = start(stores);
                LogCapture log = new LogCapture()) {
            set(gateway, "\"input\":170,\"output\":1000,\"above\":{\"prompt_tokens\":5,\"input\":340,\"output\":2000}");
            gateway.execute(
                    "UPDATE price SET terms = REPLACE(terms, '2000}', '2000,\"search_per_1000\":7}') WHERE kind = 'set'");
            gateway.restart();
            gateway.setNow(NOW.plusSeconds(60));
            assertThat(log.text())
                    .contains(
                            "price gemini-3-pro@set-1 has search_per_1000 for prompts above 5 tokens alone and is charged so");
            assertThat(sold(gateway).at("/price/above/search_per_1000").asInt()).isEqualTo(7);
            Gateway.Reply further = send(gateway, MODEL, "{\"output\":1001,\"reason\":\"a test\"}");
            assertThat(further.error().get("param").asString()).isEqualTo("above.search_per_1000");
            JsonNode price = set(gateway, "\"search_per_1000\":null").get("price");
            assertThat(price.get("above").has("search_per_1000")).isFalse();
        }
    }

    @Test
    void a_wrong_member_is_refused_with_its_value_and_what_is_allowed() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            send(gateway, MODEL, WHOLE);
            for (String[] wrong : new String[][] {
                {
                    "\"cached_input\":170.5",
                    "cached_input",
                    "is 170.5; allowed is a number of credits from 0 to 170, at most the input rate"
                },
                {
                    "\"audio_input\":169",
                    "audio_input",
                    "is 169; allowed is a number of credits from 170 to 1000000, at least the input rate"
                },
                {"\"input\":201", "audio_input", "is 200.5; allowed is a number of credits from 201 to"},
                {"\"input\":0.0000001", "input", "is 1E-7; allowed is a number of credits from 0 to 1000000"},
                {"\"input\":\"12\"", "input", "is \"12\"; allowed is a number of credits"},
                {"\"output\":null", "output", "is missing"},
                {
                    "\"output\":2001",
                    "above.output",
                    "is 2000; allowed is a number of credits from 2001 to 1000000, at least the rate of shorter prompts"
                },
                {
                    "\"above\":{\"cached_input\":null}",
                    "above.cached_input",
                    "is missing: a step names each rate of the price"
                },
                {"\"above\":{\"prompt_tokens\":0}", "above.prompt_tokens", "is 0; allowed is a whole number from 1 to"},
                {"\"above\":{\"tiers\":1}", "above.tiers", "is not known; allowed are prompt_tokens, input"},
                {"\"above\":7", "above", "is 7; allowed is an object"},
                {"\"search_counts\":\"words\"", "search_counts", "is \"words\"; allowed is queries or calls"},
                {"\"search_per_1000\":0,\"above\":null", "search_counts", "needs 'search_per_1000', a rate above 0"},
                {
                    "\"tiers\":{\"flex\":0.12345}",
                    "tiers.flex",
                    "is 0.12345; allowed is a number above 0, up to 100, with at most 4 decimals"
                },
                {"\"tiers\":{\"flex\":0}", "tiers.flex", "is 0; allowed is a number above 0"},
                {
                    "\"output\":600000,\"above\":null",
                    "tiers.priority",
                    "is 1.8, which makes a rate of 600000 higher than 1000000 credits"
                },
                {"\"from\":\"2026-12-01\"", "from", "is \"2026-12-01\"; allowed is a time with its offset"},
                {
                    "\"from\":\"2026-11-20T12:00:00Z\"",
                    "from",
                    "is 2026-11-20T12:00:00Z; allowed is a time that is 5 seconds or more in the future"
                },
                {"\"group\":1", "group", "is not known here"}
            }) {
                Gateway.Reply reply = send(gateway, MODEL, "{" + wrong[0] + ",\"reason\":\"wrong\"}");
                assertThat(reply.status()).as(wrong[0] + reply.text()).isEqualTo(400);
                assertThat(reply.error().get("param").asString()).as(wrong[0]).isEqualTo(wrong[1]);
                assertThat(reply.error().get("message").asString())
                        .as(wrong[0])
                        .startsWith("'" + wrong[1] + "' " + wrong[2]);
            }
            assertThat(sold(gateway).at("/price/version").asString()).isEqualTo("gemini-3-pro@set-1");
        }
    }

    @Test
    void a_model_of_printed_units_takes_input_and_output_alone() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            String model = "google/gemini-2.5-pro";
            Gateway.Reply reply = send(gateway, model, "{\"cached_input\":1,\"reason\":\"wrong\"}");
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.error().get("param").asString()).isEqualTo("cached_input");
            assertThat(send(gateway, model, "{\"input\":3000,\"reason\":\"dearer\"}")
                            .status())
                    .isEqualTo(201);
        }
    }

    /** On SQLite, whose server goes by its own clock; servers of one PostgreSQL go by the database's (DatedPricesTest). */
    @Test
    void a_price_from_a_later_time_is_charged_from_then_on() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            Customer customer = gateway.customer("100");
            JsonNode answer = set(gateway, "\"output\":2000,\"from\":\"2026-12-01T00:00:00-08:00\"");
            assertThat(answer.at("/price/output").asInt()).isEqualTo(960);
            assertThat(ahead(answer)).containsExactly("2026-12-01T08:00:00Z 2000");
            assertThat(charge(customer)).isEqualByComparingTo("0.96");
            gateway.setNow(Instant.parse("2026-12-01T07:59:50Z"));
            assertThat(charge(customer)).isEqualByComparingTo("0.96");
            gateway.setNow(Instant.parse("2026-12-01T08:00:10Z")); // a call arrives a moment before it is read
            assertThat(charge(customer)).isEqualByComparingTo("2");
            assertThat(customer.lastTask().at("/pricing_detail/price_version").asString())
                    .isEqualTo("gemini-3-pro@set-1");
            JsonNode sold = sold(gateway);
            assertThat(sold.at("/price/output").asInt()).isEqualTo(2000);
            assertThat(sold.get("source").asString()).isEqualTo("set");
            assertThat(ahead(sold)).isEmpty();
            gateway.assertBooksAreClosed();
        }
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void a_new_price_keeps_the_later_ones_as_versions_of_its_commit(Stores stores) {
        try (Gateway gateway = start(stores)) {
            set(gateway, "\"output\":2000,\"from\":\"2026-12-01T00:00:00Z\"");
            JsonNode second = set(gateway, "\"output\":3000,\"from\":\"2027-01-01T00:00:00Z\"");
            assertThat(ahead(second)).containsExactly("2026-12-01T00:00:00Z 2000", "2027-01-01T00:00:00Z 3000");
            assertThat(second.get("withdrawn")).isEmpty();
            JsonNode between = set(gateway, "\"input\":150,\"from\":\"2026-12-15T00:00:00Z\"");
            List<String> three =
                    List.of("2026-12-01T00:00:00Z 2000", "2026-12-15T00:00:00Z 2000", "2027-01-01T00:00:00Z 3000");
            assertThat(ahead(between)).isEqualTo(three);
            JsonNode atOnce = set(gateway, "\"output\":970");
            assertThat(ahead(atOnce)).isEqualTo(three);
            assertThat(atOnce.get("withdrawn")).isEmpty();
            gateway.restart();
            gateway.setNow(NOW.plusSeconds(60));
            assertThat(ahead(sold(gateway))).isEqualTo(three);
            JsonNode audited = gateway.get("/admin/audit?subject=" + MODEL, ADMIN_KEY)
                    .json()
                    .at("/data/0/after");
            assertThat(audited.get("version").asString()).isEqualTo("gemini-3-pro@set-5");
            assertThat(audited.get("kept").valueStream())
                    .extracting(kept -> kept.get("version").asString() + " "
                            + kept.get("from").asString() + " "
                            + kept.get("output").asInt())
                    .containsExactly(
                            "gemini-3-pro@set-6 2026-12-01T00:00:00Z 2000",
                            "gemini-3-pro@set-7 2026-12-15T00:00:00Z 2000",
                            "gemini-3-pro@set-8 2027-01-01T00:00:00Z 3000");
            Customer customer = gateway.customer("100");
            gateway.setNow(Instant.parse("2027-01-01T00:00:10Z"));
            gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 1000, 0)));
            assertThat(charge(customer)).isEqualByComparingTo("3");
            gateway.assertBooksAreClosed();
        }
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void only_cancel_scheduled_withdraws_later_prices(Stores stores) {
        try (Gateway gateway = start(stores)) {
            set(gateway, "\"output\":2000,\"from\":\"2026-12-01T00:00:00Z\"");
            set(gateway, "\"output\":3000,\"from\":\"2027-01-01T00:00:00Z\"");
            JsonNode between =
                    set(gateway, "\"input\":150,\"from\":\"2026-12-15T00:00:00Z\",\"cancel_scheduled\":true");
            assertThat(ahead(between)).containsExactly("2026-12-01T00:00:00Z 2000", "2026-12-15T00:00:00Z 2000");
            assertThat(texts(between.get("withdrawn"))).containsExactly("gemini-3-pro@set-2");
            JsonNode same = set(gateway, "\"output\":2500,\"from\":\"2026-12-15T00:00:00Z\"");
            assertThat(ahead(same)).containsExactly("2026-12-01T00:00:00Z 2000", "2026-12-15T00:00:00Z 2500");
            assertThat(texts(same.get("withdrawn"))).containsExactly("gemini-3-pro@set-3");
            JsonNode alone = set(gateway, "\"cancel_scheduled\":true");
            assertThat(texts(alone.get("withdrawn"))).containsExactly("gemini-3-pro@set-1", "gemini-3-pro@set-4");
            assertThat(ahead(alone)).isEmpty();
            assertThat(alone.at("/price/output").asInt()).isEqualTo(960);
            assertThat(texts(gateway.get("/admin/audit?subject=" + MODEL, ADMIN_KEY)
                            .json()
                            .at("/data/0/after/withdrawn")))
                    .containsExactly("gemini-3-pro@set-1", "gemini-3-pro@set-4");
        }
    }

    @Test
    void a_change_of_nothing_is_refused() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            for (String nothing : List.of(
                    "",
                    "\"cancel_scheduled\":false,",
                    "\"from\":\"2026-12-01T00:00:00Z\",",
                    "\"above\":{},\"reasoning\":null,",
                    "\"cancel_scheduled\":true,")) {
                Gateway.Reply reply = send(gateway, MODEL, "{" + nothing + "\"reason\":\"nothing\"}");
                assertThat(reply.status()).as(nothing).isEqualTo(400);
            }
            assertThat(gateway.number("SELECT COUNT(*) FROM price WHERE kind = 'set'"))
                    .isZero();
        }
    }

    @Test
    void the_catalogues_later_price_is_kept_as_a_set_version(@TempDir Path folder) throws IOException {
        String models = Files.readString(Path.of("models/gemini-all.yaml"));
        Path file = Files.writeString(folder.resolve("models.yaml"), models);
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), "models.file", file.toString())) {
            gateway.setNow(NOW);
            String model = "gemini-3.6-flash";
            JsonNode answer = send(gateway, model, "{\"cached_input\":14,\"reason\":\"dearer today\"}")
                    .json();
            assertThat(answer.at("/ahead/0/from").asString()).isEqualTo("2027-01-01T08:00:00Z");
            assertThat(answer.at("/ahead/0/input").asInt()).isEqualTo(300);
            assertThat(answer.at("/ahead/0/cached_input").asInt()).isEqualTo(30);
            assertThat(answer.at("/ahead/0/version").asString()).isEqualTo(model + "@set-2");
            Gateway.Reply embedding =
                    send(gateway, "gemini-embedding-001", "{\"reasoning\":\"billed\",\"reason\":\"wrong\"}");
            assertThat(embedding.status()).isEqualTo(400);
            assertThat(embedding.error().get("param").asString()).isEqualTo("reasoning");
        }
    }

    @Test
    void a_wrong_version_is_refused_at_the_first_change_too() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            String change = "{\"output\":970,\"version\":\"%s\",\"reason\":\"a first change\"}";
            Gateway.Reply wrong = send(gateway, MODEL, change.formatted("gemini-3-pro@2020-01"));
            assertThat(wrong.status()).as(wrong.text()).isEqualTo(409);
            assertThat(wrong.error().get("message").asString()).contains("gemini-3-pro@2026-11");
            assertThat(send(gateway, MODEL, change.formatted("gemini-3-pro@2026-11"))
                            .status())
                    .isEqualTo(201);
        }
    }

    @Test
    void a_second_server_sets_on_top_of_the_prices_of_the_first() {
        String url = Postgres.empty();
        Map<String, String> environment = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
        try (Gateway one = Gateway.startOn(url, environment, "timeouts.drain", "0ms");
                Gateway two = Gateway.startOn(url, environment, "timeouts.drain", "0ms")) {
            set(one, "\"input\":150");
            JsonNode both = set(two, "\"output\":950").get("price"); // at once, before the second has read the first's
            assertThat(both.get("version").asString()).isEqualTo("gemini-3-pro@set-2");
            assertThat(both.get("input").asInt()).isEqualTo(150);
            assertThat(both.get("output").asInt()).isEqualTo(950);
        }
    }

    @Test
    void each_component_has_a_margin_on_both_sides_of_a_step() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            send(gateway, MODEL, WHOLE);
            JsonNode sold = sold(gateway);
            JsonNode cost = sold.get("upstream");
            JsonNode margin = sold.get("margin_percent");
            for (String path : List.of("/input", "/output", "/cached_input", "/above/input", "/above/output")) {
                BigDecimal price = sold.get("price").at(path).decimalValue();
                BigDecimal paid = cost.at(path).decimalValue();
                assertThat(margin.at(path).decimalValue())
                        .as(path)
                        .isEqualByComparingTo(
                                price.subtract(paid).movePointRight(2).divide(price, 1, java.math.RoundingMode.FLOOR));
            }
        }
    }
}
