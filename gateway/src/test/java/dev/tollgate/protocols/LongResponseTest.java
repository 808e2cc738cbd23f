package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Scrape;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Responses in several hops at the Gemini door: what is held, sent, passed on and refused (H1, H2, H6 to H8). */
@Timeout(240)
class LongResponseTest {

    private static final String MODELS = "/v1beta/models/";
    private static final String ARGON = "gemini-4-argon";
    private static final String WORDS = "Write 900 words about 東京 [[sandbox: hop=320%s]]";

    private static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "models/gemini-all.yaml");
    }

    @BeforeEach
    void begin() {
        gateway.script("[]");
        customer = gateway.customer("10000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    // ---- from hop to hop ----

    @ParameterizedTest
    @CsvSource({"150, true", "150, false", "10000, true", "10000, false"})
    void every_word_comes_over_five_hops_whatever_the_balance(String credits, boolean streams) {
        Customer its = gateway.customer(credits);
        List<Reply> hops = hops(its, streams, words(""), max(262_144));
        assertThat(hops.size()).isEqualTo(5);
        String whole = said(ask(its, streams, words("").replace("hop=320", "hop=99999"), max(262_144)));
        assertThat(hops.stream().map(LongResponseTest::said).collect(Collectors.joining()))
                .isEqualTo(whole);
        assertThat(hops.subList(0, 4)).allSatisfy(hop -> {
            assertThat(reason(hop)).isEqualTo("CONTINUATION");
            assertThat(decoded(token(hop))).startsWith("tgd1");
        });
        assertThat(reason(hops.getLast())).isEqualTo("STOP");
        assertThat(token(hops.getLast())).isEmpty();
        assertThat(its.tasks()).isEqualTo(6);
        assertThat(gateway.number("SELECT MAX(receipts) FROM call WHERE account_id = '" + its.account() + "'"))
                .isEqualTo(6);
    }

    @Test
    void a_hop_holds_its_prompt_the_output_so_far_and_one_hop() {
        List<Reply> hops = hops(customer, true, words(""), max(262_144));
        List<Long> held = held();
        long before = 0;
        for (int hop = 0; hop < hops.size(); hop++) {
            long prompt = 40 + words("").getBytes().length + 64; // far below the whole context
            assertThat(held.get(hop)).isBetween(rates(before, 65_536), rates(prompt + before + 1_024, 65_536));
            before += output(hops.get(hop));
        }
    }

    @Test
    void the_maximum_goes_out_as_sent_in_each_hop() {
        hops(customer, true, words(""), max(200_000));
        assertThat(gateway.asked().stream().skip(gateway.asked().size() - 5L).map(asked -> asked.body()
                        .at("/generationConfig/maxOutputTokens")
                        .asLong()))
                .containsOnly(200_000L);
    }

    @ParameterizedTest
    @CsvSource({
        "69632, 69632, ''",
        "69633, 69633, ''",
        "262144, 262144, ''",
        "262145, 262144, generationConfig.maxOutputTokens",
        "1000000000, 262144, generationConfig.maxOutputTokens",
        "65536, 65536, ''"
    })
    void a_maximum_is_cut_to_the_longest_response_and_named(long max, long sent, String ignored) {
        Reply reply = ask(customer, true, "Hi", max(max));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(sentMax()).isEqualTo(sent);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo(ignored);
    }

    @Test
    void a_response_with_a_search_is_one_request() {
        Reply reply = ask(customer, true, "Hi", max(262_144) + ",\"tools\":[{\"googleSearch\":{}}]");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(sentMax()).isEqualTo(65_536);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("generationConfig.maxOutputTokens");
    }

    @Test
    void a_later_hop_of_a_search_is_held_and_charged_with_it() {
        String more = max(60_000) + ",\"tools\":[{\"googleSearch\":{}}]";
        Reply first = ask(customer, true, words(" checkpoint=2"), more);
        String token = first.chunks().stream()
                .map(chunk -> chunk.at("/candidates/0/continuationToken").asString(""))
                .filter(its -> !its.isEmpty())
                .findFirst()
                .orElseThrow();
        Reply rest = ask(customer, true, words(" checkpoint=2"), more + continued(token));
        assertThat(rest.status()).as(rest.text()).isEqualTo(200);
        long searches = 2_800_000;
        assertThat(charged().getLast())
                .isBetween(rates(0, output(rest)) + searches, rates(1_000, output(rest)) + searches);
        assertThat(held().getLast()).isGreaterThan(rates(16_384, 60_000 - output(first)) + searches);
    }

    @Test
    void several_candidates_are_refused_in_each_hop() {
        String two = max(262_144).replace("{\"max", "{\"candidateCount\":2,\"max");
        String token = token(ask(customer, true, words(""), max(262_144)));
        for (String more : List.of(two, two + continued(token))) {
            Reply reply = ask(customer, true, words(""), more);
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(reply.text()).contains("\"field\":\"generation_config.candidate_count\"");
        }
        assertThat(customer.tasks()).isOne();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_image_of_the_prompt_is_held_in_each_hop(boolean streams) {
        String text = "Look [[sandbox: hop=30]]\"},{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" + PNG
                + "\"}},{\"text\":\"!";
        List<Reply> hops = hops(customer, streams, text, max(262_144));
        assertThat(hops.size()).isGreaterThan(1);
        List<Long> held = held();
        assertThat(held.getFirst()).isGreaterThan(rates(1_064, 65_536));
        long before = 0;
        for (int hop = 0; hop < hops.size(); hop++) {
            long more = hop == 0 ? 0 : before + 1_024;
            assertThat(held.get(hop)).isEqualTo(held.getFirst() + rates(more, 0));
            assertThat(charged().get(hop)).isBetween(rates(1_064 + before, 0), held.get(hop));
            before += output(hops.get(hop));
        }
    }

    @Test
    void the_rest_of_a_json_response_is_not_asked_for_again() {
        String schema = max(262_144)
                .replace(
                        "{\"max",
                        "{\"responseJsonSchema\":{\"type\":\"object\",\"required\":[\"a\"]},\"responseMimeType\":\"application/json\",\"max");
        gateway.script("""
                - match: {}
                  times: 1
                  respond: [{event: {candidates: [{content: {parts: [{text: '{"a":[1,'}]}, finishReason: CONTINUATION, continuationToken: QUJD}], usageMetadata: {promptTokenCount: 10, candidatesTokenCount: 5}}}]
                - match: {}
                  respond: [{event: {candidates: [{content: {parts: [{text: '2]}'}]}, finishReason: STOP}], usageMetadata: {promptTokenCount: 15, candidatesTokenCount: 3}}}]
                """);
        int asked = gateway.asked().size();
        List<Reply> hops = hops(customer, false, "Hi", schema);
        assertThat(hops.stream().map(LongResponseTest::said).collect(Collectors.joining()))
                .isEqualTo("{\"a\":[1,2]}");
        assertThat(hops)
                .allSatisfy(hop -> assertThat(hop.header("x-tollgate-schema")).isEmpty());
        assertThat(gateway.asked().size()).isEqualTo(asked + 2);
    }

    @Test
    void a_maximum_for_the_balance_contains_the_earlier_output() {
        Customer poor = gateway.customer("20");
        List<Reply> hops = hops(poor, true, words(""), max(262_144));
        assertThat(hops.size()).isEqualTo(5);
        long before = 0;
        int first = gateway.asked().size() - 5;
        for (int hop = 0; hop < 5; hop++) {
            long sent = gateway.asked()
                    .get(first + hop)
                    .body()
                    .at("/generationConfig/maxOutputTokens")
                    .asLong();
            long covered = Long.parseLong(hops.get(hop).header("x-tollgate-max-tokens"));
            assertThat(covered).isBetween(1_000L, 65_000L);
            assertThat(sent).isEqualTo(before + covered);
            before += output(hops.get(hop));
        }
    }

    @Test
    void without_a_maximum_a_hop_gets_one_for_itself() {
        String token = token(ask(customer, true, words(""), max(100_000)));
        Reply next = ask(customer, true, words(""), continued(token));
        assertThat(next.status()).as(next.text()).isEqualTo(200);
        assertThat(sentMax()).isBetween(65_536 + 200L, 65_536 + 400L);
        assertThat(gateway.lastAsked().has("continuationToken")).isTrue();
    }

    @Test
    void a_maximum_below_the_output_so_far_is_the_providers_to_answer() {
        String token = token(ask(customer, true, words(""), max(100_000)));
        Reply next = ask(customer, true, words(""), max(100) + continued(token));
        assertThat(next.status()).as(next.text()).isEqualTo(200);
        assertThat(sentMax()).isEqualTo(100);
        assertThat(reason(next)).isEqualTo("MAX_TOKENS");
        assertThat(token(next)).as("no progress").isEmpty();
    }

    @Test
    void a_response_at_its_maximum_goes_on_with_a_higher_one() {
        Reply cut = ask(customer, true, words(""), max(300));
        assertThat(reason(cut)).isEqualTo("MAX_TOKENS");
        Reply rest = ask(customer, true, words("").replace("hop=320", "hop=320"), max(90_000) + continued(token(cut)));
        assertThat(rest.status()).as(rest.text()).isEqualTo(200);
        assertThat(reason(rest)).isEqualTo("CONTINUATION");
    }

    @Test
    void a_long_prompt_under_a_short_calls_token_is_held_for_its_length() {
        String token = token(ask(customer, true, words(""), max(100_000)));
        String longer = "word ".repeat(40_000) + "\"},{\"text\":\"" + words("");
        ask(customer, true, longer, max(100_000) + continued(token));
        assertThat(held().getLast() - held().getFirst())
                .isGreaterThan(400L * 200_000 - 2_000L * 66_000 + 2_000L * 30_000);
        Customer poor = gateway.customer("3");
        String its = token(ask(poor, true, words(""), max(100_000)));
        assertThat(ask(poor, true, longer, continued(its)).status()).isEqualTo(402);
    }

    @Test
    void a_hop_is_counted_where_its_bytes_cost_too_much() {
        String prompt = "word ".repeat(20_000) + "\"},{\"text\":\"" + words("");
        Customer poor = gateway.customer("39");
        String token = token(ask(poor, true, prompt, max(100_000)));
        Reply next = ask(poor, true, prompt, max(100_000) + continued(token));
        assertThat(next.status()).as(next.text()).isEqualTo(200);
        assertThat(gateway.asked().stream().filter(asked -> asked.path().contains(":countTokens")))
                .isNotEmpty()
                .noneMatch(asked -> asked.body().toString().contains("continuationToken"));
    }

    @ParameterizedTest
    @CsvSource({"-1, false", "0, false", "1, true"})
    void a_prompt_that_leaves_just_the_maximum_is_not_counted(int bytesMore, boolean counts) {
        int before = gateway.asked().size();
        Reply reply = ask(customer, true, "x".repeat(1_048_576 - 262_144 - 64 + bytesMore), max(262_144));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.asked().stream().skip(before).anyMatch(asked -> asked.path()
                        .contains(":countTokens")))
                .isEqualTo(counts);
        assertThat(sentMax()).isEqualTo(262_144);
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "786432, 262144, ''",
        "786433, 262143, generationConfig.maxOutputTokens",
        "1048575, 1, generationConfig.maxOutputTokens"
    })
    void a_counted_prompt_and_the_maximum_fill_the_context(long counted, long sent, String ignored) {
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{event: {totalTokens: %d}}]
                """.formatted(counted));
        Reply reply = ask(customer, true, "word ".repeat(180_000), max(262_144));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(sentMax()).isEqualTo(sent);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo(ignored);
    }

    @Test
    void a_prompt_that_leaves_less_of_the_context_is_counted_first() {
        String prompt = "word ".repeat(180_000);
        ask(customer, true, prompt, max(262_144));
        assertThat(sentMax()).isEqualTo(262_144);
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{event: {totalTokens: 900000}}]
                """);
        Reply cut = ask(customer, true, prompt, max(262_144));
        assertThat(sentMax()).isEqualTo(1_048_576 - 900_000);
        assertThat(cut.header("x-tollgate-ignored")).isEqualTo("generationConfig.maxOutputTokens");
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{status: 500}]
                """);
        ask(customer, true, prompt, max(262_144));
        assertThat(sentMax()).as("by its bytes").isBetween(148_000L, 148_577L);
    }

    @Test
    void lists_of_models_keep_the_most_of_one_request() {
        JsonNode ours = gateway.get("/v1/models/" + ARGON, customer.key()).json();
        assertThat(ours.path("max_output_tokens").asLong()).isEqualTo(65_536);
        assertThat(ours.path("long_output_tokens").asLong()).isEqualTo(262_144);
        assertThat(gateway.get("/v1/models/gemini-3.8-flash", customer.key())
                        .json()
                        .has("long_output_tokens"))
                .isFalse();
        assertThat(gateway.get("/v1beta/models/" + ARGON, customer.key())
                        .json()
                        .path("outputTokenLimit")
                        .asLong())
                .isEqualTo(65_536);
    }

    // ---- tokens ----

    @Test
    void each_token_in_a_stream_is_ours_and_its_place_can_be_resumed_twice() {
        String prompt = words(" checkpoint=4");
        Reply whole = ask(customer, true, prompt.replace("hop=320", "hop=9999"), max(90_000));
        List<JsonNode> chunks = whole.chunks();
        List<String> tokens = chunks.stream()
                .map(chunk -> chunk.at("/candidates/0/continuationToken").asString(""))
                .filter(token -> !token.isEmpty())
                .toList();
        assertThat(tokens.size()).isGreaterThan(5);
        assertThat(tokens).allSatisfy(token -> assertThat(decoded(token)).startsWith("tgd1"));
        int place = 0;
        while (chunks.get(place).at("/candidates/0/continuationToken").isMissingNode()) {
            place++;
        }
        String before = chunks.subList(0, place + 1).stream()
                .map(LongResponseTest::text)
                .collect(Collectors.joining());
        for (int times = 0; times < 2; times++) {
            Reply rest = ask(
                    customer, true, prompt.replace("hop=320", "hop=9999"), max(90_000) + continued(tokens.getFirst()));
            assertThat(before + said(rest)).isEqualTo(said(whole));
        }
    }

    @Test
    void a_whole_response_has_the_token_of_its_end_alone() {
        String prompt = words(" checkpoint=4");
        assertThat(token(ask(customer, false, prompt.replace("hop=320", "hop=9999"), max(90_000))))
                .isEmpty();
        assertThat(token(ask(customer, false, prompt, max(90_000)))).isNotEmpty();
    }

    @Test
    void both_alphabets_of_a_token_are_read() {
        String token = token(ask(customer, true, words(""), max(90_000)));
        String other = token.replace('+', '-').replace('/', '_').replace("=", "");
        Reply rest = ask(customer, true, words(""), max(90_000) + continued(other));
        assertThat(rest.status()).as(rest.text()).isEqualTo(200);
        Reply snake = ask(customer, true, words(""), max(90_000) + ",\"continuation_token\":\"" + token + "\"");
        assertThat(snake.status()).as(snake.text()).isEqualTo(200);
        Reply pasted = ask(customer, true, words(""), max(90_000) + continued("\\n " + token + "\\n"));
        assertThat(pasted.status()).as(pasted.text()).isEqualTo(200);
    }

    @Test
    void the_providers_own_token_goes_on_as_it_did() {
        String token = token(ask(customer, true, words(""), max(90_000)));
        ask(customer, true, words(""), max(90_000) + continued(token));
        String own = gateway.lastAsked().path("continuationToken").asString();
        Reply next = ask(customer, true, words(""), max(90_000) + continued(own));
        assertThat(next.status()).as(next.text()).isEqualTo(200);
        assertThat(held().getLast()).as("the whole context").isGreaterThan(400L * 1_048_576);
    }

    // ---- refusals ----

    @Test
    void a_wrong_token_is_refused_by_name_before_a_hold() {
        String token = token(ask(customer, true, words(""), max(90_000)));
        long tasks = customer.tasks();
        String altered = token.substring(0, 40) + (token.charAt(40) == 'A' ? 'B' : 'A') + token.substring(41);
        assertWrong(ask(customer, true, words(""), continued(altered)));
        assertWrong(ask(gateway.customer("100"), true, words(""), continued(token)));
        assertWrong(gateway.post(
                MODELS + "gemini-4-carbon:streamGenerateContent?alt=sse",
                body(words(""), continued(token)),
                customer.key()));
        assertWrong(ask(customer, true, words(""), continued(token.substring(0, 8))));
        for (String short_ : List.of("gemini-3.8-flash:generateContent", "gemini-2.5-pro:streamGenerateContent")) {
            assertWrong(gateway.post(MODELS + short_, body(words(""), continued(token)), customer.key()));
        }
        assertWrong(gateway.post(
                MODELS + "gemini-2.5-pro:countTokens",
                "{\"generateContentRequest\":" + body(words(""), continued(token)) + "}",
                customer.key()));
        assertThat(customer.tasks()).isEqualTo(tasks);
    }

    private static void assertWrong(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).contains("continuationToken", "INVALID_ARGUMENT", "was altered");
    }

    @Test
    void what_the_provider_refuses_to_continue_is_a_400_that_is_not_remembered() {
        String token = token(ask(customer, true, words(""), max(90_000)));
        String another = words("").replace("900", "901");
        for (int times = 0; times < 2; times++) {
            int before = gateway.asked().size();
            Reply reply = ask(customer, true, another, max(90_000) + ",\"continuation_token\":\"" + token + "\"");
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(reply.text()).contains("'continuation_token'", "\"field\":\"continuation_token\"");
            assertThat(gateway.asked().size()).isEqualTo(before + 1);
        }
        assertThat(customer.consumed().signum()).isPositive();
    }

    @Test
    void one_token_at_once_is_a_call_each_as_far_as_credits_go() {
        Customer its = gateway.customer("600");
        String token = token(ask(its, true, words(""), max(262_144)));
        List<CompletableFuture<Reply>> sent = new ArrayList<>();
        for (int call = 0; call < 20; call++) {
            String method = call % 2 == 0 ? ":streamGenerateContent?alt=sse" : ":generateContent";
            sent.add(gateway.sendAside(gateway.request(
                    "POST", MODELS + ARGON + method, body(words(""), max(262_144) + continued(token)), its.key())));
        }
        List<Reply> replies = sent.stream().map(CompletableFuture::join).toList();
        List<Reply> answers =
                replies.stream().filter(reply -> reply.status() == 200).toList();
        assertThat(replies).allSatisfy(reply -> assertThat(reply.status()).isIn(200, 402));
        assertThat(answers).isNotEmpty().allSatisfy(reply -> assertThat(reason(reply))
                .isEqualTo("CONTINUATION"));
        its.lastTask();
        BigDecimal each = last(answers.getFirst()).path("credits_consumed").decimalValue();
        assertThat(its.consumed().subtract(new BigDecimal("0.6452")))
                .isEqualByComparingTo(each.multiply(BigDecimal.valueOf(answers.size())));
        assertThat(its.tasks()).isEqualTo(1 + answers.size());
    }

    @Test
    void an_idempotency_key_is_for_one_hop() {
        Reply first = named("first", max(262_144));
        String next = max(262_144) + continued(token(first));
        Reply reused = named("first", next);
        assertThat(reused.status()).isEqualTo(400);
        assertThat(reused.text()).contains("\"field\":\"Idempotency-Key\"");
        Reply second = named("second", next);
        assertThat(named("second", next).text()).isEqualTo(second.text());
        assertThat(customer.tasks()).isEqualTo(2);
    }

    private Reply named(String key, String more) {
        String path = MODELS + ARGON + ":streamGenerateContent?alt=sse";
        return gateway.send(gateway.request("POST", path, body(words(""), more), customer.key())
                .header("Idempotency-Key", key));
    }

    @Test
    void another_request_under_a_token_is_refused_and_free() {
        String token = token(ask(customer, true, words(""), max(262_144)));
        BigDecimal paid = customer.consumed();
        for (String more : List.of(
                ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}]}]",
                ",\"tools\":[{\"googleSearch\":{}}]",
                ",\"systemInstruction\":{\"parts\":[{\"text\":\"Be brief\"}]}",
                ",\"serviceTier\":\"flex\"")) {
            Reply reply = ask(customer, true, words(""), max(262_144) + continued(token) + more);
            assertThat(reply.status()).as(more + reply.text()).isEqualTo(400);
            assertThat(reply.text()).contains("\"field\":\"continuationToken\"");
        }
        assertThat(customer.consumed()).isEqualByComparingTo(paid);
        String alias = MODELS + "google/" + ARGON + ":generateContent";
        assertThat(gateway.post(alias, body(words(""), max(262_144) + continued(token)), customer.key())
                        .status())
                .as("the model by its other name")
                .isEqualTo(200);
    }

    // ---- no progress ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void the_same_token_again_ends_the_response(boolean streams) {
        List<Reply> hops = hops(customer, streams, words(" hop_same=3"), max(262_144));
        assertThat(hops.size()).isEqualTo(3);
        assertThat(reason(hops.getLast())).isEqualTo("MAX_TOKENS");
        assertThat(token(hops.getLast())).isEmpty();
        assertThat(customer.lastTask().path("status").asString()).isEqualTo("completed");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_hop_without_output_ends_the_response(boolean streams) {
        Reply only = ask(customer, streams, "Write 90 words [[sandbox: hop=0]]", max(262_144));
        assertThat(only.status()).as(only.text()).isEqualTo(200);
        assertThat(reason(only)).isEqualTo("MAX_TOKENS");
        assertThat(token(only)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_hop_of_hidden_thoughts_is_charged_and_goes_on(boolean streams) {
        List<Reply> hops = hops(customer, streams, words(" hop_think=2"), max(262_144));
        assertThat(hops.size()).isEqualTo(5);
        assertThat(said(hops.get(1))).isEmpty();
        assertThat(said(hops.get(2))).isNotEmpty();
        assertThat(charged()).hasSize(5).allSatisfy(charge -> assertThat(charge).isPositive());
    }

    @Test
    void a_failure_after_hidden_thoughts_is_free() {
        String prompt = words(" hop_think=2 hop_error=3:503");
        String first = token(ask(customer, true, prompt, max(262_144)));
        String second = token(ask(customer, true, prompt, max(262_144) + continued(first)));
        BigDecimal paid = customer.consumed();
        assertThat(ask(customer, true, prompt, max(262_144) + continued(second)).status())
                .isEqualTo(503);
        assertThat(customer.consumed()).isEqualByComparingTo(paid);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_filter_after_hidden_thoughts_leaves_the_ended_hops_charged(boolean streams) {
        String before =
                "respond: [{event: {candidates: [{%s, continuationToken: %s}], usageMetadata: {promptTokenCount: 10, %s: 500}}}]";
        gateway.script("""
                - match: {}
                  times: 1
                  %s
                - match: {}
                  times: 1
                  %s
                - match: {}
                  respond: [{event: {candidates: [{finishReason: SAFETY}], usageMetadata: {promptTokenCount: 1010, thoughtsTokenCount: 500}}}]
                """.formatted(
                before.formatted(
                        "content: {parts: [{text: So}]}, finishReason: CONTINUATION", "QUJD", "candidatesTokenCount"),
                before.formatted("finishReason: CONTINUATION", "REVG", "thoughtsTokenCount")));
        String first = token(ask(customer, streams, "Hi", max(262_144)));
        String second = token(ask(customer, streams, "Hi", max(262_144) + continued(first)));
        Reply filtered = ask(customer, streams, "Hi", max(262_144) + continued(second));
        assertThat(filtered.status()).as(filtered.text()).isEqualTo(503);
        assertThat(filtered.text()).contains("blocked the request");
        assertThat(charged()).containsExactly(rates(10, 500), rates(10, 500), 0L);
        assertThat(customer.consumed()).isEqualByComparingTo("2.008");
    }

    @Test
    void hops_of_half_the_size_lose_no_word() {
        String prompt = "Say: " + "word ".repeat(40_000) + "\\n[[sandbox: hop=%d]]";
        List<Reply> hops = hops(customer, true, prompt.formatted(32_768), max(262_144));
        assertThat(hops.size()).isEqualTo(2);
        assertThat(hops.stream().map(LongResponseTest::said).collect(Collectors.joining()))
                .isEqualTo(said(ask(customer, true, prompt.formatted(65_536), max(262_144))));
    }

    @Test
    void hops_of_one_token_end_by_their_number() {
        List<Reply> hops = hops(customer, true, words("").replace("hop=320", "hop=1"), max(262_144));
        assertThat(hops.size()).isEqualTo(10);
        assertThat(reason(hops.getLast())).isEqualTo("MAX_TOKENS");
    }

    @Test
    void requests_of_long_responses_are_counted_by_their_ends() {
        Scrape before = Scrape.fresh(gateway);
        ask(customer, true, "Hi", max(60_000));
        hops(customer, true, words(""), max(262_144));
        hops(customer, false, words(" hop_same=3"), max(262_144));
        assertThat(hops(customer, true, words(""), max(1_000)).size())
                .isEqualTo(4); // each maximum is one of a single request, until it goes on
        ask(customer, true, words(" hop_error=1:400"), max(262_144));
        Scrape after = Scrape.fresh(gateway);
        String[] outcomes = {"continued", "completed", "stuck", "cut_length", "failed_upstream"};
        assertThat(Arrays.stream(outcomes)
                        .map(outcome -> after.since(before, "tollgate_hops_total", "outcome=\"" + outcome + "\"")))
                .containsExactly(4L + 2 + 3, 1L, 1L, 1L, 1L);
        assertThat(after.since(before, "tollgate_hops_total", "model=\"" + ARGON + "\""))
                .isEqualTo(13);
    }

    @Test
    void twice_the_needed_hops_and_two_are_the_most() {
        List<Reply> hops =
                hops(customer, true, words("").replace("hop=320", "hop=40"), max(70_000)); // two hops are needed
        assertThat(hops.size()).isEqualTo(6);
        assertThat(reason(hops.getLast())).isEqualTo("MAX_TOKENS");
        assertThat(token(hops.getLast())).isEmpty();
    }

    @Test
    void without_a_maximum_the_hops_are_those_of_the_longest_response() {
        String prompt = words("").replace("hop=320", "hop=40");
        String token = token(ask(customer, true, prompt, max(70_000)));
        int hops = 1;
        while (!token.isEmpty()) {
            token = token(ask(customer, true, prompt, continued(token)));
            hops++;
        }
        assertThat(hops).isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource({"1048576, true", "1048577, false"})
    void a_token_above_a_mebibyte_ends_the_response(int chars, boolean goesOn) {
        gateway.script(end("CONTINUATION", "A".repeat(chars), new Tokens(10, 5, 0)));
        Reply reply = ask(customer, true, "Hi", max(262_144));
        assertThat(reason(reply)).isEqualTo(goesOn ? "CONTINUATION" : "MAX_TOKENS");
        assertThat(token(reply).isEmpty()).isNotEqualTo(goesOn);
        if (goesOn) {
            Reply next = ask(customer, true, "Hi", max(262_144) + continued(token(reply)));
            assertThat(next.status()).as(next.text()).isEqualTo(200);
            assertThat(gateway.lastAsked().path("continuationToken").asString().length())
                    .isEqualTo(chars);
        }
    }

    @Test
    void an_end_without_a_token_is_no_continuation() {
        gateway.script("""
                [{match: {}, respond: [{event: {candidates: [{content: {parts: [{text: So}]}, finishReason: CONTINUATION}]}}]}]
                """);
        assertThat(reason(ask(customer, true, "Hi", max(262_144)))).isEqualTo("MAX_TOKENS");
    }

    // ---- odd reports ----

    @ParameterizedTest
    @CsvSource({
        "absent, 5, 1048576",
        "falling, 5, 900",
        "most, 65536, 65536",
        "plain, 900, 900",
        "negative, -5, 1048576"
    })
    void what_a_next_hop_holds_follows_the_report(String kind, long candidates, long before) {
        String usage = kind.equals("absent")
                ? ""
                : ", usageMetadata: {promptTokenCount: 10, candidatesTokenCount: " + candidates + "}";
        String first = kind.equals("falling") ? "usageMetadata: {candidatesTokenCount: 900}, " : "";
        gateway.script("""
                - match: {}
                  times: 1
                  respond:
                    - event: {%scandidates: [{content: {parts: [{text: So}]}}]}
                    - event: {candidates: [{content: {parts: [{text: " on"}]}, finishReason: CONTINUATION, continuationToken: QUJD}]%s}
                - match: {}
                  respond:
                    - event: {candidates: [{content: {parts: [{text: "!"}]}, finishReason: STOP}],
                        usageMetadata: {promptTokenCount: 99999999, candidatesTokenCount: 1}}
                """.formatted(first, usage));
        String token = token(ask(customer, true, "Hi", max(262_144)));
        Reply next = ask(customer, true, "Hi", max(262_144) + continued(token));
        assertThat(next.status()).as(next.text()).isEqualTo(200);
        long prompt = Math.min(1_048_576, 66 + before + 1_024);
        assertThat(held().getLast()).isEqualTo(rates(prompt, 65_536));
        assertThat(charged().getLast()).isLessThanOrEqualTo(rates(prompt, 1));
        gateway.script("[]");
    }

    @Test
    void output_beyond_a_hop_is_cut_there() {
        gateway.script(end("CONTINUATION", "QUJD", new Tokens(10, 65_537, 0)));
        Reply reply = ask(customer, true, "Hi", max(262_144));
        assertThat(reason(reply)).isEqualTo("MAX_TOKENS");
        assertThat(token(reply)).isEmpty();
        assertThat(charged().getLast()).isLessThanOrEqualTo(held().getLast());
    }

    @Test
    void other_prompts_are_estimated_by_a_first_hop_alone() {
        String prompt = "word ".repeat(2_000);
        String hop = """
                - match: {}
                  times: 1
                  respond: [{event: {candidates: [{content: {parts: [{text: So}]}, finishReason: %s}], usageMetadata: {promptTokenCount: %d, candidatesTokenCount: 65000}}}]
                """;
        String goesOn = hop.formatted("CONTINUATION, continuationToken: QUJD", 2_500);
        gateway.script(goesOn + hop.formatted("STOP", 67_500) + goesOn + """
                - match: {method: countTokens}
                  respond: [{status: 500}]
                """);
        assertThat(hops(customer, true, prompt, max(262_144)).size()).isEqualTo(2);
        JsonNode cache = customer.lastTask().path("cache");
        assertThat(cache.path("expected_tokens").asLong()).isEqualTo(2_500);
        assertThat(cache.path("reason").asString()).isEqualTo("provider");
        String counted =
                "{\"model\":\"" + ARGON + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}";
        Reply count = gateway.post("/v1/messages/count_tokens", counted, customer.key());
        assertThat(count.header("x-tollgate-estimated")).as(count.text()).isEqualTo("true");
        assertThat(count.json().path("input_tokens").asLong()).isBetween(2_400L, 2_600L);
        ask(customer, true, prompt, max(262_144));
        assertThat(customer.lastTask().at("/cache/expected_tokens").asLong()).isEqualTo(2_500);
    }

    // ---- what is asked ----

    private static String words(String knobs) {
        return WORDS.formatted(knobs);
    }

    private static String max(long tokens) {
        return ",\"generationConfig\":{\"maxOutputTokens\":" + tokens + "}";
    }

    private static String continued(String token) {
        return ",\"continuationToken\":\"" + token + "\"";
    }

    private static String body(String text, String more) {
        return "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + text + "\"}]}]" + more + "}";
    }

    private static Reply ask(Customer customer, boolean streams, String text, String more) {
        String method = streams ? ":streamGenerateContent?alt=sse" : ":generateContent";
        return gateway.post(MODELS + ARGON + method, body(text, more), customer.key());
    }

    private static List<Reply> hops(Customer customer, boolean streams, String text, String more) {
        List<Reply> hops = new ArrayList<>();
        String token = "";
        do {
            Reply hop = ask(customer, streams, text, more + (token.isEmpty() ? "" : continued(token)));
            assertThat(hop.status()).as(hop.text()).isEqualTo(200);
            hops.add(hop);
            token = token(hop);
        } while (!token.isEmpty() && hops.size() < 99);
        return hops;
    }

    private static String end(String reason, String token, Tokens tokens) {
        return UpstreamScript.answers()
                .event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"So on"}]},"finishReason":"%s","continuationToken":"%s"}],
                "usageMetadata":{"promptTokenCount":%d,"candidatesTokenCount":%d}}""".formatted(reason, token, tokens.prompt(), tokens.candidates()))
                .toString();
    }

    // ---- what comes ----

    private static List<JsonNode> chunks(Reply reply) {
        return reply.text().startsWith("data") ? reply.chunks() : List.of(reply.json());
    }

    private static JsonNode last(Reply reply) {
        return chunks(reply).getLast();
    }

    private static String reason(Reply reply) {
        return last(reply).at("/candidates/0/finishReason").asString("");
    }

    private static String token(Reply reply) {
        return last(reply).at("/candidates/0/continuationToken").asString("");
    }

    private static String decoded(String token) {
        return new String(Base64.getDecoder().decode(token), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static String said(Reply reply) {
        return chunks(reply).stream().map(LongResponseTest::text).collect(Collectors.joining());
    }

    private static String text(JsonNode chunk) {
        return chunk.at("/candidates/0/content/parts")
                .valueStream()
                .map(part -> part.path("text").asString(""))
                .collect(Collectors.joining());
    }

    private static long output(Reply reply) {
        JsonNode usage = last(reply).path("usageMetadata");
        return usage.path("candidatesTokenCount").asLong(0)
                + usage.path("thoughtsTokenCount").asLong(0);
    }

    private static long sentMax() {
        return gateway.lastAsked().at("/generationConfig/maxOutputTokens").asLong();
    }

    private List<Long> held() {
        return amounts("held_micros");
    }

    private List<Long> charged() {
        return amounts("charged_micros");
    }

    private List<Long> amounts(String column) {
        customer.lastTask();
        List<Long> amounts = new ArrayList<>();
        for (int call = 0; call < customer.tasks(); call++) {
            amounts.add(gateway.number("SELECT " + column + " FROM call WHERE account_id = '" + customer.account()
                    + "' ORDER BY created_at LIMIT 1 OFFSET " + call));
        }
        return amounts;
    }

    /** The price of gemini-4-argon at the time, in micro-credits. */
    private static long rates(long prompt, long output) {
        return prompt * 400 + output * 2_000;
    }
}
