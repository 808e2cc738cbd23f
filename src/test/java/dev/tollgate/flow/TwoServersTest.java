package dev.tollgate.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Gateway.Reply;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two servers that share a PostgreSQL, as their callers see them (D34). */
@Timeout(120)
class TwoServersTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":false,"max_tokens":1000,"messages":[{"role":"user","content":"Tell me"}]}""";

    private String url;
    private Gateway one;
    private Gateway two;

    @BeforeEach
    void start() {
        url = Postgres.empty();
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
        Reply reply = at(two, customer).chat(CALL);
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.5");
        assertThat(customer.balance()).isEqualByComparingTo("9.5");
        String task = reply.header("x-tollgate-task-id");
        assertThat(one.get("/v1/tasks/" + task, customer.key())
                        .json()
                        .get("status")
                        .asString())
                .isEqualTo("completed");
    }

    @Test
    void racing_callers_of_both_get_what_the_balance_covers_and_no_more() {
        Customer customer = one.customer("1.6"); // three holds of 0.46 and less than the least more
        for (Gateway server : List.of(one, two)) {
            server.script(UpstreamScript.answers().delay(2_000).text("Done.").finish("STOP", new Tokens(10, 1_000, 0)));
        }
        List<CompletableFuture<Reply>> calls = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            calls.add(at(i % 2 == 0 ? one : two, customer).chatAside(CALL));
        }
        List<Integer> statuses =
                calls.stream().map(call -> call.join().status()).toList();
        assertThat(statuses).containsOnly(200, 402);
        assertThat(customer.balance()).isNotNegative();
        assertThat(one.number("SELECT COUNT(*) FROM task WHERE account_id = '" + customer.account() + "'"))
                .isEqualTo(statuses.stream().filter(status -> status == 200).count());
    }

    @Test
    void a_key_disabled_at_one_server_is_refused_at_the_other_at_once() throws Exception {
        Customer customer = one.customer("10");
        two.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(1, 1, 0)));
        assertThat(at(two, customer).chat(CALL).status()).isEqualTo(200);
        one.app().administration().disableKey(customer.keyId());
        assertThat(at(two, customer).chat(CALL).status()).isEqualTo(401);
    }

    @Test
    void a_server_that_was_taken_for_dead_delivers_nothing_more_and_the_other_gives_its_holds_back() {
        Customer customer = one.customer("10");
        one.script(UpstreamScript.answers().delay(12_000).text("Done.").finish("STOP", new Tokens(1000, 1000, 0)));
        CompletableFuture<Reply> running = customer.chatAside(CALL);
        customer.awaitHold();
        Postgres.execute(
                url, "DELETE FROM node WHERE id = (SELECT node_id FROM reservation WHERE state = 'open' LIMIT 1)");
        Reply reply = running.join();
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.error().get("code").asString()).isEqualTo("internal_error");
        Gateway.await(
                "the other server gives the hold back", () -> customer.balance().compareTo(BigDecimal.TEN) == 0);
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("failed");
        assertThat(customer.balance()).isEqualByComparingTo("10");
        one.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(1000, 1000, 0)));
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
    }
}
