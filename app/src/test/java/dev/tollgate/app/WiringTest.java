package dev.tollgate.app;

import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Route;
import dev.tollgate.protocols.googleapi.GenerateErrors;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Golden;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Scrape;
import dev.tollgate.testing.TestCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A started server's parts, compared to the last byte with the files of {@code golden/app}: the routes with their gates and bodies, the
 * parts of the writer in their order, what is done again and again, what is open, the metrics, the text of the start. {@code -Dtollgate.golden=write} rewrites the files.
 */
@Timeout(240)
class WiringTest {

    private static final Path FOLDER = Path.of("app/src/test/resources/golden/app");
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final String PASSWORD = "the operator of the tests";

    /** A port that nothing listens on: a start does not wait for any of these servers. */
    private static final String NOWHERE = "http://127.0.0.1:9";

    private static final TestCa CA = new TestCa("ours");

    @TempDir
    Path folder;

    /** The configurations in which the parts of a server differ. */
    private enum Variant {
        SANDBOX,
        CHANNELS,
        POSTGRESQL,
        EVERYTHING
    }

    private Gateway start(Variant variant) throws Exception {
        Map<String, String> environment = new HashMap<>();
        environment.put("TOLLGATE_OPERATOR_PASSWORD", PASSWORD);
        return switch (variant) {
            case SANDBOX -> startAtNoon(Map.of());
            case CHANNELS ->
                startAtNoon(environment, "channels.file", channels().toString());
            case POSTGRESQL -> {
                environment.put("TOLLGATE_DATABASE_URL", Postgres.migrated());
                environment.put("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY);
                yield startAtNoon(environment);
            }
            case EVERYTHING -> everything(environment);
        };
    }

    private Path channels() throws Exception {
        return Files.writeString(folder.resolve("channels.yaml"), """
                channels:
                  - id: first
                    kind: gemini
                    base_url: %1$s
                    key: one
                  - id: second
                    kind: openai
                    base_url: %1$s/v1
                    key: two
                    models: {gemini-2.5-pro: pro}
                    credential_expires: 2027-03-31
                """.formatted(NOWHERE));
    }

    private Gateway everything(Map<String, String> environment) throws Exception {
        environment.put("TOLLGATE_ADMIN_KEY", "admin-key-of-the-tests");
        environment.put("TOLLGATE_STRIPE_SECRET_KEY", "sk_test_0123456789");
        environment.put("TOLLGATE_STRIPE_WEBHOOK_SECRET", "whsec_0123456789");
        TestCa.Identity server = CA.issue("server");
        return startAtNoon(
                environment,
                Stream.of(
                                List.of("stripe.url", NOWHERE, "stripe.allow-test-key", "true"),
                                List.of("gemini.api-key", "a-key", "gemini.base-url", NOWHERE),
                                List.of("upstream.proxy", NOWHERE),
                                List.of("public.url", MailBox.SITE, "mail.host", "127.0.0.1", "mail.port", "9"),
                                List.of("mail.from", MailBox.FROM),
                                List.of("oidc.issuer", NOWHERE, "oidc.client-id", "tollgate"),
                                List.of("oidc.client-secret", "secret", "oidc.name", "Acme ID"),
                                List.of("telemetry.otlp-endpoint", NOWHERE),
                                List.of("admin.listen", "127.0.0.1:0"),
                                List.of("admin.tls.certificate", file("server.pem", server.certificatePem())),
                                List.of("admin.tls.key", file("server.key", server.keyPem())),
                                List.of("admin.tls.client-ca", file("clients.pem", CA.pem())))
                        .flatMap(List::stream)
                        .toArray(String[]::new));
    }

    private String file(String name, String text) {
        return TestCa.write(folder.resolve(name), text).toString();
    }

    private static Gateway startAtNoon(Map<String, String> environment, String... settings) {
        return Gateway.start(
                Surroundings.REAL.with(it -> it.environment = environment::get).with(it -> it.clock = () -> NOON),
                environment,
                settings);
    }

    @ParameterizedTest
    @EnumSource(Variant.class)
    void a_started_server_has_the_parts_of_its_golden_files(Variant variant) throws Exception {
        try (Gateway gateway = start(variant)) {
            check("routes", routes(gateway.app()));
            check("parts", gateway.app().parts());
            check("sweeps-" + variant, sweeps(gateway.app()));
            check("opened-" + variant, gateway.app().opened());
            check("metrics", gateway.app().metrics().keySet());
            if (variant != Variant.EVERYTHING) { // there /metrics needs a certificate
                check("series-" + variant, series(gateway));
            }
            check("banner-" + variant, banner(gateway).lines().toList());
        }
    }

    private static void check(String name, Collection<String> lines) {
        Path file = FOLDER.resolve(name.toLowerCase(Locale.ROOT) + ".txt");
        new Golden(file, file).check(String.join("\n", lines));
    }

    private static List<String> routes(App app) {
        return app.routes().stream().map(WiringTest::line).toList();
    }

    private static List<String> sweeps(App app) {
        return app.sweeps().stream().map(it -> it.name() + " " + it.every()).toList();
    }

    private static String line(Route<?> route) {
        String bodies = route.bodies().stream().map(Enum::name).sorted().collect(Collectors.joining(" or "));
        return String.join(
                " | ",
                route.method() + " " + route.path(),
                route.gate().name(),
                bodies.isEmpty() ? "no body" : bodies,
                errors(route.errors()),
                route.servedWhileDraining() ? "while draining" : "until draining",
                route.bodyGate() == null ? "no body gate" : "body gate");
    }

    private static String errors(ErrorFormat format) {
        return format == ErrorFormat.PLATFORM ? "platform" : format == GenerateErrors.OBJECT ? "google" : "its own";
    }

    /** Those that the application itself adds, with their labels: a server that has done nothing yet has them all. */
    private static Collection<String> series(Gateway gateway) {
        return Scrape.of(gateway).series().keySet().stream()
                .filter(
                        name -> name.matches(
                                "tollgate_(writer_(queue|rides)|store_(up|readers|free|disk|bytes)|held|hold|node"
                                        + "|channel_(calls|conn|brea|rest|cred)|retry|unread|spans|replays|media|http_conn|body|build).*"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String banner(Gateway gateway) {
        String url = gateway.url();
        String text = gateway.app().banner().text(gateway.data());
        String sandbox =
                gateway.app().sandbox() == null ? NOWHERE : gateway.sandbox().baseUrl();
        return text.replace(url, "{url}")
                .replace(sandbox, "{upstream}")
                .replace(gateway.data().toString(), "{data}")
                .replaceAll("/[^ ]*/channels.yaml", "{channels}");
    }
}
