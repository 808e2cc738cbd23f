package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Haproxy;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Program;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void replacing_both_servers_cuts_no_stream_and_refuses_no_call() throws Exception {
        List<String> program = Program.command();
        run(program, () -> {
            replace(0, program);
            replace(1, program);
        });
    }

    @Test
    void an_upgrade_and_a_rollback_cut_no_stream_and_refuse_no_call() throws Exception {
        List<String> program = Program.command();
        List<String> next = NextProgram.command(folder.resolve("next"));
        long before = schema();
        run(program, () -> {
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
        return books.number("SELECT MAX(CAST(version AS INTEGER)) FROM flyway_schema_history");
    }

    private interface Step {
        void run() throws Exception;
    }

    private void run(List<String> program, Step step) throws Exception {
        assumeTrue(Haproxy.isThere(), "NOT RUN: HAProxy is not installed");
        int one = DrillBooks.freePort();
        int two = DrillBooks.freePort();
        servers[0] = start(program, one);
        servers[1] = start(program, two);
        try (Haproxy balancer = Haproxy.before(folder, one, two);
                StreamCallers callers = new StreamCallers(balancer.port(), CALLERS)) {
            callers.awaitWhole(CALLERS);
            step.run();
            callers.awaitWhole(CALLERS);
            List<StreamCallers.Heard> heard = callers.end();
            assertThat(heard).hasSizeGreaterThan(4 * CALLERS);
            assertThat(heard)
                    .filteredOn(it -> it.ending() != StreamCallers.Ending.WHOLE)
                    .isEmpty();
            System.out.println(heard.size() + " streams, all whole");
            books.assertWhole();
        } finally {
            for (GatewayProcess server : servers) {
                server.close();
            }
            upstream.close();
            client.close();
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
