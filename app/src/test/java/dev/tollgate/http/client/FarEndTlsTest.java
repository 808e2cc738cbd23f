package dev.tollgate.http.client;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.ConnectProxy;
import dev.tollgate.testing.TlsKeys;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.JksOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Over https an upstream server is identified by its certificate, for the name in its URL. */
@Timeout(240)
class FarEndTlsTest {

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private int serve(JksOptions keys) throws Exception {
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(0)
                        .setSsl(true)
                        .setSni(true)
                        .setKeyCertOptions(keys))
                .requestHandler(request -> request.response()
                        .end(request.connection().indicatedServerName() + " " + request.getHeader("host")));
        return server.listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS)
                .actualPort();
    }

    private String asked(FarEnd farEnd) throws Exception {
        CompletableFuture<WholeReply> answer = new CompletableFuture<>();
        vertx.runOnContext(_ -> farEnd.connect(farEnd.post("/"))
                .compose(roundtrip -> {
                    var whole = WholeReply.of(roundtrip, 1_000);
                    roundtrip.send(new byte[0]);
                    return whole;
                })
                .onComplete(answer::complete, answer::completeExceptionally));
        return new String(answer.get(20, TimeUnit.SECONDS).body(), StandardCharsets.UTF_8);
    }

    private FarEnd farEnd(String host, int port, ClientSSLOptions trust) {
        return new FarEnd(Outbound.direct(vertx), "https://" + host + ":" + port, 1, Timeouts.DEFAULT, trust);
    }

    @Test
    void a_server_with_a_trusted_certificate_of_its_name_is_asked_by_that_name() throws Exception {
        JksOptions keys = TlsKeys.of(folder, "localhost");
        int port = serve(keys);
        FarEnd farEnd = farEnd("localhost", port, new ClientSSLOptions().setTrustOptions(keys));
        assertThat(asked(farEnd)).endsWith("localhost:" + port);
    }

    @Test
    void a_certificate_of_another_name_is_refused() throws Exception {
        JksOptions keys = TlsKeys.of(folder, "other.test");
        FarEnd farEnd = farEnd("localhost", serve(keys), new ClientSSLOptions().setTrustOptions(keys));
        assertThatThrownBy(() -> asked(farEnd))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SSLHandshakeException.class)
                .hasStackTraceContaining("matching localhost found");
    }

    @Test
    void a_certificate_of_an_unknown_authority_is_refused() throws Exception {
        int port = serve(TlsKeys.of(folder, "localhost"));
        FarEnd farEnd = new FarEnd(Outbound.direct(vertx), "https://localhost:" + port, 1, Timeouts.DEFAULT);
        assertThatThrownBy(() -> asked(farEnd))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void tls_through_a_proxy_ends_at_the_upstream_server() throws Exception {
        JksOptions keys = TlsKeys.of(folder, "upstream.test");
        int port = serve(keys);
        ClientSSLOptions trust = new ClientSSLOptions().setTrustOptions(keys);
        try (ConnectProxy proxy =
                new ConnectProxy("me:secret", Map.of("upstream.test:443", port, "other.test:443", port))) {
            Outbound outbound = new Outbound(vertx, Outbound.proxy("127.0.0.1", proxy.port(), "me:secret"), List.of());

            FarEnd farEnd = new FarEnd(outbound, "https://upstream.test", 1, Timeouts.DEFAULT, trust);
            assertThat(asked(farEnd)).isEqualTo("upstream.test upstream.test");
            assertThat(asked(farEnd)).isEqualTo("upstream.test upstream.test");
            assertThat(proxy.asked()).containsExactly("CONNECT upstream.test:443 HTTP/1.1");

            FarEnd other = new FarEnd(outbound, "https://other.test", 1, Timeouts.DEFAULT, trust);
            assertThatThrownBy(() -> asked(other))
                    .hasCauseInstanceOf(SSLHandshakeException.class)
                    .hasStackTraceContaining("matching other.test found");
        }
    }
}
