package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Scrape;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A repeated key and body get the first response, free of charge (B-13, S-08, S-09; D35, D36). */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class IdempotencyTest {

    private static final String PARAM = "Idempotency-Key";
    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"%s MORE"}]}""".replace("MORE", Prompts.LONG);
    private static final Tokens SOME = new Tokens(1000, 1000, 0);
    private static final int CALLERS = 100;

    @Parameter
    Stores stores;

    private static CallServer gateway;

    private Customer customer;
    private int askedBefore;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = CallServer.startOn(stores);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void begin() {
        customer = gateway.customer("10");
        gateway.script(UpstreamScript.answers()
                .text("Plenty of ", SOME)
                .delay(50)
                .text("sesame", SOME)
                .finish("STOP", SOME));
        askedBefore = gateway.asked().size();
    }

    @AfterEach
    void check() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.number("SELECT COUNT(*) FROM kept_answer WHERE state = 'running'"))
                .isZero();
    }

    // ---- the same answer ----

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_hundred_identical_calls_at_once_are_one_call_one_charge_and_a_hundred_equal_answers(boolean stream) {
        String body = call(stream, "at once");
        List<CompletableFuture<CallServer.Reply>> sent = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            sent.add(customer.chatAside(body, "once"));
        }
        List<CallServer.Reply> replies =
                sent.stream().map(CompletableFuture::join).toList();
        CallServer.Reply first = replies.getFirst();
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(first.text()).contains("sesame", "credits_consumed");
        assertThat(replies).allSatisfy(reply -> {
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.text()).isEqualTo(first.text());
            assertThat(reply.header("content-type")).isEqualTo(first.header("content-type"));
            assertThat(reply.header("x-tollgate-task-id")).isEqualTo(first.header("x-tollgate-task-id"));
        });
        assertThat(replies.stream()
                        .filter(reply -> !reply.header("idempotent-replayed").isEmpty()))
                .hasSize(CALLERS - 1);
        assertOneCall();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_retry_gets_the_answer_of_the_first_byte_for_byte_and_pays_nothing(boolean stream) {
        CallServer.Reply first = customer.chat(call(stream, "again"), "k");
        CallServer.Reply second = customer.chat(call(stream, "again"), "k");
        assertReplay(second, first);
        assertThat(first.header("idempotent-replayed")).isEmpty();
        assertThat(first.text()).contains("credits_consumed\":0.5");
        assertOneCall();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_answer_under_a_key_is_the_same_as_one_without(boolean stream) {
        CallServer.Reply keyed = customer.chat(call(stream, "the same"), "k");
        CallServer.Reply plain = customer.chat(call(stream, "the same"));
        assertThat(normal(keyed)).isEqualTo(normal(plain));
        assertThat(names(keyed)).containsExactlyInAnyOrderElementsOf(names(plain));
        assertThat(keyed.header("content-type")).isEqualTo(plain.header("content-type"));
        assertThat(keyed.header("x-tollgate-task-id")).startsWith("chatcmpl-");
    }

    @Test
    void the_headers_of_the_first_answer_come_again() {
        gateway.script(UpstreamScript.answers()
                .finish("STOP", SOME)
                .times(1)
                .next()
                .text("There.")
                .finish("STOP", SOME));
        String body = """
                {"model":"gemini-2.5-pro","stream":false,"verbosity":"low","max_tokens":99999999,
                 "messages":[{"role":"user","content":"headers"}]}""";
        Customer poor = gateway.customer("0.9");
        CallServer.Reply first = poor.chat(body, "k");
        CallServer.Reply second = poor.chat(body, "k");
        assertReplay(second, first);
        for (String header : List.of("x-tollgate-ignored", "x-tollgate-max-tokens", "x-tollgate-attempts")) {
            assertThat(first.header(header)).as(header).isNotEmpty();
            assertThat(second.header(header)).as(header).isEqualTo(first.header(header));
        }
        assertThat(poor.tasks()).isEqualTo(1);
    }

    @Test
    void the_first_requests_form_is_used() {
        String body = """
                {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"form MORE"}]}""".replace("MORE", Prompts.LONG);
        CallServer.Reply first = customer.chat(body, "k");
        CallServer.Reply second = gateway.send(gateway.request("/chat/completions")
                .setHeader("Authorization", "Bearer " + customer.key())
                .header("Idempotency-Key", "k")
                .header("Accept", "application/json")
                .header("Content-Type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body)));
        assertThat(first.header("content-type")).startsWith("text/event-stream");
        assertReplay(second, first);
        assertOneCall();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_answer_outlives_a_restart(boolean stream) {
        try (CallServer mortal = CallServer.startOn(stores)) {
            mortal.script(UpstreamScript.says("Still here", 1000, 1000));
            Customer owner = mortal.customer("10");
            CallServer.Reply first = owner.chat(call(stream, "restart"), "k");
            mortal.restart();
            mortal.script(UpstreamScript.says("Somebody else", 1000, 1000));
            assertReplay(owner.chat(call(stream, "restart"), "k"), first);
            assertThat(owner.tasks()).isEqualTo(1);
            mortal.assertBooksAreClosed();
        }
    }

    @Test
    void a_replay_needs_no_balance() {
        Customer poor = gateway.customer("0.6");
        CallServer.Reply first = poor.chat(call(false, "poor"), "k");
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertError(poor.chat(call(false, "poor"), "other"), 402, "insufficient_credits", "billing_error");
        assertReplay(poor.chat(call(false, "poor"), "k"), first);
    }

    // ---- who follows ----

    @Test
    void a_reader_that_joins_midway_gets_the_response_from_its_beginning() {
        gateway.script(UpstreamScript.answers()
                .text("First half", SOME)
                .delay(400)
                .text(" second half", SOME)
                .finish("STOP", SOME));
        try (RawCall first = customer.chatRaw(call(true, "middle"), "k")) {
            first.readUntil("First half");
            CallServer.Reply second = customer.chat(call(true, "middle"), "k");
            assertThat(second.content()).isEqualTo("First half second half");
            assertThat(second.header("idempotent-replayed")).isEqualTo("true");
            assertThat(first.readUntil("[DONE]")).contains(second.header("x-tollgate-task-id"));
        }
        assertOneCall();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_caller_who_leaves_finds_the_whole_answer_when_it_comes_back(boolean stream) {
        gateway.script(UpstreamScript.answers()
                .text("Before", SOME)
                .delay(300)
                .text(" and after", SOME)
                .finish("STOP", SOME));
        try (RawCall first = customer.chatRaw(call(stream, "leaves"), "k")) {
            customer.awaitHold();
            CallServer.await("the upstream", () -> gateway.asked().size() > askedBefore);
            if (stream) {
                first.readUntil("Before");
            }
        }
        CallServer.Reply second = customer.chat(call(stream, "leaves"), "k");
        assertThat(second.text()).contains("Before", "and after", "credits_consumed\":0.5");
        assertThat(second.header("idempotent-replayed")).isEqualTo("true");
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");
        assertOneCall();
    }

    @Test
    void a_caller_who_leaves_leaves_the_call_running_and_pays_for_it() {
        gateway.script(UpstreamScript.answers()
                .text("Before", SOME)
                .delay(300)
                .text(" and after", SOME)
                .finish("STOP", SOME));
        try (RawCall first = customer.chatRaw(call(true, "alone"), "k")) {
            first.readUntil("Before");
        }
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
        assertThat(customer.chat(call(true, "alone"), "k").content()).isEqualTo("Before and after");
        assertOneCall();
    }

    @Test
    void a_stop_lets_a_call_that_was_left_run_to_its_end() {
        try (CallServer mortal = CallServer.startOn(stores)) {
            Customer owner = mortal.customer("10");
            mortal.script(UpstreamScript.answers()
                    .text("Before", SOME)
                    .delay(500)
                    .text(" and after", SOME)
                    .finish("STOP", SOME));
            try (RawCall first = owner.chatRaw(call(true, "stop"), "k")) {
                first.readUntil("Before");
            }
            mortal.restart();
            CallServer.Reply second = owner.chat(call(true, "stop"), "k");
            assertThat(second.content()).isEqualTo("Before and after");
            assertThat(second.header("idempotent-replayed")).isEqualTo("true");
            assertThat(owner.tasks()).isEqualTo(1);
        }
    }

    @Test
    void a_reader_that_reads_nothing_delays_no_other_reader() {
        UpstreamScript script = UpstreamScript.answers();
        String paragraph = "\u5e38\u3058".repeat(9_000);
        for (int i = 0; i < 60; i++) {
            script.text(paragraph, new Tokens(1000, 1000, 0));
        }
        gateway.script(script.finish("STOP", new Tokens(1000, 1000, 0)));
        customer = gateway.customer("5000");
        try (RawCall sleeper = customer.chatRaw(call(true, "slow"), "k")) {
            CallServer.Reply reader = customer.chat(call(true, "slow"), "k");
            assertThat(reader.content()).isEqualTo(paragraph.repeat(60));
            sleeper.readUntil("x-tollgate-task-id: " + reader.header("x-tollgate-task-id"));
        }
        assertOneCall();
    }

    // ---- which keys ----

    @Test
    void another_body_under_the_same_key_is_refused_and_costs_nothing() {
        customer.chat(call(true, "one"), "k");
        CallServer.Reply other = customer.chat(call(true, "two"), "k");
        assertRefused(other);
        assertThat(other.text()).contains("another request body");
        assertOneCall();
    }

    @Test
    void another_body_is_refused_while_the_first_runs_too() {
        gateway.script(UpstreamScript.answers().text("One", SOME).delay(300).finish("STOP", SOME));
        try (RawCall first = customer.chatRaw(call(true, "one"), "k")) {
            first.readUntil("One");
            assertRefused(customer.chat(call(true, "two"), "k"));
            first.readUntil("[DONE]");
        }
        assertOneCall();
    }

    @Test
    void the_same_key_of_another_api_key_is_another_key() {
        Customer other = gateway.customer("10");
        CallServer.Reply first = customer.chat(call(false, "mine"), "k");
        CallServer.Reply second = other.chat(call(false, "mine"), "k");
        assertThat(second.header("idempotent-replayed")).isEmpty();
        assertThat(second.header("x-tollgate-task-id")).isNotEqualTo(first.header("x-tollgate-task-id"));
        assertThat(other.consumed()).isEqualByComparingTo("0.5");
    }

    @Test
    void without_a_key_each_call_is_a_call_of_its_own() {
        customer.chat(call(false, "plain"));
        customer.chat(call(false, "plain"));
        assertThat(customer.tasks()).isEqualTo(2);
    }

    @Test
    void a_key_that_is_none_is_refused() {
        assertRefused(customer.chat(call(false, "x"), ""));
        assertRefused(customer.chat(call(false, "x"), "k".repeat(256)));
        assertRefused(customer.chat(call(false, "x"), "a\tb"));
        assertThat(customer.chat(call(false, "x"), "k".repeat(255)).status()).isEqualTo(200);
        assertThat(customer.tasks()).isEqualTo(1);
    }

    // ---- what frees a key ----

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_error_frees_the_key_and_the_retry_is_a_new_call(boolean stream) {
        gateway.script(UpstreamScript.answers().status(500));
        assertError(customer.chat(call(stream, "error"), "k"), 503, "upstream_error", "upstream_error");
        assertThat(customer.consumed()).isEqualByComparingTo("0");
        gateway.script(UpstreamScript.says("Now", 1000, 1000));
        CallServer.Reply second = customer.chat(call(stream, "error"), "k");
        assertThat(second.status()).as(second.text()).isEqualTo(200);
        assertThat(second.header("idempotent-replayed")).isEmpty();
        assertThat(customer.tasks()).isEqualTo(2);
    }

    @Test
    void an_error_in_the_middle_of_a_stream_reaches_all_who_follow_and_frees_the_key() throws IOException {
        gateway.script(UpstreamScript.answers()
                .text("Once upon", SOME)
                .delay(300)
                .text(" a time", SOME)
                .fault("reset"));
        try (RawCall first = customer.chatRaw(call(true, "broken"), "k")) {
            first.readUntil("Once upon");
            CallServer.Reply second = customer.chat(call(true, "broken"), "k");
            assertThat(second.text()).contains("Once upon", "event: error").doesNotContain("[DONE]");
            first.readUntil("event: error");
        }
        assertThat(customer.consumed()).isEqualByComparingTo("0");
        CallServer.await("an empty key", () -> keptBy(customer) == 0);
        awaitSpools(gateway, (int) gateway.number("SELECT COUNT(*) FROM kept_answer WHERE state = 'kept'"));
        gateway.script(UpstreamScript.says("Now", 1000, 1000));
        assertThat(customer.chat(call(true, "broken"), "k").content()).isEqualTo("Now");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_response_whose_charge_fails_reaches_no_reader_and_frees_the_key(boolean stream) {
        String itsOwn = "NEW.charged_micros > 0 AND NEW.account_id = '" + customer.account() + "'";
        try (CallServer.Fault fault = gateway.fault("INSERT", "call", itsOwn)) {
            CallServer.Reply reply = customer.chat(call(stream, "fire"), "k");
            assertThat(reply.text()).contains("internal_error").doesNotContain("credits_consumed", "[DONE]");
        }
        CallServer.await("a free key", () -> keptBy(customer) == 0);
        assertThat(customer.consumed()).isEqualByComparingTo("0");
        assertThat(customer.chat(call(stream, "fire"), "k").text()).contains("credits_consumed");
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
    }

    @Test
    void a_refused_call_leaves_its_key_free() {
        Customer poor = gateway.customer("0.000001");
        assertError(poor.chat(call(false, "refused"), "k"), 402, "insufficient_credits", "billing_error");
        assertError(poor.chat(call(true, "refused, another body"), "k"), 402, "insufficient_credits", "billing_error");
        assertThat(poor.tasks()).isZero();
    }

    @Test
    void a_crash_frees_the_keys_of_calls_that_ran_counts_their_holds_and_keeps_what_was_settled() throws IOException {
        try (CallServer mortal = CallServer.startOn(stores, "timeouts.drain", "1ms")) {
            Customer owner = mortal.customer("10");
            mortal.script(UpstreamScript.says("Settled", 1000, 1000));
            CallServer.Reply settled = owner.chat(call(true, "settled"), "settled");
            mortal.script(
                    UpstreamScript.answers().text("Half", SOME).delay(60_000).finish("STOP", SOME));
            try (RawCall running = owner.chatRaw(call(true, "running"), "running")) {
                running.readUntil("Half");
                mortal.writeWhatRides();
                crash(mortal, owner, settled);
            }
        }
    }

    private static void crash(CallServer mortal, Customer owner, CallServer.Reply settled) throws IOException {
        try (CallServer again = mortal.crashed()) {
            Customer same = new Customer(again, owner.account(), owner.keyId(), owner.key());
            assertReplay(same.chat(call(true, "settled"), "settled"), settled);
            awaitSpools(again, 1);
            assertThat(Scrape.of(again).sum("tollgate_holds_given_back_total", "cause=\"start\""))
                    .as("the hold of the call that ran")
                    .isEqualTo(1);
            again.script(UpstreamScript.says("Anew", 1000, 1000));
            assertThat(same.chat(call(true, "running"), "running").content()).isEqualTo("Anew");
            assertThat(same.consumed()).isEqualByComparingTo("1");
            again.assertBooksAreClosed();
        }
    }

    // ---- what is kept, and how ----

    @Test
    void an_answer_above_four_megabytes_is_delivered_but_not_kept() throws IOException {
        UpstreamScript script = UpstreamScript.answers();
        String page = "\u5e38\u3058".repeat(9_000);
        for (int i = 0; i < 80; i++) {
            script.text(page, new Tokens(1000, 1000, 0));
        }
        gateway.script(script.finish("STOP", new Tokens(1000, 1000, 0)));
        customer = gateway.customer("5000");
        CallServer.Reply first = customer.chat(call(true, "large"), "k");
        assertThat(first.content()).isEqualTo(page.repeat(80));
        CallServer.Reply second = customer.chat(call(true, "large"), "k");
        assertRefused(second);
        assertThat(second.text())
                .contains("4 MiB", "GET /v1/tasks/" + first.header("x-tollgate-task-id") + " ")
                .doesNotContain("server");
        awaitSpools(gateway, (int) gateway.number("SELECT COUNT(*) FROM kept_answer WHERE state = 'kept'"));
        assertOneCall();
    }

    @Test
    void an_answer_whose_spool_is_gone_or_changed_is_refused_and_not_asked_for_again() throws IOException {
        CallServer.Reply first = customer.chat(call(false, "spoilt"), "k");
        gateway.execute("UPDATE kept_answer SET sealed_copy = NULL"); // as of an answer that is too large for one
        Path spool = gateway.data().resolve("spool").resolve(first.header("x-tollgate-task-id"));
        byte[] bytes = Files.readAllBytes(spool);
        bytes[bytes.length - 1] ^= 1;
        Files.write(spool, bytes);
        try (LogCapture log = new LogCapture()) {
            assertRefused(customer.chat(call(false, "spoilt"), "k"));
            Files.delete(spool);
            assertRefused(customer.chat(call(false, "spoilt"), "k"));
            assertThat(log.text()).contains("cannot be read");
        }
        assertOneCall();
    }

    @Test
    void nothing_that_was_asked_or_answered_can_be_read_at_rest() throws IOException {
        CallServer.Reply first = customer.chat(call(true, "top secret question"), "order-4711");
        gateway.atRest().forEach((place, bytes) -> assertThat(bytes)
                .as(place)
                .doesNotContain("sesame", "top secret", "order-4711", "credits_consumed"));
        Path spool = gateway.data().resolve("spool").resolve(first.header("x-tollgate-task-id"));
        assertThat(Files.getPosixFilePermissions(spool)).hasSize(2);
    }

    @Test
    void after_a_day_the_key_is_free_again() throws IOException {
        try (CallServer mortal = CallServer.startOn(stores)) {
            mortal.script(UpstreamScript.says("Once", 1000, 1000));
            Customer owner = mortal.customer("10");
            owner.chat(call(false, "old"), "k");
            mortal.execute("UPDATE kept_answer SET settled_at = settled_at - 24 * 3600 * 1000 - 1");
            mortal.restart();
            awaitSpools(mortal, 0);
            mortal.script(UpstreamScript.says("Twice", 1000, 1000));
            CallServer.Reply second = owner.chat(call(false, "old"), "k");
            assertThat(second.text()).contains("Twice");
            assertThat(mortal.number("SELECT SUM(bytes) FROM answer_share"))
                    .isEqualTo(mortal.number("SELECT SUM(bytes) FROM kept_answer"));
        }
    }

    private static String call(boolean stream, String text) {
        return CALL.formatted(stream, text);
    }

    private static String normal(CallServer.Reply reply) {
        return reply.text().replaceAll("chatcmpl-[A-Za-z0-9]+", "ID").replaceAll("\"created\":[0-9]+", "CREATED");
    }

    private static List<String> names(CallServer.Reply reply) {
        return List.copyOf(reply.response().headers().map().keySet());
    }

    private static void assertReplay(CallServer.Reply second, CallServer.Reply first) {
        assertThat(second.status()).as(second.text()).isEqualTo(first.status());
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("content-type")).isEqualTo(first.header("content-type"));
        assertThat(second.header("x-tollgate-task-id")).isEqualTo(first.header("x-tollgate-task-id"));
        assertThat(second.header("idempotent-replayed")).isEqualTo("true");
    }

    private static void assertRefused(CallServer.Reply reply) {
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("param").asString()).isEqualTo(PARAM);
    }

    private void assertOneCall() {
        assertThat(gateway.asked()).hasSize(askedBefore + 1);
        assertThat(customer.tasks()).isEqualTo(1);
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
    }

    private static long keptBy(Customer customer) {
        return customer.server()
                .number("SELECT COUNT(*) FROM kept_answer WHERE account_id = '" + customer.account() + "'");
    }

    private static void awaitSpools(CallServer gateway, int count) throws IOException {
        Path folder = gateway.data().resolve("spool");
        CallServer.await(count + " spools", () -> {
            try (Stream<Path> files = Files.list(folder)) {
                return files.count() == count;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }
}
