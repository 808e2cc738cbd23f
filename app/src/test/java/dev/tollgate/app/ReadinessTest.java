package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.log.LogFormat;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HeldRows;
import dev.tollgate.testing.LogPaper;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The answers to load balancers' probes. */
@Timeout(240)
class ReadinessTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hello"}]}""";

    private static boolean isReady(Gateway gateway) {
        return gateway.get("/health/ready").status() == 200;
    }

    private static void awaitReady(Gateway gateway) {
        Gateway.await("readiness", () -> isReady(gateway));
    }

    private static void awaitNotReady(Gateway gateway) {
        Gateway.await("no readiness", () -> !isReady(gateway));
        assertThat(gateway.get("/health/live").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_server_whose_commits_wait_is_not_ready_and_says_so_without_waiting(Stores stores) {
        try (Gateway gateway = Gateway.startOn(stores)) {
            Customer customer = gateway.customer("100");
            awaitReady(gateway);
            // From now on its key and account are known: where they have to be read first, SQLite does not wait to
            // write.
            assertThat(customer.chat(CALL).status()).isEqualTo(200);
            CompletableFuture<Gateway.Reply> call;
            try (Gateway.Fault _ = gateway.nothingIsCommitted()) {
                call = customer.chatAside(CALL);
                awaitNotReady(gateway);
                assertThat(call).isNotDone(); // it has waited longer than the probe
                Gateway.await("who comes now not to wait", () -> {
                    CompletableFuture<Gateway.Reply> late = customer.chatAside(CALL);
                    return late.completeOnTimeout(null, 1, TimeUnit.SECONDS).join() instanceof Gateway.Reply refused
                            && refused.status() == 503
                            && refused.header("retry-after").equals("2");
                });
            }
            call.join();
            awaitReady(gateway);
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_server_that_cannot_commit_is_not_ready_without_calls(Stores stores) {
        String url = stores == Stores.SQLITE ? null : Postgres.migrated();
        try (Gateway gateway = url == null ? Gateway.start() : Gateway.startOn(url)) {
            awaitReady(gateway);
            try (Gateway.Fault _ = url == null ? gateway.nothingIsCommitted() : heldMarks(url)) {
                awaitNotReady(gateway);
                assertThat(gateway.get("/v1/models", Gateway.DEMO_KEY).status()).isEqualTo(200);
            }
            awaitReady(gateway);
        }
    }

    /** What each commit on a server leaves. */
    private static Gateway.Fault heldMarks(String url) {
        HeldRows held = new HeldRows(url, "LOCK TABLE commit_mark IN SHARE MODE");
        return held::close;
    }

    @Test
    void a_probe_tells_its_reasons_to_this_machine_and_a_bare_no_to_others() {
        String operator = "admin-key-of-readiness";
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", operator))) {
            for (String probe : List.of("live", "ready", "startup")) {
                awaitAnswer(gateway, "/health/" + probe, 200, "{\"status\":\"up\"}");
            }
            assertThat(gateway.post("/admin/drain", "{}", operator)
                            .error()
                            .get("param")
                            .asString())
                    .isEqualTo("reason");
            assertThat(isReady(gateway)).isTrue();
            Gateway.Reply drained = gateway.post("/admin/drain", "{\"reason\":\"a new machine\"}", operator);
            assertThat(drained.text()).isEqualTo("{\"draining\":true}");

            awaitAnswer(gateway, "/health/ready", 503, "{\"status\":\"down\",\"reasons\":[\"draining\"]}");
            Gateway.Reply forwarded =
                    gateway.send(gateway.request("/health/ready").header("x-forwarded-for", "192.0.2.1"));
            assertThat(forwarded.text()).isEqualTo("{\"status\":\"down\"}");
            awaitAnswer(gateway, "/health/live", 200, "{\"status\":\"up\"}");
            assertThat(gateway.get("/admin/audit", operator)
                            .json()
                            .get("data")
                            .get(0)
                            .get("action")
                            .asString())
                    .isEqualTo("server.drain");
            assertThat(gateway.customer("100").chat(CALL).status()).isEqualTo(200); // requests are still served
        }
    }

    @Test
    void a_row_says_ready_then_draining_though_the_audit_log_cannot_be_written() {
        String operator = "admin-key-of-readiness";
        try (Gateway gateway = Gateway.startOn(Postgres.migrated(), Map.of("TOLLGATE_ADMIN_KEY", operator))) {
            awaitState(gateway, "ready");
            try (Gateway.Fault _ = gateway.fault("INSERT", "audit_log", "true")) {
                Gateway.Reply told = gateway.post("/admin/drain", "{\"reason\":\"its disk is ill\"}", operator);
                assertThat(told.error().get("message").asString())
                        .isEqualTo("The server is draining, but the audit log entry could not be written.");
            }
            awaitState(gateway, "draining");
            assertThat(gateway.get("/health/ready").text()).contains("draining");
        }
    }

    @Test
    void a_node_without_a_lease_is_not_ready_until_it_has_another() {
        String operator = "admin-key-of-readiness";
        try (Gateway gateway = Gateway.startOn(Postgres.migrated(), Map.of("TOLLGATE_ADMIN_KEY", operator))) {
            awaitState(gateway, "ready");
            try (Gateway.Fault _ = gateway.fault("INSERT", "node", "true")) {
                gateway.execute("DELETE FROM node");
                gateway.post("/admin/drain", "{\"reason\":\"the row is looked at now\"}", operator);
                Gateway.await(
                        "the complaint",
                        () -> gateway.get("/health/ready").text().contains("\"lease\""));
            }
            Gateway.await(
                    "another lease", () -> !gateway.get("/health/ready").text().contains("\"lease\""));
            awaitState(gateway, "draining");
        }
    }

    private static void awaitState(Gateway gateway, String state) {
        Gateway.await(state, () -> gateway.text("SELECT state FROM node").equals(state));
    }

    private static void awaitAnswer(Gateway gateway, String path, int status, String body) {
        Gateway.await(path, () -> gateway.get(path).text().equals(body));
        assertThat(gateway.get(path).status()).isEqualTo(status);
    }

    @Test
    void a_server_that_cannot_write_is_not_ready_without_calls() throws Exception {
        String url = Postgres.migrated();
        try (Gateway gateway = Gateway.startOn(url)) {
            awaitReady(gateway);
            letIn(url, false);
            awaitNotReady(gateway);
            assertThat(gateway.get("/v1/models", Gateway.DEMO_KEY).status()).isNotEqualTo(401);
            letIn(url, true);
            awaitReady(gateway);
        }
    }

    /** What is not in memory is looked for as long as a connection may take, so it is long. */
    @Test
    @EnabledIfSystemProperty(named = "test.long", matches = "true")
    void while_a_postgresql_is_away_three_hundred_refused_calls_show_one_stack_trace() throws Exception {
        String url = Postgres.migrated();
        try (Gateway gateway = Gateway.startOn(url)) {
            Customer customer = gateway.customer("100");
            assertThat(customer.chat(CALL).status()).isEqualTo(200);
            letIn(url, false);
            awaitNotReady(gateway);
            assertOneTrace(customer);
            letIn(url, true);
            awaitReady(gateway);
        }
    }

    private static void assertOneTrace(Customer customer) {
        String read;
        try (LogPaper paper = new LogPaper(LogFormat.TEXT)) {
            List<CompletableFuture<Gateway.Reply>> calls = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                calls.add(customer.chatAside(CALL));
            }
            for (CompletableFuture<Gateway.Reply> call : calls) {
                assertThat(call.join().status()).isEqualTo(503);
            }
            read = paper.text();
        }
        assertThat(read.lines().filter(line -> line.matches("[\\w.]+(Exception|Unavailable)(:.*)?")))
                .as(read)
                .hasSize(1);
        assertThat(read.lines().filter(line -> line.matches(".* (ERROR|WARN ) (StoreTrouble|Keys): .*")))
                .hasSizeBetween(1, 250);
    }

    /** The server is still there for others. */
    private static void letIn(String url, boolean in) throws SQLException {
        String name = url.replaceAll(".*/([^/?]+).*", "$1");
        try (Connection admin = DriverManager.getConnection(url.replace("/" + name, "/postgres"));
                Statement statement = admin.createStatement()) {
            statement.execute("ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS " + in);
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
        }
    }

    @Test
    void a_server_whose_database_was_deleted_takes_no_calls_and_charges_nothing() throws Exception {
        try (Gateway gateway = Gateway.start()) {
            Customer customer = gateway.customer("100");
            assertThat(customer.chat(CALL).status()).isEqualTo(200);
            awaitReady(gateway);
            Files.delete(gateway.data().resolve("tollgate.db"));
            awaitNotReady(gateway);
            Gateway.Reply reply = customer.chat(CALL);
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.text()).contains("internal_error").doesNotContain("tollgate.db");
            assertThat(isReady(gateway)).isFalse();
            assertOneTrace(customer);
        }
    }
}
