package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A key that gets another owner while programs call with it on two servers. */
@Timeout(240)
class MovedKeyTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"%s"}]}""";
    private static final Tokens SOME = new Tokens(10, 10, 0);
    private static final int ROUNDS = 10;

    private Gateway one;
    private Gateway two;
    private Customer customer;
    private Customer other;

    @BeforeEach
    void start() {
        String url = Postgres.migrated();
        one = Gateway.startOn(url, "timeouts.drain", "0ms");
        two = Gateway.startOn(url, "timeouts.drain", "0ms");
        customer = one.customer("100");
        other = new Customer(two, customer.account(), customer.keyId(), customer.key());
        UpstreamScript answer = UpstreamScript.answers()
                .text("Plenty of ", SOME)
                .delay(100)
                .text("sesame", SOME)
                .finish("STOP", SOME);
        one.script(answer);
        two.script(answer);
        one.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_1', '" + customer.account()
                + "', 'Search', 1)");
    }

    @AfterEach
    void stop() {
        one.assertBooksAreClosed();
        two.close();
        one.close();
    }

    @Test
    void its_calls_go_on_and_a_repeated_one_gets_its_first_answer() {
        String manager = one.commands()
                .createKey(customer.account(), KeySettings.named("m").withKind(KeyKind.MANAGEMENT))
                .secret();
        Reply first = customer.chat(CALL.formatted("once"), "once");
        List<CompletableFuture<Reply>> running = new ArrayList<>();
        String id = customer.keyId();
        for (int i = 0; i < ROUNDS; i++) {
            running.add(customer.chatAside(CALL.formatted("before " + i), "one " + i));
            running.add(other.chatAside(CALL.formatted("before " + i), "two " + i));
            Gateway asked = i % 2 == 0 ? one : two;
            String team = i % 2 == 0 ? "\"team_1\"" : "null";
            Reply moved = asked.post("/v1/keys/" + id + "/move", "{\"team\":" + team + "}", manager);
            assertThat(moved.status()).as(moved.text()).isEqualTo(200);
            id = moved.json().get("id").asString();
        }

        assertThat(running.stream().map(CompletableFuture::join))
                .allSatisfy(reply -> assertThat(reply.status()).as(reply.text()).isEqualTo(200));
        for (Reply again :
                List.of(customer.chat(CALL.formatted("once"), "once"), other.chat(CALL.formatted("once"), "once"))) {
            assertThat(again.header("idempotent-replayed")).isEqualTo("true");
            assertThat(again.text()).isEqualTo(first.text());
        }
        assertThat(Calls.count(one::number, "TRUE")).isEqualTo(2 * ROUNDS + 1);
        assertThat(one.number("SELECT COUNT(DISTINCT origin_id) FROM api_key WHERE name = 'test'"))
                .isEqualTo(1);
        assertThat(one.number("SELECT COUNT(*) FROM api_key WHERE deleted_at IS NULL AND origin_id = '"
                        + customer.keyId() + "'"))
                .isEqualTo(1);
    }

    @Test
    void a_new_secret_after_a_move_reads_no_response_of_the_member() {
        one.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_1', '"
                + customer.account() + "', 'per_1', 'member', 1)");
        one.own(customer.keyId(), "mem_1", "");
        String manager = one.commands()
                .createKey(customer.account(), KeySettings.named("m").withKind(KeyKind.MANAGEMENT))
                .secret();
        String request = "{\"model\":\"gemini-2.5-pro\",\"input\":\"for the member\"}";
        Reply kept = one.post("/v1/responses", request, customer.key());
        assertThat(kept.status()).as(kept.text()).isEqualTo(200);
        String response = "/v1/responses/" + kept.json().get("id").asString();
        customer.chat(CALL.formatted("before"), "before");
        String id = customer.keyId();
        Reply moved = one.post("/v1/keys/" + id + "/move", "{\"team\":\"team_1\"}", manager);
        id = moved.json().get("id").asString();
        assertThat(customer.chat(CALL.formatted("after"), "after").status()).isEqualTo(200);
        assertThat(one.get(response, customer.key()).status()).isEqualTo(200);

        Reply rotated = one.post("/v1/keys/" + id + "/rotate", "{}", manager);
        assertThat(rotated.status()).as(rotated.text()).isEqualTo(200);
        String secret = rotated.json().get("key").asString();
        for (Gateway server : List.of(one, two)) {
            assertThat(server.get(response, secret).status()).isEqualTo(404);
            Reply call = server.post("/v1/chat/completions", CALL.formatted("rotated"), secret);
            assertThat(call.status()).as(call.text()).isEqualTo(200);
        }
        assertThat(one.differences()).isEmpty();
    }
}
