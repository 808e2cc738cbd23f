package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.operator.admin.By;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Scrape;
import dev.tollgate.testing.SteppedUpstream;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two servers that share a PostgreSQL, as their callers see them (D34). */
@Timeout(240)
@Order(18)
class TwoServersTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":false,"max_tokens":1000,"messages":[{"role":"user","content":"Tell me"}]}""";

    private String url;
    private Gateway one;
    private Gateway two;

    @BeforeEach
    void start() {
        url = Postgres.migrated();
        one = Gateway.startOn(url, "timeouts.drain", "0ms");
        two = Gateway.startOn(url, "timeouts.drain", "0ms");
    }

    @AfterEach
    void stop() {
        one.assertBooksAreClosed();
        one.close();
        two.close();
    }

    private static Customer at(Gateway server, Customer customer) {
        return new Customer(server, customer.account(), customer.keyId(), customer.key());
    }

    @Test
    void an_account_of_one_server_is_served_by_the_other_and_charged_once() {
        Customer customer = one.customer("10");
        two.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(1000, 1000, 0)));
        Reply reply = at(two, customer).chat(CALL.replace("Tell me", Prompts.LONG));
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.5");
        assertThat(customer.balance()).isEqualByComparingTo("9.5");
        String task = reply.header("x-tollgate-task-id");
        assertThat(one.get("/v1/tasks/" + task, customer.key())
                        .json()
                        .get("status")
                        .asString())
                .isEqualTo("completed");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_key_that_is_changed_on_one_server_bounds_what_runs_on_the_other(boolean disabled) {
        try (SteppedUpstream upstream = new SteppedUpstream();
                Gateway three = Gateway.startOn(url, upstream.environment(), "timeouts.drain", "0ms")) {
            Customer customer = one.customer("100");
            try (RawCall call = at(three, customer).chatRaw(CALL.replace("false,\"max_tokens\":1000", "true"))) {
                upstream.says("One.", 500);
                call.readUntil("One.");
                if (disabled) {
                    one.commands().disableKey(customer.keyId());
                } else {
                    one.commands()
                            .setKey(customer.keyId(), it -> it.withSpend(new SpendLimits(null, null, 1_000_000L)));
                }
                upstream.says("beyond ".repeat(2_000), 6_000);
                assertThat(call.readUntil("[DONE]")).contains(disabled ? "KEY_DISABLED" : "SPEND_LIMIT");
            }
            assertThat(one.number("SELECT consumed_micros FROM account WHERE id = '" + customer.account() + "'"))
                    .as("the first hold")
                    .isEqualTo(1_840_000);
        }
    }

    @Test
    void an_account_that_is_banned_on_one_server_is_refused_by_the_other_and_what_runs_there_gets_no_more() {
        try (SteppedUpstream upstream = new SteppedUpstream();
                Gateway three = Gateway.startOn(url, upstream.environment(), "timeouts.drain", "0ms")) {
            Customer customer = at(three, one.customer("100"));
            try (RawCall call = customer.chatRaw(CALL.replace("false,\"max_tokens\":1000", "true"))) {
                upstream.says("One.", 500);
                call.readUntil("One.");
                one.app().administration().deeds().block(By.of(Actor.COMMAND, "abuse"), customer.account(), true);
                assertThat(customer.chat(CALL).status()).isEqualTo(401);
                upstream.says("beyond ".repeat(2_000), 6_000);
                assertThat(call.readUntil("[DONE]")).contains("KEY_DISABLED");
            }
            Gateway.await( // where nothing is held a server asks again within a second
                    "the ban where no call is made",
                    () -> three.get("/v1/credits", customer.key()).status() == 401);
        }
    }

    @Test
    void a_key_that_one_server_makes_is_good_at_the_other_while_that_is_sent_unknown_ones() {
        List<CompletableFuture<Reply>> unknown = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            unknown.add(two.sendAside(HttpRequest.newBuilder(URI.create(two.url() + "/v1/models"))
                    .header("Authorization", "Bearer sk-" + "f".repeat(60) + i)));
        }
        Customer customer = one.customer("10");
        Gateway.await(
                "the key at the other server",
                () -> two.get("/v1/models", customer.key()).status() == 200);
        unknown.forEach(reply -> assertThat(reply.join().status()).isEqualTo(401));
    }

    /** What can be spent at once: that many holds, and less than the least that a call needs (D31). */
    private enum Purse {
        BALANCE(402, null),
        HOUR(429, "hourly"),
        DAY(429, "daily"),
        TOTAL(429, "total");

        private final int refusal;
        private final String word;

        Purse(int refusal, String word) {
            this.refusal = refusal;
            this.word = word;
        }

        Customer at(Gateway server, String credits) {
            return switch (this) {
                case BALANCE -> server.customer(credits);
                case HOUR -> server.customer("100", KeyOptions.spend(credits, null, null));
                case DAY -> server.customer("100", KeyOptions.spend(null, credits, null));
                case TOTAL -> server.customer("100", KeyOptions.spend(null, null, credits));
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Purse.class)
    void of_racing_callers_of_both_exactly_as_many_are_answered_as_there_are_holds(Purse purse) {
        for (Gateway server : List.of(one, two)) {
            server.setNow(Instant.parse("2026-11-20T12:34:56Z"));
            server.script(
                    UpstreamScript.answers().delay(2_000).text("Done.").finish("STOP", new Tokens(100, 1_000, 0)));
        }
        Customer customer = purse.at(one, "1.44"); // three holds of 0.45, and 0.11 are the least
        List<Reply> replies = racing(customer);
        assertThat(replies.stream().filter(reply -> reply.status() == 200)).hasSize(3);
        assertThat(replies.stream().filter(reply -> reply.status() != 200)).allSatisfy(refused -> {
            assertThat(refused.status()).isEqualTo(purse.refusal);
            assertThat(message(refused)).contains("1.35 are held by running calls");
            assertThat(refused.header("retry-after")).isEqualTo("1");
        });
        assertThat(customer.consumed()).isEqualByComparingTo("1.35");
        assertThat(customer.tasks()).isEqualTo(3);
        assertFull(purse, at(two, customer).chat(CALL));
    }

    /** That a batch had to be tried again would mean that it had decided on rows which it did not hold. */
    private List<Reply> racing(Customer customer) {
        try (LogCapture log = new LogCapture()) {
            List<CompletableFuture<Reply>> calls = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                calls.add(at(i % 2 == 0 ? one : two, customer).chatAside(CALL));
            }
            List<Reply> replies = calls.stream().map(CompletableFuture::join).toList();
            assertThat(log.text()).doesNotContain("is tried again");
            return replies;
        }
    }

    /** Checks the refusal once no call runs. */
    private static void assertFull(Purse purse, Reply refused) {
        assertThat(refused.status()).isEqualTo(402);
        if (purse == Purse.BALANCE) {
            assertThat(message(refused)).endsWith("The call needs at least 0.11 credits; 0.09 are available.");
            return;
        }
        String begin = "The key's " + purse.word + " spend limit of 1.44 credits is reached: 1.35 are used, the call"
                + " needs at least 0.11.";
        assertThat(refused.header("x-should-retry")).isEqualTo("false");
        assertThat(refused.header("retry-after")).isEmpty();
        switch (purse) {
            case HOUR -> assertFreesAt(refused, begin, "2026-11-20T13:00:00Z");
            case DAY -> assertFreesAt(refused, begin, "2026-11-21T00:00:00Z");
            default -> assertThat(message(refused)).isEqualTo(begin + " It does not reset by itself.");
        }
    }

    private static void assertFreesAt(Reply refused, String begin, String time) {
        assertThat(message(refused)).isEqualTo(begin + " It will reset at " + time + ".");
    }

    private static String message(Reply refused) {
        return refused.error().get("message").asString();
    }

    @Test
    void a_key_disabled_at_one_server_is_refused_at_the_other_at_once() throws Exception {
        Customer customer = one.customer("10");
        two.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(1, 1, 0)));
        assertThat(at(two, customer).chat(CALL).status()).isEqualTo(200);
        one.commands().disableKey(customer.keyId());
        assertThat(at(two, customer).chat(CALL).status()).isEqualTo(401);
    }

    @Test
    void an_account_blocked_at_one_server_is_refused_at_the_other_at_once_and_soon_let_in_again() {
        Customer customer = one.customer("10");
        two.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(1, 1, 0)));
        assertThat(at(two, customer).chat(CALL).status()).isEqualTo(200);
        one.execute("UPDATE account SET blocked = 1 WHERE id = '" + customer.account() + "'");
        Reply refused = at(two, customer).chat(CALL);
        assertThat(refused.status()).isEqualTo(401);
        assertThat(message(refused)).isEqualTo("The account of this API key is blocked.");
        assertThat(customer.tasks()).isEqualTo(1);
        assertThat(two.asked()).hasSize(1);
        one.execute("UPDATE account SET blocked = 0 WHERE id = '" + customer.account() + "'");
        // What it knows of a key it knows for a while, where it has looked since the account was blocked.
        Gateway.await("it is let in", () -> at(two, customer).chat(CALL).status() == 200);
    }

    @Test
    void a_server_that_was_taken_for_dead_delivers_nothing_more_and_its_hold_is_given_back() {
        Customer customer = one.customer("10");
        CompletableFuture<Reply> running = callThatTakesLong(customer);
        Postgres.execute(url, "DELETE FROM node WHERE id = (SELECT node_id FROM open_hold LIMIT 1)");
        Reply reply = running.join();
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.error().get("code").asString()).isEqualTo("internal_error");
        // By the first of both: the other server, or the same one once it has joined again.
        Gateway.await("the hold is given back", () -> customer.balance().compareTo(BigDecimal.TEN) == 0);
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("failed");
        assertThat(customer.balance()).isEqualByComparingTo("10");
        one.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(1000, 1000, 0)));
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
    }

    @Test
    void a_dead_servers_hold_is_released_and_counted_once() {
        Customer customer = one.customer("10");
        CompletableFuture<Reply> running = callThatTakesLong(customer);
        Postgres.execute(url, "UPDATE open_hold SET node_id = 'node_that_is_gone'");
        Gateway.await("the hold is given back", () -> customer.balance().compareTo(BigDecimal.TEN) == 0);
        Gateway.await("it is counted", () -> holdsGivenBack(one) + holdsGivenBack(two) == 1);
        // The call itself still runs, and finds when it ends that its hold is no longer there.
        assertThat(running.join().status()).isEqualTo(503);
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("failed");
        assertThat(customer.balance()).isEqualByComparingTo("10");
        assertThat(holdsGivenBack(one) + holdsGivenBack(two)).isEqualTo(1);
    }

    /** Its hold is there when this returns. */
    private CompletableFuture<Reply> callThatTakesLong(Customer customer) {
        one.script(UpstreamScript.answers().delay(12_000).text("Done.").finish("STOP", new Tokens(1000, 1000, 0)));
        CompletableFuture<Reply> running = customer.chatAside(CALL);
        customer.awaitHold();
        return running;
    }

    private static long holdsGivenBack(Gateway server) {
        return Scrape.of(server).sum("tollgate_holds_given_back_total", "cause=\"dead_node\"");
    }

    @Test
    void a_stream_of_a_server_that_was_taken_for_dead_ends_there_and_nothing_more_of_it_is_shown() {
        Customer customer = one.customer("10");
        one.script(UpstreamScript.answers()
                .text("Before. ", new Tokens(1000, 10, 0))
                .delay(12_000)
                .text("After.", new Tokens(1000, 1000, 0))
                .finish("STOP", new Tokens(1000, 1000, 0)));
        try (RawCall call = customer.chatRaw(CALL.replace("false", "true"))) {
            call.readUntil("Before. ");
            Postgres.execute(url, "DELETE FROM node WHERE id = (SELECT node_id FROM open_hold LIMIT 1)");
            assertThat(call.readUntil("internal_error")).contains("event: error");
            assertThat(call.readFor(100)).doesNotContain("After.", "credits_consumed", "[DONE]");
        }
        Gateway.await(
                "the other server gives the hold back", () -> customer.balance().compareTo(BigDecimal.TEN) == 0);
    }
}
