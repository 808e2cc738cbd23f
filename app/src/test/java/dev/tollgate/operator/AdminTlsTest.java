package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.TestCa;
import dev.tollgate.testing.TestCa.Identity;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** HTTPS at the operator's own address: whom it lets in, and what it does when its files change. */
@Timeout(60)
class AdminTlsTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String GRANT = "{\"credits\":1,\"reason\":\"a test\",\"id\":\"%s\"}";
    private static final String KEY = "admin.tls.key";
    private static final String CERTIFICATE = "admin.tls.certificate";

    private static final TestCa OURS = new TestCa("ours");
    private static final TestCa STRANGERS = new TestCa("strangers");
    private static final Identity SERVER = OURS.issue("server");

    @TempDir
    private static Path folder;

    private static Gateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = Gateway.start(
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY),
                "admin.listen",
                "127.0.0.1:0",
                CERTIFICATE,
                file("server.pem", SERVER.certificatePem()),
                KEY,
                file("server.key", SERVER.keyPem()),
                "admin.tls.client-ca",
                file("clients.pem", OURS.pem()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String file(String name, String text) {
        return TestCa.write(folder.resolve(name), text).toString();
    }

    private static URI at(String path) {
        return URI.create("https://127.0.0.1:" + gateway.app().adminPort() + path);
    }

    private static HttpResponse<String> send(SSLContext tls, HttpRequest.Builder request) throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(tls)
                .version(HttpClient.Version.HTTP_1_1)
                .build()) {
            return client.send(request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static int status(SSLContext tls, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path));
        return send(tls, headers.length == 0 ? request : request.headers(headers))
                .statusCode();
    }

    private static boolean isAnswered(SSLContext tls) {
        try {
            return status(tls, "/health/live") == 200;
        } catch (IOException e) {
            return false; // another certificate than is trusted, or a machine with too much to do
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    // ---- who is let in ----

    @Test
    void who_shows_a_certificate_of_the_operators_needs_no_key_and_stands_in_the_audit_log_by_its_name()
            throws Exception {
        SSLContext ann = OURS.trusting(OURS.issue("ann"));
        assertThat(status(ann, "/admin/accounts")).isEqualTo(200);
        assertThat(status(ann, "/metrics")).isEqualTo(200);
        String account = gateway.customer("0").account();
        HttpResponse<String> granted = send(
                ann,
                HttpRequest.newBuilder(at("/admin/accounts/" + account + "/grants"))
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(GRANT.formatted("tls-1"))));
        assertThat(granted.statusCode()).as(granted.body()).isLessThan(300);
        assertThat(send(ann, HttpRequest.newBuilder(at("/admin/audit?limit=1"))).body())
                .contains("certificate CN=ann");
    }

    @Test
    void requests_without_a_certificate_need_the_key_except_for_health() throws Exception {
        SSLContext nobody = OURS.trusting(null);
        assertThat(status(nobody, "/admin/accounts")).isEqualTo(401);
        assertThat(status(nobody, "/admin/accounts", "authorization", "Bearer " + ADMIN_KEY))
                .isEqualTo(200);
        assertThat(status(nobody, "/health/live")).isEqualTo(200);
    }

    @Test
    void
            a_certificate_of_another_authority_lets_nobody_in_and_a_forged_one_ends_the_connection_without_a_fault_of_ours()
                    throws Exception {
        try (LogCapture log = new LogCapture()) {
            assertThat(status(OURS.trusting(STRANGERS.issue("ann")), "/admin/accounts"))
                    .isEqualTo(401);
            SSLContext forged = OURS.trusting(new TestCa("ours").issue("ann"));
            assertThatThrownBy(() -> status(forged, "/health/live")).isInstanceOf(IOException.class);
            assertThat(isAnswered(OURS.trusting(null))).isTrue();
            assertThat(log.text()).doesNotContain("is closed by a fault");
        }
    }

    @Test
    void a_key_that_is_shown_decides_and_a_page_in_a_browser_has_no_use_of_its_certificate() throws Exception {
        SSLContext ann = OURS.trusting(OURS.issue("ann"));
        assertThat(status(ann, "/admin/accounts", "authorization", "Bearer of-nobody-at-all"))
                .isEqualTo(401);
        assertThat(status(ann, "/admin/accounts", "origin", "https://elsewhere.example"))
                .isEqualTo(401);
        assertThat(status(ann, "/admin/accounts", "sec-fetch-site", "cross-site"))
                .isEqualTo(401);
        assertThat(status(ann, "/admin/accounts", "sec-fetch-site", "none")).isEqualTo(200);
    }

    @Test
    void the_admin_address_requires_tls_while_callers_keep_plain_http() throws Exception {
        try (Socket plain = new Socket("127.0.0.1", gateway.app().adminPort());
                LogCapture log = new LogCapture()) {
            plain.setSoTimeout(20_000);
            plain.getOutputStream()
                    .write("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("HTTP/1.1");
            assertThat(log.text()).doesNotContain("is closed by a fault");
        }
        assertThat(gateway.get("/v1/models").status()).isEqualTo(200);
    }

    // ---- files that change ----

    @Test
    void the_next_connection_uses_changed_files_and_ignores_broken_files() throws Exception {
        SSLContext ours = OURS.trusting(null);
        SSLContext strangers = STRANGERS.trusting(null);
        Identity next = STRANGERS.issue("server");
        try (LogCapture log = new LogCapture()) {
            file("server.pem", next.certificatePem()); // and not its key yet
            Gateway.await("a line", () -> log.text().contains("does not hold the private key"));
            Gateway.await("the old one still", () -> isAnswered(ours));
            file("server.key", next.keyPem());
            Gateway.await("the new one", () -> isAnswered(strangers));
            assertThatThrownBy(() -> status(ours, "/health/live")).hasMessageContaining("PKIX");
            assertThat(log.text()).containsOnlyOnce("The previous certificates stay in use");
        } finally {
            file("server.pem", SERVER.certificatePem());
            file("server.key", SERVER.keyPem());
            Gateway.await("the old one again", () -> isAnswered(ours));
        }
    }

    // ---- what stops the start ----

    private static String refusal(String... settings) {
        try (Gateway started = Gateway.start(settings)) {
            throw new AssertionError("it has started at " + started.url());
        } catch (ConfigException e) {
            return e.getMessage();
        }
    }

    private String refusal(String certificate, String key, String clients) {
        return refusal(
                "admin.listen", "127.0.0.1:0", CERTIFICATE, certificate, KEY, key, "admin.tls.client-ca", clients);
    }

    @Test
    void files_that_cannot_be_used_stop_the_start_by_name_with_what_is_allowed() throws Exception {
        String good = file("good.pem", SERVER.certificatePem());
        String key = file("good.key", SERVER.keyPem());
        String clients = file("good-clients.pem", OURS.pem());
        String text = file("text.pem", "no certificate");
        assertThat(refusal(text, key, clients))
                .contains("--admin-tls-certificate", "holds no certificate", text, "allowed is a PEM file");
        assertThat(refusal(good, text, clients)).contains("--admin-tls-key", "holds no private key", "PKCS#8");
        assertThat(refusal(good, file("other.key", OURS.issue("x").keyPem()), clients))
                .contains("does not hold the private key of the certificate");
        assertThat(refusal(good, key, text)).contains("--admin-tls-client-ca", "holds no certificate");
        assertThat(refusal(good, folder.resolve("none").toString(), clients)).contains("is not there");
        assertThat(refusal(good, folder.toString(), clients)).contains("is not a regular file");
    }

    @Test
    void a_key_that_others_can_read_stops_the_start() throws Exception {
        String good = file("good.pem", SERVER.certificatePem());
        String clients = file("good-clients.pem", OURS.pem());
        Path open = Path.of(file("open.key", SERVER.keyPem()));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(refusal(good, open.toString(), clients)).contains("other users of this machine can read");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r-----"));
        Gateway.start("admin.listen", "127.0.0.1:0", CERTIFICATE, good, KEY, open.toString())
                .close();
    }

    @Test
    void half_of_it_stops_the_start_with_the_line_and_the_key() throws Exception {
        Path settings = folder.resolve("tollgate.yaml");
        Files.writeString(settings, "admin:\n  tls:\n    certificate: /nowhere\n");
        assertThat(refusal("config", settings.toString()))
                .contains("tollgate.yaml", "3", CERTIFICATE, "needs admin.listen");
        assertThat(refusal("config", settings.toString(), "admin.listen", "127.0.0.1:0"))
                .contains("tollgate.yaml", "without " + KEY);
        assertThat(refusal("admin.listen", "127.0.0.1:0", "admin.tls.client-ca", "/nowhere"))
                .contains("--admin-tls-client-ca", "without " + CERTIFICATE);
    }
}
