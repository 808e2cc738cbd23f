package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Scrape;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One idempotency key on two servers (D36): whatever happens there is one call and one charge. A small answer is given again by both, a large
 * one by the server that made it alone, but where they share the folder.
 */
@Timeout(240)
class TwoServersIdempotencyTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"%s MORE"}]}""".replace("MORE", Prompts.LONG);
    private static final Tokens SOME = new Tokens(1000, 1000, 0);
    private static final int CALLERS = 100;

    private String url;
    private Gateway one;
    private Gateway two;
    private Customer customer;
    private Customer other;

    @BeforeEach
    void start() {
        url = Postgres.migrated();
        one = Gateway.startOn(url, "timeouts.drain", "0ms");
        two = Gateway.startOn(url, "timeouts.drain", "0ms");
        customer = one.customer("10");
        other = new Customer(two, customer.account(), customer.keyId(), customer.key());
        upstreamsAnswer(UpstreamScript.answers()
                .text("Plenty of ", SOME)
                .delay(300)
                .text("sesame", SOME)
                .finish("STOP", SOME));
    }

    @AfterEach
    void stop() {
        one.assertBooksAreClosed();
        assertThat(one.number("SELECT COUNT(*) FROM kept_answer WHERE state = 'running'"))
                .isZero();
        two.close();
        one.close();
    }

    private void upstreamsAnswer(UpstreamScript script) {
        one.script(script);
        two.script(script);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_hundred_identical_calls_to_both_are_one_call_and_one_charge_and_equal_answers_from_both(boolean stream) {
        assertOneAnswer(joined(sendToBoth(call(stream, "at once"))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void servers_that_share_the_folder_give_a_hundred_equal_answers_however_large(boolean stream) throws IOException {
        shareSpools();
        upstreamsAnswer(large());
        assertOneAnswer(joined(sendToBoth(call(stream, "shared"))));
    }

    private void assertOneAnswer(List<Reply> replies) {
        assertSameAnswer(replies);
        assertThat(replies.stream()
                        .filter(reply -> reply.header("idempotent-replayed").isEmpty()))
                .hasSize(1);
        assertOneCall();
    }

    /** Callers of both servers, one server's first in the list; they send alternately. */
    private List<CompletableFuture<Reply>> sendToBoth(String body) {
        List<CompletableFuture<Reply>> ofOne = new ArrayList<>();
        List<CompletableFuture<Reply>> ofTwo = new ArrayList<>();
        for (int i = 0; i < CALLERS / 2; i++) {
            ofOne.add(customer.chatAside(body, "once"));
            ofTwo.add(other.chatAside(body, "once"));
        }
        ofOne.addAll(ofTwo);
        return ofOne;
    }

    private static List<Reply> joined(List<CompletableFuture<Reply>> sent) {
        return sent.stream().map(CompletableFuture::join).toList();
    }

    private void shareSpools() throws IOException {
        Path own = two.data().resolve("spool");
        Files.delete(own);
        Files.createSymbolicLink(own, one.data().resolve("spool"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_kept_answer_is_given_again_by_both_byte_for_byte(boolean stream) {
        Reply first = customer.chat(call(stream, "kept"), "k");
        List<Reply> again = List.of(customer.chat(call(stream, "kept"), "k"), other.chat(call(stream, "kept"), "k"));
        assertThat(again).allSatisfy(reply -> {
            assertThat(reply.header("idempotent-replayed")).isEqualTo("true");
            assertThat(reply.header("content-type")).isEqualTo(first.header("content-type"));
        });
        assertSameAnswer(List.of(first, again.getFirst(), again.getLast()));
        assertOneCall();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_answer_too_large_for_the_database_is_given_again_by_its_server_and_never_made_again_by_the_other(
            boolean stream) {
        upstreamsAnswer(large());
        Reply first = customer.chat(call(stream, "large"), "k");
        assertElsewhere(other.chat(call(stream, "large"), "k"));
        Reply again = customer.chat(call(stream, "large"), "k");
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("idempotent-replayed")).isEqualTo("true");
        assertOneCall();
    }

    /** Digits that compress to more than the database takes. */
    private static UpstreamScript large() {
        StringBuilder digits = new StringBuilder("sesame ");
        RandomGenerator random = new Random(36);
        while (digits.length() < 200_000) {
            digits.append(random.nextInt(10));
        }
        return UpstreamScript.answers().text(digits.toString(), SOME).finish("STOP", SOME);
    }

    @Test
    void nothing_of_an_answer_in_the_database_can_be_read_there() throws IOException {
        customer.chat(call(true, "secret"), "k");
        assertThat(one.number("SELECT length(sealed_copy) FROM kept_answer")).isPositive();
        byte[] copy = HexFormat.of().parseHex(one.text("SELECT encode(sealed_copy, 'hex') FROM kept_answer"));
        assertThat(new String(copy, StandardCharsets.ISO_8859_1)).doesNotContain("sesame", "credits_consumed");
    }

    @Test
    void an_answer_in_the_database_that_was_changed_is_refused_and_never_made_again() {
        customer.chat(call(true, "changed"), "k");
        Postgres.execute(
                url,
                "UPDATE kept_answer SET sealed_copy = set_byte(sealed_copy, 200, 255 - get_byte(sealed_copy, 200))");
        assertNoAnswer(other.chat(call(true, "changed"), "k"), "cannot be read any more");
        assertOneCall();
    }

    @Test
    void a_small_answer_whose_file_was_changed_or_is_gone_is_given_again_from_the_database_and_counted()
            throws IOException {
        Reply first = customer.chat(call(true, "spoilt"), "k");
        Path spool = one.data().resolve("spool").resolve(first.header("x-tollgate-task-id"));
        Files.writeString(spool, "something else");
        Reply changed = customer.chat(call(true, "spoilt"), "k");
        Files.delete(spool);
        assertSameAnswer(List.of(first, changed, customer.chat(call(true, "spoilt"), "k")));
        assertThat(Scrape.of(one).sum("tollgate_replays_total", "from=\"copy\""))
                .isEqualTo(2);
        assertOneCall();
    }

    @Test
    void who_leaves_while_the_other_server_is_at_work_leaves_nothing_behind() {
        one.script(UpstreamScript.answers().text("Never", SOME).delay(60_000).finish("STOP", SOME));
        try (RawCall first = customer.chatRaw(call(true, "leaves"), "k")) {
            first.readUntil("Never");
            try (RawCall second = other.chatRaw(call(true, "leaves"), "k")) {
                Gateway.await("the other request", () -> two.app().front().requestBytes() > 0);
            }
            Gateway.await("its departure", () -> two.app().front().requestBytes() == 0);
            Postgres.execute(url, "DELETE FROM node WHERE id = (SELECT node_id FROM open_hold)");
            first.readUntil("event: error");
        }
        assertThat(two.asked()).isEmpty();
        assertThat(customer.consumed()).isZero();
    }

    @Test
    void another_body_is_refused_by_the_other_server_too_while_the_first_runs_and_afterwards() {
        try (RawCall first = customer.chatRaw(call(true, "one"), "k")) {
            first.readUntil("Plenty");
            assertAnotherBody(other.chat(call(true, "two"), "k"));
            first.readUntil("[DONE]");
        }
        assertAnotherBody(other.chat(call(true, "two"), "k"));
        assertOneCall();
    }

    @Test
    void a_key_freed_by_an_error_goes_to_the_other_servers_waiter() {
        one.script(UpstreamScript.answers()
                .text("Once upon", SOME)
                .delay(1_000)
                .text(" a time", SOME)
                .fault("reset"));
        try (RawCall first = customer.chatRaw(call(true, "broken"), "k")) {
            first.readUntil("Once upon");
            Reply second = other.chat(call(true, "broken"), "k");
            assertThat(second.content()).isEqualTo("Plenty of sesame");
            assertThat(second.header("idempotent-replayed")).isEmpty();
            first.readUntil("event: error");
        }
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
    }

    @Test
    void who_waits_for_a_server_that_dies_is_answered_by_the_other() {
        one.script(UpstreamScript.answers().text("Never", SOME).delay(60_000).finish("STOP", SOME));
        try (RawCall first = customer.chatRaw(call(true, "dies"), "k")) {
            first.readUntil("Never");
            CompletableFuture<Reply> waiting = other.chatAside(call(true, "dies"), "k");
            Postgres.execute(url, "DELETE FROM node WHERE id = (SELECT node_id FROM open_hold)");
            assertThat(waiting.join().content()).isEqualTo("Plenty of sesame");
            first.readUntil("event: error");
        }
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
    }

    private static String call(boolean stream, String text) {
        return CALL.formatted(stream, text);
    }

    private static void assertSameAnswer(List<Reply> replies) {
        Reply first = replies.getFirst();
        assertThat(first.text()).contains("sesame", "credits_consumed");
        assertThat(replies).allSatisfy(reply -> {
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.text()).isEqualTo(first.text());
            assertThat(reply.header("x-tollgate-task-id")).isEqualTo(first.header("x-tollgate-task-id"));
        });
    }

    private static void assertElsewhere(Reply reply) {
        assertNoAnswer(reply, "is not here: one larger than 64 KiB, compressed, lies only on the server that gave it");
    }

    private static void assertNoAnswer(Reply reply, String why) {
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("param").asString()).isEqualTo("Idempotency-Key");
        assertThat(reply.error().get("message").asString())
                .matches(
                        "The call that used this Idempotency-Key was answered and charged, but its answer " + why
                                + "\\. GET /v1/tasks/chatcmpl-\\w+ shows its usage and charge\\. To ask again, use a new key\\.");
    }

    private static void assertAnotherBody(Reply reply) {
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("message").asString()).contains("another request body");
    }

    private void assertOneCall() {
        assertThat(one.asked().size() + two.asked().size()).isEqualTo(1);
        assertThat(customer.tasks()).isEqualTo(1);
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
    }
}
