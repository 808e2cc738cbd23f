package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.shipping.Nginx;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Haproxy;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Program;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two servers over one PostgreSQL behind the balancer as it is shipped, replaced one after the other while streams run. */
@EnabledIf("dev.tollgate.testing.Effort#isLong")
@Timeout(900)
class ReplacementTest {

    private static final int CALLERS = 12;
    private static final String[] GOING = {
        "--timeouts-announce", "4s", "--timeouts-drain", "60s", "--http-trusted-hops", "1"
    };

    @TempDir
    Path folder;

    private final PacedUpstream upstream = new PacedUpstream(20, 100);
    private final DrillBooks books = new DrillBooks(Postgres.migrated(), upstream);
    private final HttpClient client = HttpClient.newHttpClient();
    private final GatewayProcess[] servers = new GatewayProcess[2];
    private int starts;

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void three_replacements_cut_no_stream_and_refuse_no_call(String proxy) throws Exception {
        List<String> program = Program.command();
        run(proxy, program, () -> {
            replace(0, program);
            replace(1, program);
            replace(0, program);
        });
    }

    @Test
    void an_upgrade_and_a_rollback_cut_no_stream_and_refuse_no_call() throws Exception {
        List<String> program = Program.command();
        List<String> next = NextProgram.command(folder.resolve("next"), "yes");
        long before = schema();
        run("haproxy", program, () -> {
            books.migrate(next, Files.createDirectory(folder.resolve("migrating")));
            assertThat(schema()).isEqualTo(before + 1);
            replace(0, next);
            replace(1, next);
            replace(0, program);
            replace(1, program);
        });
        assertThat(schema()).isEqualTo(before + 1);
    }

    private long schema() {
        return books.number("SELECT MAX(version) FROM tollgate_schema");
    }

    private interface Step {
        void run() throws Exception;
    }

    private void run(String proxy, List<String> program, Step step) throws Exception {
        assumeTrue(Haproxy.isThere(), "NOT RUN: HAProxy is not installed");
        int one = DrillBooks.freePort();
        int two = DrillBooks.freePort();
        servers[0] = start(program, one);
        servers[1] = start(program, two);
        try {
            if (proxy.equals("nginx")) {
                try (Nginx nginx = Nginx.before(folder, one, two)) {
                    call(nginx.port(), step);
                }
            } else {
                try (Haproxy balancer = Haproxy.before(folder, one, two)) {
                    call(balancer.port(), step);
                }
            }
        } finally {
            for (GatewayProcess server : servers) {
                server.close();
            }
            upstream.close();
            client.close();
        }
    }

    private void call(int port, Step step) throws Exception {
        try (StreamCallers streams = new StreamCallers(port, CALLERS);
                StreamCallers whole = StreamCallers.ofWholeAnswers(port, CALLERS)) {
            streams.awaitWhole(CALLERS);
            step.run();
            streams.awaitWhole(CALLERS);
            List<StreamCallers.Heard> heard = new ArrayList<>(streams.end());
            assertThat(heard).hasSizeGreaterThan(4 * CALLERS);
            heard.addAll(whole.end());
            assertThat(heard)
                    .filteredOn(it -> it.ending() != StreamCallers.Ending.WHOLE)
                    .isEmpty();
            assertThat(upstream.asked()).as("each call was asked once").isEqualTo(heard.size());
            assertThat(Calls.count(books::number, "TRUE")).isEqualTo(heard.size());
            System.out.println(heard.size() + " answers, all whole");
            books.assertWhole();
        }
    }

    private GatewayProcess start(List<String> program, int port) throws IOException {
        return books.begin(program, folder.resolve("data" + starts++), port, GOING)
                .awaitReady(client);
    }

    private void replace(int which, List<String> program) throws Exception {
        int port = servers[which].port();
        servers[which].signal();
        servers[which].awaitOwnEnd();
        servers[which] = start(program, port);
        long nodes = 2;
        Gateway.await(
                "both to be ready", () -> books.number("SELECT COUNT(*) FROM node WHERE state = 'ready'") == nodes);
    }
}
