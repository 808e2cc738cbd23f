package dev.tollgate.customers.mail;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.SmtpStandIn;
import dev.tollgate.testing.TlsKeys;
import io.vertx.core.Vertx;
import io.vertx.core.net.JksOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How mails go to a server that wants TLS and a login. */
@Timeout(60)
class MailServerTest {

    private static final String PASSWORD = "the-mail-servers-own-password";
    private static final Letter LETTER = new Letter("ann@example.org", "A subject", "A text.\n");

    @TempDir
    static Path folder;

    private static JksOptions keys;
    private static JksOptions others;
    private static Vertx vertx;

    @BeforeAll
    static void start() throws Exception {
        keys = TlsKeys.of(Files.createDirectory(folder.resolve("ours")), "localhost");
        others = TlsKeys.of(Files.createDirectory(folder.resolve("others")), "elsewhere.example");
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static MailServer server(SmtpStandIn far, SmtpStandIn.Tls wanted, String password, JksOptions trusted) {
        return new MailServer(
                vertx,
                new MailServer.Choice(
                        "localhost",
                        far.port(),
                        MailServer.Protection.valueOf(wanted.name()),
                        "tollgate",
                        password,
                        "tollgate@example.org",
                        "example.org"),
                trusted);
    }

    private static MailServer.NotSent refused(MailServer server) {
        return catchThrowableOfType(MailServer.NotSent.class, () -> server.send(LETTER, "mail_1"));
    }

    @ParameterizedTest
    @EnumSource(
            value = SmtpStandIn.Tls.class,
            names = {"IMPLICIT", "STARTTLS"})
    void a_mail_goes_through_tls_and_the_login_is_shown_only_inside_it(SmtpStandIn.Tls tls) {
        try (SmtpStandIn far = new SmtpStandIn(keys, tls, PASSWORD);
                MailServer server = server(far, tls, PASSWORD, keys)) {
            assertThatCode(() -> server.send(LETTER, "mail_1")).doesNotThrowAnyException();
            assertThat(far.heard()).contains("(tls)", "A text.");
            int secured = far.heard().indexOf("(tls)");
            assertThat(far.heard().subList(0, secured)).allMatch(line -> line.matches("EHLO.*|STARTTLS"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SmtpStandIn.Tls.class,
            names = {"IMPLICIT", "STARTTLS"})
    void an_untrusted_or_misnamed_certificate_is_refused_before_login_and_mail(SmtpStandIn.Tls tls) {
        try (SmtpStandIn unknown = new SmtpStandIn(keys, tls, PASSWORD);
                SmtpStandIn wrong = new SmtpStandIn(others, tls, PASSWORD);
                MailServer first = server(unknown, tls, PASSWORD, null);
                MailServer second = server(wrong, tls, PASSWORD, others)) {
            assertThat(refused(first)).hasMessageContaining("could not be used").matches(e -> !e.isFinal());
            assertThat(refused(second)).hasMessageContaining("could not be used");
            assertThat(unknown.heard()).noneMatch(line -> line.startsWith("AUTH") || line.startsWith("MAIL"));
            assertThat(wrong.heard()).noneMatch(line -> line.startsWith("AUTH") || line.startsWith("MAIL"));
        }
    }

    @Test
    void nothing_is_sent_if_required_tls_is_not_offered() {
        try (SmtpStandIn far = new SmtpStandIn(null, SmtpStandIn.Tls.NONE, PASSWORD);
                MailServer server = server(far, SmtpStandIn.Tls.STARTTLS, PASSWORD, keys)) {
            assertThat(refused(server)).isNotNull();
            assertThat(far.heard()).allMatch(line -> line.matches("EHLO.*|QUIT|\\(gone\\)"));
        }
    }

    @Test
    void a_refused_login_is_logged_without_the_password_that_the_server_repeats() {
        try (SmtpStandIn far = new SmtpStandIn(null, SmtpStandIn.Tls.NONE, "another one");
                PortalServer gateway = PortalServer.start(
                        Map.of(
                                "TOLLGATE_ADMIN_KEY", "admin-key-of-the-tests",
                                "TOLLGATE_OPERATOR_PASSWORD", "a long enough operator"),
                        "public.url",
                        MailBox.SITE,
                        "mail.host",
                        "127.0.0.1",
                        "mail.port",
                        "" + far.port(),
                        "mail.from",
                        MailBox.FROM,
                        "mail.user",
                        "tollgate",
                        "mail.password",
                        PASSWORD)) {
            gateway.post("/admin/mail", "{\"to\":\"ann@example.org\",\"reason\":\"a test\"}", "admin-key-of-the-tests");
            PortalServer.await(
                    "it was tried",
                    () -> gateway.number("SELECT COUNT(*) FROM outgoing_mail WHERE reason IS NOT NULL") == 1);
            Browser operator = new Browser(gateway.url());
            operator.signIn("operator", "a long enough operator");
            assertThat(operator.get("/console/settings/mail").body())
                    .contains("535", "is not the password")
                    .doesNotContain(PASSWORD);
            assertThat(gateway.get("/admin/mail", "admin-key-of-the-tests").text())
                    .contains("535")
                    .doesNotContain(PASSWORD);
        }
    }
}
