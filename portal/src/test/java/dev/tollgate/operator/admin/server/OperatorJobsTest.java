package dev.tollgate.operator.admin.server;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.jobs.Batches;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.JobChange;
import dev.tollgate.jobs.JobParts;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.RunningServer.Reply;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The operator's list of open jobs, by the API and in the console. */
@Timeout(60)
class OperatorJobsTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String FIRST = "2026112111000000000000000000001";
    private static final String SECOND = "2026112111000000000000000000002";
    private static final byte[] NOTHING = {'{', '}'};

    private static PortalServer server;
    private static String account;
    private static Jobs jobs;

    @BeforeAll
    static void an_account_has_a_batch_and_a_background_response() {
        server = PortalServer.start("operator.password", PASSWORD);
        account = server.commands().createAccount("Northwind", 0).id();
        KeyOwner owner = KeyOwner.account(server.commands()
                .createKey(account, KeySettings.named("nightly"))
                .key()
                .id());
        jobs = new Jobs(
                server.books().database(),
                server.books().writer(),
                server.books().secrets(),
                server::now);
        new Batches(server.books().database(), jobs, server::now)
                .accept(
                        "chatcmpl-" + FIRST,
                        account,
                        owner,
                        null,
                        "b",
                        "/v1/embeddings",
                        "in",
                        Duration.ofDays(1),
                        NOTHING);
        jobs.accept("chatcmpl-" + SECOND, account, owner, Job.Kind.RESPONSE, null, "b", NOTHING);
        server.execute("UPDATE job SET node_id = 'node_1'");
        server.execute("UPDATE batch SET started_at = 1, lines = 9");
        server.books()
                .writer()
                .commitAndWait(Unit.of(new JobParts.Claim("chatcmpl-" + FIRST, 1, 0L, "call_1", "node_1")));
        jobs.commit(new JobChange.Wait(
                "chatcmpl-" + SECOND, "node_1", Job.Pause.CREDITS, server.now(), server.now(), 0, null));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode admin(String method, String path, String body, int status) {
        Reply reply = body.isEmpty()
                ? server.get(path, server.adminKey())
                : server.send(method, path, body, server.adminKey());
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        return reply.json();
    }

    @Test
    void the_operator_lists_and_cancels_open_jobs() {
        JsonNode first = admin("GET", "/admin/batches?limit=1", "", 200);
        JsonNode batch = first.path("data").get(0);
        assertThat(batch.path("id").asString()).isEqualTo("batch_" + FIRST);
        assertThat(batch.path("account").asString()).isEqualTo(account);
        assertThat(batch.path("server").asString()).isEqualTo("node_1");
        assertThat(batch.path("running").asInt()).isEqualTo(1);
        assertThat(batch.path("waiting").asInt()).isEqualTo(8);
        assertThat(batch.path("paused").isNull()).isTrue();
        JsonNode rest =
                admin("GET", "/admin/batches?after=" + first.path("next").asString(), "", 200);
        assertThat(rest.path("data").size()).isEqualTo(1);
        assertThat(rest.path("data").get(0).path("id").asString()).isEqualTo("resp_" + SECOND);
        assertThat(rest.path("data").get(0).path("paused").path("reason").asString())
                .isEqualTo("credits");
        admin("POST", "/admin/batches/batch_" + FIRST + "/cancel", "{}", 400);
        admin("POST", "/admin/batches/batch_" + SECOND + "x/cancel", "{\"reason\":\"too much load\"}", 404);
        assertThat(admin("POST", "/admin/batches/batch_" + FIRST + "/cancel", "{\"reason\":\"too much load\"}", 200)
                        .path("status")
                        .asString())
                .isEqualTo("cancelling");
        assertThat(server.text("SELECT subject FROM audit_log WHERE action = 'batch.cancel'"))
                .isEqualTo("batch_" + FIRST);
        Browser operator = new Browser(server.url());
        operator.signIn("operator", PASSWORD);
        assertThat(operator.get("/console/requests/jobs").body())
                .contains("batch_" + FIRST, "being cancelled", "resp_" + SECOND, "Northwind", "node_1");
        Browser.Page done = operator.submit(
                "/console/requests/jobs",
                "/console/requests/jobs",
                Map.of("deed", "batch.cancel", "id", "resp_" + SECOND));
        assertThat(done.location()).isEqualTo("/console/requests/jobs?done=batch.cancel");
        assertThat(operator.get(done.location()).body()).contains("Cancelled.").doesNotContain("resp_" + SECOND);
    }
}
