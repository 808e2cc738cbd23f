package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Where a response is seen that was made in the background, hours after its caller got its id. */
@Timeout(120)
class BackgroundListsTest {

    private static final String PASSWORD = "the password of the operator";
    private static final Duration WAITED = Duration.ofHours(2);

    private static Gateway gateway;
    private static Browser operator;
    private static BusyAccount one;

    /** As its caller knows it. */
    private static String id;

    /** The id of its call. */
    private static String call;

    /** One waits for credits for two hours, and runs then. */
    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                Map.of("TOLLGATE_ADMIN_KEY", Gateway.ADMIN_KEY),
                "operator.password",
                PASSWORD,
                "sign-up.credits",
                "0.02");
        operator = new Browser(gateway.url());
        operator.signIn("operator", PASSWORD);
        one = BusyAccount.in(gateway, "ci");
        gateway.setNow(gateway.now());
        id = create();
        Gateway.await("a pause", () -> response(id).json().has("paused"));
        gateway.setNow(gateway.now().plus(WAITED));
        gateway.script(UpstreamScript.answers()
                .text("It begins.", new Tokens(10, 3, 0))
                .delay(100_000));
        admin("/accounts/" + one.customer.account() + "/adjustments", "{\"credits\":50,\"reason\":\"a test\"}");
        Gateway.await(
                "its call",
                () -> response(id).json().path("status").asString("").equals("in_progress"));
        call = response(id).json().path("task_id").asString();
    }

    @AfterAll
    static void stop() {
        gateway.post("/v1/responses/" + id + "/cancel", "", one.customer.key());
        gateway.close();
    }

    private static String create() {
        Gateway.Reply reply = gateway.post(
                "/v1/responses",
                "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\",\"background\":true}",
                one.customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("id").asString();
    }

    private static Gateway.Reply response(String id) {
        return gateway.get("/v1/responses/" + id, one.customer.key());
    }

    private static Gateway.Reply admin(String path, String body) {
        Gateway.Reply reply = gateway.post("/admin" + path, body, Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply;
    }

    private static void assertIsFound(String id, String call) {
        for (String name : List.of(id, call)) {
            assertThat(one.browser.get("/dashboard/find?q=" + name).location())
                    .as(name)
                    .contains(call);
            assertThat(operator.get("/console/accounts?q=" + name).location())
                    .as(name)
                    .contains(call);
        }
        assertThat(gateway.get("/v1/tasks/" + call, one.customer.key()).status())
                .isEqualTo(200);
        assertThat(gateway.get("/admin/tasks/" + call, Gateway.ADMIN_KEY).status())
                .isEqualTo(200);
        assertThat(gateway.get("/admin/tasks/" + id, Gateway.ADMIN_KEY).status())
                .as("by the response's id")
                .isEqualTo(200);
    }

    @Test
    void a_running_response_that_waited_two_hours_is_in_every_list() {
        assertThat(one.browser.get("/dashboard/requests").body()).contains(call);
        assertThat(operator.get("/console/requests?state=processing").body()).contains(call);
        assertThat(gateway.get("/v1/tasks?limit=100", one.customer.key()).text())
                .contains(call);
        assertIsFound(id, call);
    }

    @Test
    void an_ended_response_is_in_every_list_and_its_call_has_a_receipt_and_refunds() {
        gateway.script(UpstreamScript.answers()
                .text("Well.", new Tokens(10, 2_000, 0))
                .finish("STOP", new Tokens(10, 2_000, 0)));
        String made = create();
        Gateway.await(
                "its end",
                () -> response(made).json().path("status").asString("").equals("completed"));
        String its = response(made).json().path("task_id").asString();
        assertThat(one.browser.get("/dashboard/requests").body()).contains(its);
        assertThat(operator.get("/console/requests").body()).contains(its);
        assertThat(gateway.get("/v1/tasks?limit=100", one.customer.key()).text())
                .contains(its);
        assertIsFound(made, its);
        assertThat(one.browser.get("/dashboard/requests/" + its).body()).contains("Background response", made);
        assertThat(operator.get("/console/requests/" + its).body()).contains("Background response", made);
        assertThat(gateway.get("/v1/receipts/" + its, one.customer.key()).status())
                .isEqualTo(200);
        admin("/tasks/" + its + "/refunds", "{\"credits\":0.1,\"reason\":\"a test\"}");
    }

    @Test
    void the_page_of_a_call_says_what_is_stored_of_it() {
        assertThat(one.browser.get("/dashboard/requests/" + call).body())
                .contains("The request is stored until it has a response;")
                .doesNotContain("Not stored.");
        gateway.script(UpstreamScript.answers()
                .text("Well.", new Tokens(10, 2_000, 0))
                .finish("STOP", new Tokens(10, 2_000, 0)));
        String stored = gateway.post(
                        "/v1/responses", "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\"}", one.customer.key())
                .json()
                .path("id")
                .asString();
        String page = "/dashboard/requests/chatcmpl-" + stored.substring("resp_".length());
        assertThat(one.browser.get(page).body())
                .contains("The request and the response are stored for 30 days after their last use")
                .doesNotContain("Not stored.");
        gateway.send("DELETE", "/v1/responses/" + stored, null, one.customer.key());
        assertThat(one.browser.get(page).body()).contains("Not stored.");
    }

    @Test
    void an_interaction_is_in_the_lists_by_its_own_name() {
        gateway.script(UpstreamScript.answers()
                .text("It begins.", new Tokens(10, 3, 0))
                .delay(100_000));
        String path = "/v1beta/interactions";
        String its = gateway.post(
                        path, "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\",\"background\":true}", one.customer.key())
                .json()
                .path("id")
                .asString();
        Gateway.await(
                "its call",
                () -> gateway.get(path + "/" + its, one.customer.key()).json().has("task_id"));
        assertThat(operator.get("/console/requests/jobs").body()).contains(its, "Background interaction");
        String key =
                gateway.text("SELECT origin_id FROM job WHERE id = 'chatcmpl-" + its.substring("v1_".length()) + "'");
        assertThat(one.browser.get("/dashboard/keys/" + key).body()).contains("1 open response", "1 open interaction");
        JsonNode cancelled = gateway.post(path + "/" + its + "/cancel", "", one.customer.key())
                .json();
        assertThat(cancelled.path("status").asString()).isEqualTo("cancelled");
        String task = cancelled.path("task_id").asString();
        assertIsFound(its, task);
        assertThat(one.browser.get("/dashboard/requests/" + task).body()).contains("Background interaction", its);
        assertThat(operator.get("/console/requests/" + task).body()).contains("Background interaction", its);
    }

    @Test
    void other_accounts_do_not_find_it() {
        BusyAccount other = BusyAccount.in(gateway, "ci");
        for (String name : List.of(id, call)) {
            assertThat(other.browser.get("/dashboard/find?q=" + name).location())
                    .doesNotContain(call);
        }
    }
}
