package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.config.ListenAddress;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Setting;
import dev.tollgate.base.config.SettingTable;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.calls.files.FileLimits;
import dev.tollgate.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What lies in {@code deploy} says the same as the program: its numbers are compared with the settings that it sets and those it leaves. */
class ArtefactsTest {

    private static final Path UNIT = Path.of("deploy/systemd/tollgate.service");
    private static final Path CONTAINERFILE = Path.of("deploy/container/Containerfile");
    private static final Path NGINX = Path.of("deploy/nginx/tollgate.conf");
    /** Beyond what calls have: for ending the rest and closing the books. */
    private static final Duration TO_CLOSE = Duration.ofSeconds(20);

    private static final Settings DEFAULTS = SettingsLoader.load(Map.of(), Map.of());

    @TempDir
    Path folder;

    private static List<String> values(String text, String regex) {
        return Pattern.compile(regex, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    static String value(Path file, String regex) throws IOException {
        List<String> all = values(Files.readString(file), regex);
        assertThat(all).as("%s in %s", regex, file).hasSize(1);
        return all.getFirst();
    }

    /** With the variables that an artefact sets, all of which have to be settings. */
    static Settings settings(Map<String, String> environment) {
        Settings settings = SettingsLoader.load(Map.of(), environment);
        assertThat(settings.warnings()).isEmpty();
        return settings;
    }

    static Duration grace(Settings settings) {
        return settings.get(TrafficSettings.ANNOUNCE)
                .plus(settings.get(TrafficSettings.DRAIN))
                .plus(TO_CLOSE);
    }

    private static Map<String, String> variables(List<String> assignments) {
        Map<String, String> variables = new HashMap<>();
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            variables.put(assignment.substring(0, equals), assignment.substring(equals + 1));
        }
        return variables;
    }

    @Test
    void the_service_lets_calls_end_and_may_open_what_all_connections_need() throws Exception {
        String unit = Files.readString(UNIT);
        Map<String, String> variables = variables(values(unit, "^Environment=(.*)$"));
        assertThat(variables).as("what the settings file cannot change").containsOnlyKeys("TOLLGATE_DATA");
        Settings settings = SettingsLoader.load(Map.of("config", "deploy/tollgate.yaml"), variables);
        assertThat(settings.get(TrafficSettings.DRAIN)).isGreaterThanOrEqualTo(settings.get(TrafficSettings.CALL));
        assertThat(Duration.ofSeconds(Long.parseLong(value(UNIT, "^TimeoutStopSec=(\\d+)$"))))
                .isEqualTo(grace(settings));
        assertThat(Long.parseLong(value(UNIT, "^LimitNOFILE=(\\d+)$")))
                .isGreaterThanOrEqualTo(3L * settings.get(TrafficSettings.CONNECTIONS));
        assertThat(unit)
                .contains(
                        "\nExecReload=/bin/kill -HUP $MAINPID\n",
                        "\nKillMode=mixed\n",
                        "\nStateDirectoryMode=0700\n",
                        "\nMemoryMax=");
        assertThat(settings.data()).isEqualTo(Path.of("/var/lib", value(UNIT, "^StateDirectory=(.*)$")));
    }

    @Test
    void the_service_is_handed_every_secret_that_there_is_under_its_settings_name() throws Exception {
        List<String> secrets = SettingTable.all().stream()
                .filter(Setting::secret)
                .map(Setting::name)
                .toList();
        String unit = Files.readString(UNIT);
        assertThat(values(unit, "^LoadCredential=([^:]+):")).containsExactlyInAnyOrderElementsOf(secrets);
        assertThat(values(unit, "^LoadCredential=[^:]+:tollgate\\.(.+)$"))
                .isEqualTo(values(unit, "^LoadCredential=([^:]+):"));
    }

    @Test
    void systemd_finds_nothing_wrong_with_the_service_and_little_exposed() throws Exception {
        String analyze = Tool.named("systemd-analyze");
        Path unit = folder.resolve("tollgate.service");
        // The program itself is not installed here.
        Files.writeString(unit, Files.readString(UNIT).replace("ExecStart=/usr/bin/tollgate ", "ExecStart=/bin/sh "));
        Tool.Said verdict =
                Tool.run(analyze, "verify", "--man=no", unit.toString()).isGood();
        assertThat(verdict.text()).isEmpty();
        Tool.run(analyze, "security", "--offline=yes", "--threshold=20", "--no-pager", unit.toString())
                .isGood();
    }

    @Test
    void the_settings_that_are_installed_are_settings() {
        Settings settings = SettingsLoader.load(Map.of("config", "deploy/tollgate.yaml"), Map.of());
        assertThat(settings.warnings()).isEmpty();
        assertThat(settings.get(ServerSettings.HOST)).isEqualTo(DEFAULTS.get(ServerSettings.HOST));
        assertThat(settings.get(ServerSettings.PORT)).isEqualTo(DEFAULTS.get(ServerSettings.PORT));
        ListenAddress admin = settings.find(ServerSettings.ADMIN_LISTEN);
        assertThat(admin).isNotNull();
        assertThat(admin.host()).isEqualTo("127.0.0.1");
        String documented = SettingTable.all().stream()
                .filter(it -> it.name().equals("admin.listen"))
                .findFirst()
                .orElseThrow()
                .doc()
                .english();
        assertThat(documented).contains(" " + admin.host() + ":" + admin.port() + " ");
    }

    @Test
    void prometheus_takes_its_files_and_asks_where_the_programs_that_are_installed_answer() throws Exception {
        int admin = SettingsLoader.load(Map.of("config", "deploy/tollgate.yaml"), Map.of())
                .find(ServerSettings.ADMIN_LISTEN)
                .port();
        Path here = Path.of("deploy/prometheus/prometheus.yml");
        Path cluster = Path.of("deploy/prometheus/kubernetes.yml");
        assertThat(value(here, "targets: \\[\"127.0.0.1:(\\d+)\"\\]")).isEqualTo(String.valueOf(admin));
        assertThat(value(cluster, "port: (\\d+)$")).isEqualTo(String.valueOf(admin));
        assertThat(value(cluster, "names: \\[(.*?)\\."))
                .isEqualTo(value(Path.of("deploy/helm/tollgate/templates/admin.yaml"), "^  name: (.*)$")
                        .replace("{{ .Release.Name }}", "tollgate"));
        String promtool = Tool.named("promtool");
        for (Path file : List.of(here, cluster)) {
            Tool.run(promtool, "check", "config", "--syntax-only", file.toString())
                    .isGood();
        }
    }

    @Test
    void the_image_runs_java_as_the_launcher_does_without_root_from_pinned_bytes() throws Exception {
        String file = Files.readString(CONTAINERFILE);
        List<String> entry = values(value(CONTAINERFILE, "^ENTRYPOINT (\\[.*\\])$"), "\"([^\"]*)\"");
        Path launcher = Path.of("tollgate");
        List<String> flags = Stream.concat(
                        Stream.of("@/opt/tollgate/jvm.options"),
                        Stream.of(value(launcher, "java_flags=\"\\$java_flags (-XX:AOTMode.*)\"$")
                                .split(" ")))
                .toList();
        assertThat(entry.subList(1, 1 + flags.size())).isEqualTo(flags);
        assertThat(entry.subList(1 + flags.size(), entry.size()))
                .containsExactly(
                        "-Dorg.sqlite.lib.path=/opt/tollgate/cache",
                        "-XX:AOTCache=/opt/tollgate/cache/tollgate.aot",
                        "-jar",
                        "/opt/tollgate/tollgate.jar");
        assertThat(value(CONTAINERFILE, "^USER (.*)$")).isEqualTo("65532:65532");
        assertThat(value(CONTAINERFILE, "^EXPOSE (\\d+)$"))
                .isEqualTo(String.valueOf(DEFAULTS.get(ServerSettings.PORT)));
        Settings settings = settings(variables(values(file, "^ENV (.*)$")));
        assertThat(settings.data()).isEqualTo(Path.of(value(CONTAINERFILE, "^VOLUME (.*)$")));
        assertThat(settings.get(ServerSettings.HOST)).isEqualTo("0.0.0.0");
        assertThat(values(file, "^FROM (.*)$")).containsExactly("${JDK_IMAGE} AS files", "scratch");
        assertThat(file).contains("*@sha256:*) ;; *)", "exit 1");
        // What an image without a shell cannot run.
        assertThat(values(file, "^(?:ENTRYPOINT|CMD) (.)")).containsOnly("[");
        assertThat(values(file, "^(ADD|MAINTAINER|ONBUILD|HEALTHCHECK|SHELL)")).isEmpty();
    }

    /** Docker's own list and the OCI layout: Podman and containerd read the second, and found no name in it. */
    @Test
    void the_image_is_called_the_same_by_every_engine_that_loads_it() throws Exception {
        Path build = Path.of("deploy/container/build");
        String called = value(build, "\"RepoTags\":\\[\"([^\"]*)\"\\]");
        assertThat(called).isEqualTo("tollgate:%s");
        assertThat(value(build, "\"io\\.containerd\\.image\\.name\":\"([^\"]*)\""))
                .isEqualTo("docker.io/library/tollgate:$version");
    }

    @Test
    void the_runtime_is_made_where_nothing_can_be_taken_out_of_native_libraries() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("jdk/bin"));
        Path jlink = Files.writeString(folder.resolve("jlink"), """
                #!/bin/sh
                echo "$@"
                while [ $# -gt 1 ]; do shift; done
                /bin/mkdir -p "$1/bin" && /bin/ln -s /bin/true "$1/bin/java"
                """);
        Programs.install(jlink, bin.resolve("jlink"));
        Path tools = Files.createDirectory(folder.resolve("tools"));
        assertThat(runtimeBy(tools, "without")).contains(" --strip-java-debug-attributes ");
        Path objcopy = Files.createFile(tools.resolve("objcopy"));
        assertThat(objcopy.toFile().setExecutable(true)).isTrue();
        assertThat(runtimeBy(tools, "with")).contains(" --strip-debug ");
    }

    private String runtimeBy(Path tools, String into) throws Exception {
        Map<String, String> environment =
                Map.of("JAVA_HOME", folder.resolve("jdk").toString(), "PATH", tools.toString());
        return Tool.run(
                        Path.of("").toAbsolutePath(),
                        environment,
                        60,
                        "/bin/sh",
                        "deploy/runtime",
                        folder.resolve(into).toString())
                .isGood()
                .text();
    }

    @Test
    void nginx_takes_its_file_and_waits_for_the_longest_call() throws Exception {
        assertThat(value(NGINX, "^\\s*server 127.0.0.1:(\\d+) "))
                .isEqualTo(String.valueOf(DEFAULTS.get(ServerSettings.PORT)));
        long most = Long.parseLong(value(NGINX, "client_max_body_size (\\d+)m;")) << 20;
        assertThat(most)
                .isGreaterThan(FileLimits.FILE_BYTES_MAX)
                .isGreaterThan(DEFAULTS.get(TrafficSettings.BODY_BYTES));
        for (String wait : List.of("read", "send")) {
            assertThat(Duration.ofMinutes(Long.parseLong(value(NGINX, "proxy_" + wait + "_timeout (\\d+)m;"))))
                    .isGreaterThanOrEqualTo(DEFAULTS.get(TrafficSettings.CALL).plusMinutes(1));
        }
        Nginx.check(Tool.named("nginx"), folder, Files.readString(NGINX));
    }

    @Test
    void compose_gives_calls_their_time_and_takes_what_the_program_need_not_have() throws IOException {
        JsonNode service = new YAMLMapper()
                .readTree(Files.readString(Path.of("deploy/compose/compose.yaml")))
                .path("services")
                .path("tollgate");
        Map<String, String> variables = new HashMap<>();
        service.path("environment")
                .properties()
                .forEach(it -> variables.put(it.getKey(), it.getValue().asString()));
        variables.remove("GEMINI_API_KEY");
        String grace = service.path("stop_grace_period").asString();
        Settings settings = settings(variables);
        assertThat(Duration.ofSeconds(Long.parseLong(grace.substring(0, grace.length() - 1))))
                .isEqualTo(grace(settings));
        List<String> ports = new ArrayList<>();
        service.path("ports").forEach(it -> ports.add(it.asString()));
        assertThat(settings.find(ServerSettings.ADMIN_LISTEN)).isNotNull();
        assertThat(ports)
                .containsExactly(
                        "127.0.0.1:%1$d:%1$d".formatted(settings.get(ServerSettings.PORT)),
                        "127.0.0.1:%1$d:%1$d"
                                .formatted(settings.find(ServerSettings.ADMIN_LISTEN)
                                        .port()));
        assertThat(service.path("image").asString())
                .isEqualTo("tollgate:" + value(Path.of("pom.xml"), "^  <version>(.*)</version>$"));
        assertThat(service.path("read_only").asBoolean()).isTrue();
        assertThat(service.path("cap_drop").get(0).asString()).isEqualTo("ALL");
    }

    /** A stop ends with 143, which an engine that starts takes for a failure. */
    @Test
    void an_engine_starts_what_ran_and_leaves_what_was_stopped() throws IOException {
        String compose = Files.readString(Path.of("deploy/compose/compose.yaml"));
        assertThat(compose).contains("\n    restart: unless-stopped\n");
        String page = Files.readString(Path.of("docs/install.md"));
        assertThat(page.lines().filter(it -> it.startsWith("    docker run -d ")))
                .isNotEmpty()
                .allMatch(it -> it.contains(" --restart unless-stopped "));
    }
}
