package dev.tollgate.base.config;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsLoaderTest {

    private static final String KEY = "sk-abcdefgh";

    @TempDir
    Path folder;

    @Test
    void without_any_choice_the_defaults_hold() {
        Settings settings = SettingsLoader.load(Map.of(), Map.of());
        assertThat(settings.get(ServerSettings.PORT)).isEqualTo(8080);
        assertThat(settings.get(ServerSettings.HOST)).isEqualTo("127.0.0.1");
        assertThat(settings.data()).isEqualTo(Path.of("./data"));
        assertThat(settings.find(ServerSettings.MODELS_FILE)).isNull();
        assertThat(settings.hasRealUpstream()).isFalse();
        assertDemo(settings, null, 10_000_000_000L, false);
        assertValues(
                settings,
                List.of(TrafficSettings.SANDBOX_PORT, TrafficSettings.SANDBOX_SEED, TrafficSettings.SANDBOX_PACE),
                List.of(0, 1L, Duration.ZERO));
        assertValues(
                settings,
                List.of(TrafficSettings.TRUSTED_HOPS, TrafficSettings.ACCESS_LOG, TrafficSettings.CORS_ORIGINS),
                List.of(0, false, List.of("*")));
        assertThat(settings.jsonClients())
                .isEqualTo(new Settings.JsonClients(
                        true,
                        List.of("x-stainless-lang"),
                        List.of("ai-sdk"),
                        List.of(
                                "node",
                                "undici",
                                "deno",
                                "bun",
                                "python-requests",
                                "python-urllib",
                                "okhttp",
                                "java-http-client",
                                "java",
                                "guzzlehttp",
                                "ruby",
                                "faraday",
                                "dart")));
        assertValues(
                settings,
                List.of(
                        TrafficSettings.BODY_BYTES,
                        TrafficSettings.HEADER_BYTES,
                        TrafficSettings.CONNECTIONS,
                        TrafficSettings.NESTING,
                        TrafficSettings.MESSAGES,
                        TrafficSettings.TOOLS,
                        TrafficSettings.MEDIA),
                List.of(33_554_432L, 32_768L, 16_384, 64, 10_000, 512, 100));
        assertThat(settings.find(TrafficSettings.ADDRESS_CONNECTIONS)).isNull();
        assertThat(settings.list(TrafficSettings.MEDIA_ALLOW)).isEmpty();
        assertThat(settings.list(TrafficSettings.MEDIA_GS)).isEmpty();
        assertValues(
                settings,
                List.of(
                        TrafficSettings.MEDIA_BYTES,
                        TrafficSettings.MEDIA_CALL_BYTES,
                        TrafficSettings.MEDIA_SPOOL_BYTES,
                        TrafficSettings.MEDIA_TIME,
                        TrafficSettings.MEDIA_REDIRECTS,
                        TrafficSettings.MEDIA_DOWNLOADS,
                        TrafficSettings.MEDIA_ACCOUNT_DOWNLOADS),
                List.of(100L << 20, 300L << 20, 4L << 30, Duration.ofSeconds(30), 3, 64, 8));
        assertValues(
                settings,
                List.of(
                        TrafficSettings.ANNOUNCE,
                        TrafficSettings.DRAIN,
                        TrafficSettings.BODY,
                        TrafficSettings.BODY_TOTAL,
                        TrafficSettings.IDLE,
                        TrafficSettings.WRITE,
                        TrafficSettings.CALL,
                        TrafficSettings.UPSTREAM_CONNECT,
                        TrafficSettings.UPSTREAM_FIRST,
                        TrafficSettings.UPSTREAM_IDLE),
                List.of(
                        Duration.ZERO,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(120),
                        Duration.ofSeconds(75),
                        Duration.ofSeconds(120),
                        Duration.ofMinutes(15),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(120)));
        assertThat(settings.warnings()).isEmpty();
    }

    private static void assertValues(Settings settings, List<Setting<?>> names, List<?> values) {
        assertThat(names.stream().<Object>map(settings::find).toList()).isEqualTo(values);
    }

    private static void assertDemo(Settings settings, Secret key, long creditsMicros, boolean asked) {
        assertThat(settings.find(ServerSettings.DEMO_KEY)).isEqualTo(key);
        assertThat(settings.get(ServerSettings.DEMO_CREDITS)).isEqualTo(creditsMicros);
        assertThat(settings.isDemoAsked()).isEqualTo(asked);
    }

    @Test
    void an_argument_wins_over_the_environment_and_that_over_the_file() {
        String file = file("port: 1\nhost: file\ndata: file\nhttp:\n  trusted-hops: 3\n");
        Settings settings = SettingsLoader.load(
                Map.of("config", file, "port", "3"), Map.of("TOLLGATE_PORT", "2", "TOLLGATE_HOST", "env"));
        assertThat(settings.get(ServerSettings.PORT)).isEqualTo(3);
        assertThat(settings.get(ServerSettings.HOST)).isEqualTo("env");
        assertThat(settings.data()).isEqualTo(Path.of("file"));
        assertThat(settings.get(TrafficSettings.TRUSTED_HOPS)).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "log.format, xml, text or json",
        "log.addresses, none, cut or whole",
        "brand.terms, ours, an http or https URL",
        "sign-up.open, perhaps, 'auto, true or false'",
    })
    void what_can_be_changed_while_the_program_runs_is_checked_at_the_start_like_all_else(
            String name, String value, String allowed) {
        String file = file("\n" + name + ": " + value + "\n");
        assertThatThrownBy(() -> SettingsLoader.load(Map.of("config", file), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage(file + ":2: " + name + " is '" + value + "'; allowed is " + allowed + ".");
    }

    @Test
    void the_file_may_be_named_by_the_environment_and_write_dots_either_way() {
        String file = file("cors.origins: [https://a.example, 'http://b.example:81']\nlimits: {body-bytes: 1MiB}\n");
        Settings settings = SettingsLoader.load(Map.of(), Map.of("TOLLGATE_CONFIG", file));
        assertThat(settings.get(TrafficSettings.CORS_ORIGINS))
                .containsExactly("https://a.example", "http://b.example:81");
        assertThat(settings.get(TrafficSettings.BODY_BYTES)).isEqualTo(1_048_576);
    }

    @Test
    void the_upstreams_variables_have_the_names_that_others_know() {
        Settings settings = SettingsLoader.load(
                Map.of(), Map.of("GEMINI_API_KEY", "AIza-1", "GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9000/"));
        assertThat(settings.find(ServerSettings.GEMINI_API_KEY)).isEqualTo(new Secret("AIza-1"));
        assertThat(settings.find(ServerSettings.GEMINI_BASE_URL)).isEqualTo(URI.create("http://127.0.0.1:9000"));
        assertThat(SettingsLoader.load(Map.of(), Map.of("GOOGLE_GEMINI_BASE_URL", "https://x.example/gem"))
                        .hasRealUpstream())
                .isTrue();
    }

    private static UpstreamProxy proxy(String value) {
        return SettingsLoader.load(Map.of(), Map.of("TOLLGATE_UPSTREAM_PROXY", value))
                .upstreamProxy();
    }

    @Test
    void a_proxy_has_a_host_a_port_and_perhaps_credentials() {
        assertThat(proxy("http://proxy.corp:3128")).isEqualTo(new UpstreamProxy("proxy.corp", 3128, null, List.of()));
        assertThat(proxy("HTTP://me:p%40ss+%C3%A9:1@[fd00::1]:80/"))
                .isEqualTo(new UpstreamProxy("fd00::1", 80, new Secret("me:p@ss+é:1"), List.of()));
        assertThat(proxy("me@proxy.corp:1").credentials()).isEqualTo(new Secret("me:"));
        assertThat(proxy("http://me:x@[fd00::1]:80").shown()).isEqualTo("http://[fd00::1]:80");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://me:x@proxy:3128",
                "socks5://proxy:1080",
                "http://proxy",
                "http://proxy:0",
                "http://proxy:65536",
                "http://proxy:3128/path",
                "http://me:%0d%0a@proxy:3128",
                "http://me:%zz@proxy:3128",
                "http://me:a@b@proxy:3128",
            })
    void a_proxy_that_cannot_be_asked_stops_the_start_unshown(String value) {
        assertThatThrownBy(() -> proxy(value))
                .isInstanceOf(ConfigException.class)
                .hasMessage("TOLLGATE_UPSTREAM_PROXY is not valid; allowed is http://[user:password@]host:port.");
    }

    @ParameterizedTest
    @CsvSource({
        "HTTPS_PROXY=http://a:1 HTTP_PROXY=http://b:2 ALL_PROXY=http://c:3, a",
        "https_proxy=http://a:1 HTTPS_PROXY=http://b:2, a",
        "HTTP_PROXY=http://b:2 ALL_PROXY=http://c:3, b",
        "http_proxy=b:2, b",
        "all_proxy=http://c:3, c",
        "HTTPS_PROXY= ALL_PROXY=http://c:3, c",
        "HTTPS_PROXY=http://a:1 TOLLGATE_UPSTREAM_PROXY=http://own:9, own",
    })
    void the_usual_variables_are_the_proxys_default(String variables, String host) {
        Map<String, String> environment = new HashMap<>();
        for (String variable : variables.split(" ")) {
            environment.put(variable.split("=", 2)[0], variable.split("=", 2)[1]);
        }
        Settings settings = SettingsLoader.load(Map.of(), environment);
        assertThat(Objects.requireNonNull(settings.upstreamProxy()).host()).isEqualTo(host);
        assertThat(settings.warnings()).isEmpty();
    }

    @Test
    void a_usual_variable_that_is_not_understood_is_a_warning_without_its_value() {
        Settings settings = SettingsLoader.load(Map.of(), Map.of("ALL_PROXY", "socks5://me:secret@proxy:1080"));
        assertThat(settings.upstreamProxy()).isNull();
        assertThat(settings.warnings())
                .containsExactly(
                        "ALL_PROXY has no effect; allowed is http://[user:password@]host:port. Set upstream.proxy.");
    }

    @Test
    void hosts_without_the_proxy_come_from_the_setting_or_from_no_proxy() {
        Map<String, String> environment =
                Map.of("http_proxy", "http://a:1", "NO_PROXY", " ,localhost, .corp *.svc 10.0.0.0/8,fd00::1,x:80 ");
        Settings settings = SettingsLoader.load(Map.of(), environment);
        assertThat(Objects.requireNonNull(settings.upstreamProxy()).direct())
                .containsExactly("localhost", ".corp", "*.svc", "10.0.0.0/8", "fd00::1");
        assertThat(settings.warnings()).singleElement().asString().startsWith("NO_PROXY: 'x:80' has no effect;");
        assertThat(SettingsLoader.load(Map.of("upstream.no-proxy", "*"), environment)
                        .upstreamProxy()
                        .direct())
                .containsExactly("*");
    }

    @Test
    void a_demo_account_is_asked_for_by_its_key_or_its_credits() {
        assertDemo(
                SettingsLoader.load(Map.of(), Map.of("TOLLGATE_DEMO_KEY", KEY)),
                new Secret(KEY),
                10_000_000_000L,
                true);
        assertDemo(SettingsLoader.load(Map.of(), Map.of("TOLLGATE_DEMO_CREDITS", "12.5")), null, 12_500_000L, true);
    }

    @Test
    void an_empty_variable_counts_as_not_set() {
        Settings settings = SettingsLoader.load(Map.of(), Map.of("TOLLGATE_PORT", "", "GEMINI_API_KEY", ""));
        assertThat(settings.get(ServerSettings.PORT)).isEqualTo(8080);
        assertThat(settings.hasRealUpstream()).isFalse();
    }

    @Test
    void an_unknown_variable_causes_a_warning_and_has_no_effect() {
        Settings settings = SettingsLoader.load(Map.of(), Map.of("TOLLGATE_SERVICE_HOST", "10.0.0.1", "OTHER", "x"));
        assertThat(settings.warnings())
                .containsExactly("TOLLGATE_SERVICE_HOST is not the name of a setting; it has no effect.");
    }

    @Test
    void clients_that_get_json_can_be_chosen() {
        Settings settings =
                SettingsLoader.load(Map.of("clients.json", "header:X-Mine, agent:My-Client/2, product:Mine"), Map.of());
        assertThat(settings.jsonClients())
                .isEqualTo(new Settings.JsonClients(false, List.of("x-mine"), List.of("my-client/2"), List.of("mine")));
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "port | 65536 | allowed is a whole number from 0 to 65535.",
                "port | eighty | allowed is a whole number from 0 to 65535.",
                "port | 99999999999999999999 | allowed is a whole number from 0 to 65535.",
                "host | a b | allowed is an address or a host's name.",
                "http.access-log | yes | allowed is true or false.",
                "limits.body-bytes | 32 MB | allowed is a size like 64KiB or 32MiB, from 1024 to 1073741824 bytes.",
                "limits.body-bytes | 999999999999999GiB | allowed is a size like",
                "timeouts.drain | 30 | allowed is a time like 500ms, 30s, 10m or 1h, from 0s to 86400s.",
                "timeouts.idle | 99ms | from 100ms to 86400s.",
                "demo.credits | 1.0000001 | allowed is a decimal number of credits with at most 6 decimals",
                "demo.credits | -1 | allowed is a decimal number of credits",
                "cors.origins | https://a.example/path | allowed is at most 100, with commas between them",
                "clients.json | everybody | accept-json, header:NAME, agent:PART or product:NAME.",
                "gemini.base-url | ftp://a.example | allowed is an http or https URL",
                "gemini.base-url | http://a.example?x=1 | allowed is an http or https URL",
                "sandbox.seed | 1.5 | allowed is a whole number of at most 18 digits.",
                "database | mysql | allowed is sqlite: the embedded file",
            })
    void a_value_that_is_not_allowed_stops_the_start(String name, String text, String complaint) {
        assertThatThrownBy(() -> SettingsLoader.load(Map.of(name, text), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("--" + name.replace('.', '-') + " is ")
                .hasMessageContaining(complaint);
    }

    @Test
    void a_complaint_names_the_variable_or_the_line_and_shows_what_came() {
        assertThatThrownBy(() -> SettingsLoader.load(Map.of(), Map.of("TOLLGATE_PORT", "tcp://10.0.0.1:80")))
                .hasMessage("TOLLGATE_PORT is 'tcp://10.0.0.1:80'; allowed is a whole number from 0 to 65535.");
        String file = file("host: a\nport: x\n");
        assertThatThrownBy(() -> SettingsLoader.load(Map.of("config", file), Map.of()))
                .hasMessage(file + ":2: port is 'x'; allowed is a whole number from 0 to 65535.");
    }

    @Test
    void an_unknown_key_an_unknown_argument_and_a_missing_file_stop_the_start() {
        String file = file("http:\n  trusted-hopps: 1\n");
        assertThatThrownBy(() -> SettingsLoader.load(Map.of("config", file), Map.of()))
                .hasMessageStartingWith(file + ":2: http.trusted-hopps is an unknown key; allowed is one of ")
                .hasMessageContaining("http.trusted-hops");
        assertThatThrownBy(() -> SettingsLoader.load(Map.of("porr", "1"), Map.of()))
                .hasMessage("--porr is not the name of a setting.");
        assertThatThrownBy(() -> SettingsLoader.load(Map.of("config", "/nowhere/x.yaml"), Map.of()))
                .hasMessageContaining("/nowhere/x.yaml: cannot be read");
    }

    @Test
    void a_file_cannot_name_another_file() {
        String file = file("config: other.yaml\n");
        assertThatThrownBy(() -> SettingsLoader.load(Map.of("config", file), Map.of()))
                .hasMessageContaining("config is an unknown key");
    }

    @ParameterizedTest
    @CsvSource({
        "demo.key,       sk-%secret",
        "gemini.api-key, a secret",
        "database,       jdbc:postgresql://u:secret@db/x",
        "gemini.base-url, http://u:secret@a.example"
    })
    void a_secret_is_in_no_complaint(String name, String secret) {
        assertThatThrownBy(() -> SettingsLoader.load(Map.of(name, secret), Map.of()))
                .isInstanceOf(ConfigException.class)
                .message()
                .contains(" is not valid; allowed is ")
                .doesNotContain(secret)
                .doesNotContain("secret@");
    }

    @Test
    void a_secret_is_in_no_text_of_the_settings() {
        Settings settings =
                SettingsLoader.load(Map.of(), Map.of("TOLLGATE_DEMO_KEY", KEY, "GEMINI_API_KEY", "AIzaSecret"));
        assertThat(settings.toString()).doesNotContain(KEY, "AIzaSecret").contains("(secret)");
        assertThat(Objects.requireNonNull(settings.find(ServerSettings.DEMO_KEY))
                        .value())
                .isEqualTo(KEY);
    }

    @ParameterizedTest
    @MethodSource("dev.tollgate.base.config.SettingTable#all")
    void every_default_is_allowed_and_every_name_follows_the_rule(Setting<?> setting) {
        if (!setting.defaultText().isEmpty()) {
            assertThat((Object) setting.read(setting.defaultText())).isNotNull();
        }
        assertThat(setting.name()).matches("[a-z]+(-[a-z]+)*(\\.[a-z]+(-[a-z]+)*){0,2}");
        assertThat(setting.doc().english()).endsWith(".");
        if (setting.variable().equals("TOLLGATE_DATABASE_URL")) {
            assertThat(setting.name()).isEqualTo("database"); // the name that others' tools know it by
        } else if (setting.variable().startsWith("TOLLGATE_")) {
            assertThat(setting.variable().substring(9).toLowerCase(java.util.Locale.ROOT))
                    .isEqualTo(setting.name().replace('.', '_').replace('-', '_'));
        }
    }

    @Test
    void no_two_settings_share_a_name() {
        assertThat(SettingTable.all().stream().map(Setting::option)).doesNotHaveDuplicates();
        assertThat(SettingTable.all().stream().map(Setting::variable)).doesNotHaveDuplicates();
    }

    private String file(String yaml) {
        try {
            return Files.writeString(folder.resolve("tollgate.yaml"), yaml).toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void places_of_media_are_hosts_addresses_and_ranges_with_or_without_a_port() {
        String places =
                "files.internal, files.internal:8080, 10.1.0.0/16, 127.0.0.1:9000, fd00::/8, [fd00::1]:8080, ::1, 10.0.0.0/8:81";
        assertThat(SettingsLoader.load(Map.of("media.allow", places), Map.of()).list(TrafficSettings.MEDIA_ALLOW))
                .hasSize(8)
                .contains("files.internal", "[fd00::1]:8080");
        for (String wrong : List.of(
                "10.0.0.0/33",
                "10.0.0.0/8:0",
                "10.0.0.1:65536",
                "10.0.1",
                "1.2.3.4.5",
                "256.0.0.1",
                "http://x",
                "a b",
                "x:",
                "[::1",
                "fd00::/129",
                "fd00:::1",
                "*.internal",
                "",
                "a,,b",
                "user@x",
                "10.0.0.1-5",
                "[files.internal]:80")) {
            assertThatThrownBy(() -> SettingsLoader.load(Map.of("media.allow", wrong), Map.of()))
                    .as(wrong)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("--media-allow");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "short", "has a space in it"})
    void a_stripe_key_without_a_secret_for_its_events_stops_the_start(String secret) {
        Map<String, String> key = Map.of("stripe.secret-key", "sk_test_0123456789");
        Map<String, String> both = Map.of("stripe.secret-key", "sk_test_0123456789", "stripe.webhook-secret", secret);
        for (Map<String, String> arguments : List.of(key, both)) {
            assertThatThrownBy(() -> SettingsLoader.load(arguments, Map.of()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("webhook-secret")
                    .hasMessageContaining("allowed is 1 to 4 secrets of 8 to 250 printable characters");
        }
        assertThatThrownBy(() -> SettingsLoader.load(key, Map.of("TOLLGATE_STRIPE_WEBHOOK_SECRET", secret)))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void a_stripe_test_key_with_a_real_upstream_stops_the_start() {
        Map<String, String> test =
                Map.of("stripe.secret-key", "sk_test_0123456789", "stripe.webhook-secret", "whsec_0123456789");
        Map<String, String> real = Map.of("GEMINI_API_KEY", "a-key-of-the-tests");
        assertThat(SettingsLoader.load(test, Map.of()).warnings()).isEmpty();
        assertThatThrownBy(() -> SettingsLoader.load(test, real))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("stripe.secret-key is a test key")
                .hasMessageContaining("stripe.allow-test-key");
        Map<String, String> wanted = new HashMap<>(test);
        wanted.put("stripe.allow-test-key", "true");
        assertThat(SettingsLoader.load(wanted, real).warnings())
                .singleElement()
                .asString()
                .contains("test key");
    }

    @Test
    void the_prefix_of_the_key_shows_whether_money_moves() {
        for (String[] pair : new String[][] {
            {"sk_live_0123456789", "true"},
            {"rk_live_0123456789", "true"},
            {"sk_test_live_56789", "false"},
            {"rk_test_0123456789", "false"}
        }) {
            Settings settings = SettingsLoader.load(
                    Map.of("stripe.secret-key", pair[0], "stripe.webhook-secret", "whsec_1234,whsec_5678"), Map.of());
            assertThat(settings.stripe().isLive()).as(pair[0]).isEqualTo(Boolean.parseBoolean(pair[1]));
            assertThat(settings.stripe().webhookSecrets()).hasSize(2);
            assertThat(settings.stripe().url()).hasToString("https://api.stripe.com");
        }
    }

    private Path secret(String name, String text, String permissions) throws IOException {
        Path secret = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(permissions));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void every_secret_may_lie_in_a_file_that_a_variable_names() throws IOException {
        for (Setting<?> setting : SettingTable.all()) {
            if (setting.secret()) {
                Path missing = folder.resolve("missing");
                assertThatThrownBy(() ->
                                SettingsLoader.load(Map.of(), Map.of(setting.variable() + "_FILE", missing.toString())))
                        .isInstanceOf(ConfigException.class)
                        .hasMessageContaining(setting.variable() + "_FILE names a file that cannot be read");
            }
        }
        Path key = secret("key", "the-key-of-the-operator\n", "rw-r-----");
        Path url = secret("url", "jdbc:postgresql://db/tollgate?password=p\n", "r--------");
        Settings settings = SettingsLoader.load(
                Map.of(),
                Map.of("TOLLGATE_ADMIN_KEY_FILE", key.toString(), "TOLLGATE_DATABASE_URL_FILE", url.toString()));

        assertThat(settings.find(ServerSettings.ADMIN_KEY)).isEqualTo(new Secret("the-key-of-the-operator"));
        assertThat(settings.databaseUrl()).isEqualTo(new Secret("jdbc:postgresql://db/tollgate?password=p"));
        assertThat(settings.warnings()).isEmpty();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void a_secret_may_lie_in_the_folder_of_credentials_under_its_settings_name() throws IOException {
        secret("admin.key", "the-key-of-the-operator", "r--------");
        secret("something.else", "of another service", "r--------");
        Map<String, String> environment = Map.of("CREDENTIALS_DIRECTORY", folder.toString());

        assertThat(SettingsLoader.load(Map.of(), environment).find(ServerSettings.ADMIN_KEY))
                .isEqualTo(new Secret("the-key-of-the-operator"));
        assertThat(SettingsLoader.load(
                                Map.of(),
                                Map.of(
                                        "CREDENTIALS_DIRECTORY",
                                        folder.toString(),
                                        "TOLLGATE_ADMIN_KEY",
                                        "another-key-for-it"))
                        .find(ServerSettings.ADMIN_KEY))
                .as("a variable is nearer")
                .isEqualTo(new Secret("another-key-for-it"));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void a_file_with_a_secret_that_others_can_read_stops_the_start() throws IOException {
        Path key = secret("admin.key", "the-key-of-the-operator", "rw-r--r--");
        for (Map<String, String> environment : List.of(
                Map.of("TOLLGATE_ADMIN_KEY_FILE", key.toString()),
                Map.of("CREDENTIALS_DIRECTORY", folder.toString()))) {
            assertThatThrownBy(() -> SettingsLoader.load(Map.of(), environment))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("other users of this machine can read: " + key)
                    .hasMessageNotContaining("the-key");
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void a_duplicate_empty_or_invalid_secret_stops_the_start_unseen() throws IOException {
        Path key = secret("key", "short", "rw-------");
        Path empty = secret("empty", "\n", "rw-------");
        assertThatThrownBy(() -> SettingsLoader.load(Map.of(), Map.of("TOLLGATE_ADMIN_KEY_FILE", key.toString())))
                .hasMessageContaining("TOLLGATE_ADMIN_KEY_FILE is not valid")
                .hasMessageNotContaining("short");
        assertThatThrownBy(() -> SettingsLoader.load(Map.of(), Map.of("TOLLGATE_ADMIN_KEY_FILE", empty.toString())))
                .hasMessageContaining("nothing in it");
        assertThatThrownBy(() -> SettingsLoader.load(
                        Map.of(),
                        Map.of(
                                "TOLLGATE_ADMIN_KEY_FILE",
                                key.toString(),
                                "TOLLGATE_ADMIN_KEY",
                                "the-key-of-the-operator")))
                .hasMessageContaining("both set");
    }
}
