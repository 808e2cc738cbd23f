package dev.tollgate.upstreams;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.log.Event;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.ConnectProxy;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Ports;
import dev.tollgate.testing.StripeStandIn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that may reach the world only through a proxy. */
@Timeout(240)
class OutboundProxyTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Hi"}]}""";
    private static final String PASSWORD = "p@ss:w0rd";
    private static final String ENCODED = "p%40ss:w0rd";

    private static FarServer upstream;
    private static StripeStandIn stripe;
    private static ConnectProxy proxy;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        upstream = FarServer.saying("from afar");
        stripe = new StripeStandIn();
        proxy = new ConnectProxy(
                "me:" + PASSWORD,
                Map.of(
                        "upstream.test:80",
                        URI.create(upstream.url()).getPort(),
                        "stripe.test:80",
                        URI.create(stripe.url()).getPort()));
    }

    @AfterAll
    static void stop() {
        proxy.close();
        stripe.close();
        upstream.close();
    }

    private static String url(String credentials, int port) {
        return "http://" + credentials + "@127.0.0.1:" + port;
    }

    private Gateway gateway(String baseUrl, Map<String, String> environment) throws IOException {
        Path channels = Files.writeString(folder.resolve("channels.yaml"), """
                channels:
                  - {id: far, kind: gemini, key: upstream-key, base_url: "%s"}
                """.formatted(baseUrl));
        Map<String, String> all = new HashMap<>(environment);
        all.put("TOLLGATE_CHANNELS_FILE", channels.toString());
        all.put("TOLLGATE_DEMO_CREDITS", "1000");
        all.put("TOLLGATE_TIMEOUTS_UPSTREAM_CONNECT", "300ms");
        return Gateway.start(all);
    }

    @Test
    void a_channel_is_asked_through_the_proxy_of_the_environment() throws Exception {
        try (LogCapture log = new LogCapture();
                Gateway gateway =
                        gateway("http://upstream.test", Map.of("HTTPS_PROXY", url("me:" + ENCODED, proxy.port())))) {
            assertThat(gateway.chat(CALL).text()).contains("from afar");
            assertThat(proxy.asked()).contains("CONNECT upstream.test:80 HTTP/1.1");
            assertThat(gateway.app().banner().text())
                    .contains("Proxy      http://127.0.0.1:" + proxy.port())
                    .doesNotContain("me:", "w0rd");
            assertThat(log.text()).doesNotContain("w0rd");
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void stripe_is_asked_through_the_proxy() throws Exception {
        String operatorPassword = "a sentence nobody else has";
        try (Gateway gateway = Gateway.start(
                Map.of(
                        "TOLLGATE_STRIPE_SECRET_KEY",
                        StripeStandIn.KEY,
                        "TOLLGATE_STRIPE_WEBHOOK_SECRET",
                        StripeStandIn.SECRET,
                        "TOLLGATE_OPERATOR_PASSWORD",
                        operatorPassword,
                        "TOLLGATE_UPSTREAM_PROXY",
                        "http://me:" + ENCODED + "@localhost:" + proxy.port()),
                "stripe.url",
                "http://stripe.test")) {
            Browser operator = new Browser(gateway.url());
            operator.signIn("operator", operatorPassword);
            String page = "/console/payments";
            assertThat(operator.submit(page, page, Map.of("deed", "payment.event", "event", "evt_1"))
                            .body())
                    .contains("Stripe answered with status 401");
            assertThat(proxy.asked()).contains("CONNECT stripe.test:80 HTTP/1.1");
            assertThat(gateway.chat(CALL).status()).isEqualTo(200); // by the sandbox, which is on this machine
        }
    }

    @Test
    void the_sign_in_provider_is_asked_through_the_proxy() {
        try (Gateway gateway = Gateway.start(
                Map.of(
                        "TOLLGATE_OIDC_CLIENT_SECRET",
                        "client-secret",
                        "TOLLGATE_UPSTREAM_PROXY",
                        url("me:" + ENCODED, proxy.port())),
                "public.url",
                "https://ai.example.org",
                "oidc.issuer",
                "https://sign-in.test",
                "oidc.client-id",
                "us")) {
            Gateway.await(
                    "the provider to be asked", () -> proxy.asked().contains("CONNECT sign-in.test:443 HTTP/1.1"));
        }
    }

    @Test
    void what_the_proxy_refuses_is_an_upstream_failure_that_names_it() throws Exception {
        failsAndNames("status: 407", url("me:wrong", proxy.port()), proxy.port(), "http://upstream.test");
        failsAndNames("status: 502", url("me:" + ENCODED, proxy.port()), proxy.port(), "http://unknown.test");
    }

    @Test
    void a_proxy_that_is_not_there_is_an_upstream_failure_that_names_it() throws Exception {
        int port = Ports.free();
        failsAndNames("refused", url("me:x", port), port, "http://upstream.test");
    }

    @Test
    void a_silent_proxy_is_waited_for_as_long_as_an_upstream() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            int port = silent.getLocalPort();
            failsAndNames("timeout", url("me:x", port), port, "http://upstream.test");
        }
    }

    private void failsAndNames(String why, String url, int port, String baseUrl) throws Exception {
        try (LogCapture log = new LogCapture();
                Gateway gateway = gateway(baseUrl, Map.of("TOLLGATE_UPSTREAM_PROXY", url))) {
            Gateway.Reply reply = gateway.chat(CALL);
            assertError(reply, 503, "upstream_error", "upstream_error");
            assertThat(reply.text()).doesNotContain("proxy", "127.0.0.1", ".test");
            assertThat(log.about(Event.UPSTREAM_FAILED)).isNotEmpty();
            assertThat(log.text()).contains("the proxy 127.0.0.1:" + port, why).doesNotContain("wrong", "w0rd", "me:");
            assertThat(gateway.credits().get("total_consumed").decimalValue()).isZero();
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void hosts_of_no_proxy_and_this_machine_are_reached_directly() throws Exception {
        int before = proxy.asked().size();
        Map<String, String> environment =
                Map.of("ALL_PROXY", url("me:" + ENCODED, proxy.port()), "no_proxy", "a.test, 127.9.9.9 upstream.test");
        try (Gateway gateway = gateway(upstream.url(), environment)) {
            assertThat(gateway.chat(CALL).text()).contains("from afar");
        }
        try (Gateway gateway = gateway("http://no-such-host.upstream.test", environment)) {
            assertError(gateway.chat(CALL), 503, "upstream_error", "upstream_error");
        }
        assertThat(proxy.asked()).hasSize(before);
    }
}
