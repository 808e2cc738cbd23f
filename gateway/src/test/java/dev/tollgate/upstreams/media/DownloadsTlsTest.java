package dev.tollgate.upstreams.media;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.TlsKeys;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.JksOptions;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over TLS a download goes to the judged address, and asks for and checks the certificate of the name in the URL. */
class DownloadsTlsTest {

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> namesAskedFor = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private JksOptions store;

    @BeforeEach
    void start() throws Exception {
        store = TlsKeys.of(folder, "secure.test");
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(0)
                        .setSsl(true)
                        .setSni(true)
                        .setKeyCertOptions(store))
                .requestHandler(request -> {
                    namesAskedFor.add(request.connection().indicatedServerName() + " " + request.getHeader("host"));
                    request.response().end("%PDF-1.7\n");
                });
        server.listen().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private String download(String host, HttpClientOptions trusting) throws Exception {
        MediaLimits limits = new MediaLimits(1_000, 1_000, 1_000, 1_000_000, Duration.ofSeconds(10), 3, 4, 4);
        Resolver resolver = name -> List.of(InetAddress.ofLiteral("127.0.0.1"));
        Guard guard = new Guard(resolver, AllowedPlaces.of(List.of("127.0.0.1:" + server.actualPort())));
        MediaSpool spool = MediaSpool.open(folder.resolve("media"), 1_000_000);
        try (Downloads downloads = new Downloads(vertx, guard, spool, limits, trusting)) {
            String url = "https://" + host + ":" + server.actualPort() + "/x";
            Medium medium = downloads.get(
                    "acc",
                    new WantedMedium.Remote("p", url, new WantedMedium.Hint(null, true)),
                    new CallBudget(1_000, 0, "too much: %d"));
            medium.release();
            return medium.mimeType();
        }
    }

    private HttpClientOptions trusting() {
        return new HttpClientOptions().setTrustOptions(store);
    }

    @Test
    void the_name_of_the_url_is_asked_for_and_its_certificate_taken() throws Exception {
        assertThat(download("secure.test", trusting())).isEqualTo("application/pdf");
        assertThat(namesAskedFor).containsExactly("secure.test secure.test:" + server.actualPort());
    }

    @Test
    void a_certificate_of_another_name_is_refused() {
        assertThatThrownBy(() -> download("other.test", trusting())).isInstanceOf(MediaRefused.class);
        assertThatThrownBy(() -> download("127.0.0.1", trusting())).isInstanceOf(MediaRefused.class);
        assertThat(namesAskedFor).isEmpty();
    }

    @Test
    void a_certificate_without_a_known_issuer_is_refused() {
        assertThatThrownBy(() -> download("secure.test", new HttpClientOptions()))
                .isInstanceOf(MediaRefused.class);
        assertThat(namesAskedFor).isEmpty();
    }
}
