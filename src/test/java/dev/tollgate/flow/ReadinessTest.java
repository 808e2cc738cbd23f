package dev.tollgate.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.log.LogFormat;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
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
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is told to whoever sends callers here. */
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
            }
            call.join();
            awaitReady(gateway);
        }
    }

    @Test
    void a_server_that_cannot_write_is_not_ready_though_nobody_calls() throws Exception {
        String url = Postgres.migrated();
        try (Gateway gateway = Gateway.startOn(url)) {
            awaitReady(gateway);
            letIn(url, false);
            awaitNotReady(gateway);
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
