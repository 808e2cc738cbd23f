package dev.tollgate.flow;

import static dev.tollgate.flow.ErrorListTest.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Gateway.Reply;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One idempotency key on two servers (D36): whatever happens there is one call and one charge. The answer lies on the disk of the
 * server that made it; the other one has it only where they share the folder.
 */
@Timeout(120)
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
    void a_hundred_identical_calls_to_both_are_one_call_and_one_charge_and_equal_answers_from_its_server(
            boolean stream) {
        List<CompletableFuture<Reply>> sent = sendToBoth(call(stream, "at once"));
        List<Reply> ofOne = joined(sent.subList(0, CALLERS / 2));
        List<Reply> ofTwo = joined(sent.subList(CALLERS / 2, CALLERS));
        boolean oneWon = ofOne.getFirst().status() == 200;
        assertSameAnswer(oneWon ? ofOne : ofTwo);
        assertThat(oneWon ? ofTwo : ofOne).allSatisfy(TwoServersIdempotencyTest::assertElsewhere);
        assertOneCall();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void servers_that_share_the_folder_give_a_hundred_equal_answers(boolean stream) throws IOException {
        shareSpools();
        List<Reply> replies = joined(sendToBoth(call(stream, "shared")));
        assertSameAnswer(replies);
        assertThat(replies.stream()
                        .filter(reply -> reply.header("idempotent-replayed").isEmpty()))
                .hasSize(1);
        assertOneCall();
    }

    /** Callers of one server first in the list, then those of the other; sent in turns. */
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

    @Test
    void an_answer_is_replayed_by_the_server_that_keeps_it_and_never_made_again_by_the_other() {
        Reply first = customer.chat(call(true, "kept"), "k");
        assertElsewhere(other.chat(call(true, "kept"), "k"));
        Reply again = customer.chat(call(true, "kept"), "k");
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("idempotent-replayed")).isEqualTo("true");
        assertOneCall();
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
    void a_key_that_an_error_frees_is_taken_by_whoever_waits_on_the_other_server() {
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
            Postgres.execute(url, "DELETE FROM node WHERE id = (SELECT node_id FROM reservation WHERE state = 'open')");
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
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("param").asString()).isEqualTo("Idempotency-Key");
        assertThat(reply.error().get("message").asString()).contains("answered and charged", "another server");
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
