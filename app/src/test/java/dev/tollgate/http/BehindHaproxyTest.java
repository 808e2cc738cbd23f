package dev.tollgate.http;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Haproxy;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.SteppedUpstream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The balancer's configuration as it is shipped. */
@Timeout(240)
class BehindHaproxyTest {

    private static final String STREAM = """
            {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Hello"}]}""";

    @TempDir
    Path folder;

    @Test
    void haproxy_passes_each_event_on_at_once_and_what_a_server_says_that_takes_no_calls() throws Exception {
        assumeTrue(Haproxy.isThere(), "NOT RUN: HAProxy is not installed");
        assertThat(Haproxy.complaints()).isEmpty();
        String operator = "admin-key-behind-haproxy";
        try (SteppedUpstream upstream = new SteppedUpstream();
                Gateway gateway = Gateway.start(
                        upstream.environment(),
                        "http.trusted-hops",
                        "1",
                        "admin.key",
                        operator,
                        "timeouts.drain",
                        "0ms");
                Haproxy balancer = Haproxy.before(folder, gateway.app().port(), 1)) {
            Customer customer = gateway.customer("100");
            try (RawCall call = RawCall.post(balancer.port(), "/v1/chat/completions", customer.key(), STREAM)) {
                upstream.says("One ", 10);
                call.readUntil("One "); // while the upstream has said no more
                upstream.says("two.", 20);
                upstream.ends(20);
                call.readUntil("[DONE]");
            }
            for (String path : new String[] {
                "/admin/audit",
                "/%61dmin/audit",
                "/metrics",
                "//admin/audit",
                "/%2fadmin/audit",
                "/v1/v1/../admin/audit",
                "/v1//admin/audit"
            }) {
                try (RawCall inside = RawCall.head(balancer.port(), path, operator, "")) {
                    assertThat(inside.readUntil("\r\n")).contains("404");
                }
            }
            try (RawCall wrong = RawCall.post(balancer.port(), "//v1/chat/completions", customer.key(), STREAM)) {
                wrong.readUntil("The right one is /v1/chat/completions");
            }
            balancer.awaitDown("two");
            gateway.post("/admin/drain", "{\"reason\":\"nobody else is there\"}", operator);
            balancer.awaitDown("one");
            try (RawCall call = RawCall.post(balancer.port(), "/v1/chat/completions", customer.key(), STREAM)) {
                upstream.says("Three.", 10);
                upstream.ends(10);
                call.readUntil("[DONE]"); // no server is ready, but requests are still served
            }
        }
    }

    @Test
    void haproxy_waits_for_longer_than_any_call() throws Exception {
        Duration call = SettingsLoader.load(Map.of(), Map.of()).get(TrafficSettings.CALL);
        String shipped = Files.readString(Path.of("deploy/haproxy/haproxy.cfg"));
        assertThat(Pattern.compile("timeout (?:client|server) (\\d+)m")
                        .matcher(shipped)
                        .results()
                        .map(MatchResult::group))
                .hasSize(2);
        assertThat(Pattern.compile("timeout (?:client|server) (\\d+)m")
                        .matcher(shipped)
                        .results()
                        .map(it -> Duration.ofMinutes(Long.parseLong(it.group(1)))))
                .allSatisfy(time -> assertThat(time).isGreaterThan(call));
    }
}
