package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two servers over one database; the clock of the second is three hours ahead. */
@Timeout(240)
class ClockOffTest {

    private static final Duration AHEAD = Duration.ofHours(3);

    private final LogCapture log = new LogCapture();
    private Gateway right;
    private Gateway ahead;

    @BeforeEach
    void start() {
        String url = Postgres.migrated();
        Map<String, String> environment =
                Map.of("TOLLGATE_DATABASE_URL", url, "TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY);
        right = start(environment, () -> InstantSource.system().instant());
        ahead = start(environment, () -> InstantSource.system().instant().plus(AHEAD));
    }

    /** @param clock the database's, or next to it */
    private static Gateway start(Map<String, String> environment, InstantSource clock) {
        return Gateway.start(
                Surroundings.REAL.with(it -> {
                    it.environment = environment::get;
                    it.clock = clock;
                }),
                environment,
                "admin.key",
                Channels.ADMIN_KEY);
    }

    @AfterEach
    void stop() {
        ahead.close();
        right.close();
        log.close();
    }

    @Test
    void a_server_with_a_wrong_clock_says_so() {
        Gateway.await("the log", () -> log.text().contains(" ahead of the database's. Set it (NTP)"));
        assertThat(ahead.get("/metrics", Channels.ADMIN_KEY).text())
                .containsPattern("\ntollgate_clock_offset_seconds -10[78]\\d\\d\\.");
    }

    @Test
    void a_server_with_a_wrong_clock_takes_the_uploads_of_others() {
        Customer customer = right.customer("10");
        Gateway.Reply begun = right.send(upload(right.url() + "/upload/v1beta/files", customer, "start", "{}")
                .header("X-Goog-Upload-Protocol", "resumable")
                .header("X-Goog-Upload-Header-Content-Length", "5")
                .header("X-Goog-Upload-Header-Content-Type", "text/plain"));
        assertThat(begun.status()).as(begun.text()).isEqualTo(200);
        String path = URI.create(begun.header("x-goog-upload-url")).getPath();

        Gateway.Reply whole = ahead.send(upload(ahead.url() + path, customer, "upload, finalize", "Hello")
                .header("X-Goog-Upload-Offset", "0"));

        assertThat(whole.status()).as(whole.text()).isEqualTo(200);
        String name = whole.json().at("/file/name").asString();
        assertThat(ahead.get("/v1beta/" + name, customer.key()).status()).isEqualTo(200);
    }

    private static HttpRequest.Builder upload(String url, Customer customer, String command, String body) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("x-goog-api-key", customer.key())
                .header("X-Goog-Upload-Command", command)
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }
}
