package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Responses that wait in the background while their account is blocked, or their key's member removed. */
@Timeout(120)
class BackgroundOwnersTest {

    private static final Tokens SOME = new Tokens(10, 200, 0);

    private static Gateway gateway;
    private Customer customer;
    private String member;
    private String id;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", Gateway.ADMIN_KEY));
        gateway.setNow(gateway.now());
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    /** Its provider is busy at the first try, and answers the next. */
    @BeforeEach
    void wait_for_the_second_try() {
        customer = gateway.customer("100");
        member = customer.member("ned", "member");
        gateway.own(customer.keyId(), member, "");
        gateway.script("- respond: [{status: 503, body: {error: {code: 503, message: busy, status: UNAVAILABLE}}}]");
        Gateway.Reply created = gateway.post(
                "/v1/responses", "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\",\"background\":true}", customer.key());
        assertThat(created.status()).as(created.text()).isEqualTo(200);
        id = created.json().path("id").asString();
        Gateway.await(
                "the first try",
                () -> gateway.number("SELECT COUNT(*) FROM job_line l JOIN job j ON j.id = l.job_id WHERE l.tries = 1"
                                + " AND j.node_id = '' AND j.account_id = '" + customer.account() + "'")
                        == 1);
        gateway.script(UpstreamScript.answers().text("Done.", SOME).finish("STOP", SOME));
    }

    private void later(Duration time) {
        gateway.setNow(gateway.now().plus(time));
    }

    private void await(String column, String value) {
        Gateway.await(value, () -> gateway.text(
                        "SELECT COALESCE(" + column + ", '') FROM job WHERE account_id = '" + customer.account() + "'")
                .equals(value));
    }

    private void admin(String method, String path, String body) {
        Gateway.Reply reply =
                gateway.send(method, "/admin/accounts/" + customer.account() + path, body, Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
    }

    private long calls() {
        return gateway.number("SELECT COUNT(*) FROM call WHERE account_id = '" + customer.account() + "'");
    }

    private Gateway.Reply get() {
        return gateway.get("/v1/responses/" + id, customer.key());
    }

    @Test
    void a_blocked_account_waits_and_goes_on_when_it_is_let_in_again() {
        admin("POST", "/block", "{\"blocked\":true,\"reason\":\"a test\"}");
        later(Duration.ofMinutes(1));
        await("pause", "key");
        assertThat(get().status()).isEqualTo(401);
        assertThat(gateway.post("/v1/responses/" + id + "/cancel", "", customer.key())
                        .status())
                .isEqualTo(401);
        assertThat(calls()).isZero();
        admin("POST", "/block", "{\"blocked\":false,\"reason\":\"a test\"}");
        later(Duration.ofMinutes(1));
        await("state", "completed");
        assertThat(get().json().path("status").asString()).isEqualTo("completed");
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    void nothing_is_made_for_a_removed_member() {
        admin("DELETE", "/members/" + member, "{\"reason\":\"a test\"}");
        later(Duration.ofMinutes(1));
        await("pause", "key");
        assertThat(get().status()).isEqualTo(401);
        later(Duration.ofDays(1));
        await("state", "failed");
        assertThat(calls()).isZero();
        assertThat(gateway.number("SELECT consumed_micros FROM account WHERE id = '" + customer.account() + "'"))
                .isZero();
    }
}
