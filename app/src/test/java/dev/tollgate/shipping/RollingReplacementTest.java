package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.stress.PacedUpstream;
import dev.tollgate.stress.StreamCallers;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Haproxy;
import dev.tollgate.testing.Ports;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers behind each proxy that is shipped, replaced one after the other while calls run. */
@Timeout(120)
class RollingReplacementTest {

    private static final int CALLERS = 6;

    @TempDir
    Path folder;

    private final int[] ports = {Ports.free(), Ports.free()};

    @Test
    void a_replacement_behind_nginx_refuses_no_call_and_cuts_no_stream() throws Exception {
        try (Nginx nginx = Nginx.before(folder, ports)) {
            replaceBoth(nginx.port());
        }
    }

    @Test
    void a_replacement_behind_haproxy_refuses_no_call_and_cuts_no_stream() throws Exception {
        assumeTrue(Haproxy.isThere(), "NOT RUN: HAProxy is not installed");
        try (Haproxy haproxy = Haproxy.before(folder, ports[0], ports[1])) {
            replaceBoth(haproxy.port());
        }
    }

    private void replaceBoth(int port) throws Exception {
        try (PacedUpstream upstream = new PacedUpstream(5, 40)) {
            Gateway[] servers = {server(upstream, 0), server(upstream, 1)};
            List<StreamCallers.Heard> heard;
            try (StreamCallers streams = new StreamCallers(port, CALLERS);
                    StreamCallers whole = StreamCallers.ofWholeAnswers(port, CALLERS)) {
                for (int i = 0; i < servers.length; i++) {
                    streams.awaitWhole(CALLERS);
                    servers[i].close();
                    servers[i] = server(upstream, i);
                }
                streams.awaitWhole(CALLERS);
                whole.awaitWhole(CALLERS);
                heard = new ArrayList<>(streams.end());
                heard.addAll(whole.end());
            } finally {
                for (Gateway server : servers) {
                    server.close();
                }
            }
            assertThat(heard)
                    .filteredOn(it -> it.ending() != StreamCallers.Ending.WHOLE)
                    .isEmpty();
            assertThat(upstream.asked()).as("each call was asked once").isEqualTo(heard.size());
        }
    }

    private Gateway server(PacedUpstream upstream, int which) {
        return Gateway.start(
                upstream.environment(),
                "port",
                Integer.toString(ports[which]),
                "demo.credits",
                "100000",
                "http.trusted-hops",
                "1",
                "timeouts.announce",
                "2s",
                "timeouts.drain",
                "60s");
    }
}
