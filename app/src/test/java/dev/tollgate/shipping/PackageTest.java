package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.testing.Effort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code ./tollgate package} makes, unpacked or installed into an empty folder, started, asked once, and its books checked. */
@Timeout(3_600)
class PackageTest {

    private static final int PACKING_SECONDS = 1_800;
    private static final String KEY = "sk-demo-key-of-a-package-0123456789";
    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hi"}]}""";
    private static final Path PROJECT = Path.of("").toAbsolutePath();
    private static final Path MADE = PROJECT.resolve("target/dist");

    @TempDir
    Path folder;

    @BeforeAll
    static void pack() throws Exception {
        assumeTrue(Effort.isLong(), "packs the program; part of the long tests");
        packed("--image", Files.isExecutable(Path.of("/usr/bin/dpkg-deb")) ? "--deb" : "--image");
    }

    private static void packed(String... options) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(PROJECT.resolve("tollgate").toString(), "package"));
        command.addAll(List.of(options));
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        Tool.run(PROJECT, environment, PACKING_SECONDS, command.toArray(String[]::new))
                .isGood();
    }

    private static Path made(String ending) throws IOException {
        try (Stream<Path> all = Files.list(MADE)) {
            return all.filter(file -> file.toString().endsWith(ending))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Path only(Path parent) throws IOException {
        try (Stream<Path> all = Files.list(parent)) {
            List<Path> children = all.toList();
            assertThat(children).hasSize(1);
            return children.getFirst();
        }
    }

    private Path unpacked(Path archive) throws Exception {
        Path into = Files.createDirectory(folder.resolve("unpacked"));
        Tool.run("/bin/tar", "-xpf", archive.toString(), "-C", into.toString()).isGood();
        return into;
    }

    private Map<String, String> surroundings(Map<String, String> more) throws IOException {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("HOME", folder.toString());
        environment.put("TOLLGATE_DEMO_KEY", KEY);
        environment.put("TOLLGATE_PORT", "0");
        // All tools of a machine but Maven.
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of(
                "sh",
                "sed",
                "head",
                "find",
                "dirname",
                "readlink",
                "mkdir",
                "rm",
                "cat",
                "mv",
                "grep",
                "sleep",
                "env",
                "uname",
                "cksum",
                "nice",
                "taskset")) {
            Path there = Path.of("/usr/bin", tool);
            if (Files.exists(there) && !Files.exists(tools.resolve(tool))) {
                Files.copy(there, tools.resolve(tool));
            }
        }
        environment.put("PATH", tools.toString());
        return environment;
    }

    /** Starts a server, asks it once, and stops it. */
    private void assertServes(Map<String, String> environment, String... command) throws Exception {
        Process server = Tool.builder(folder, environment, command)
                .redirectError(folder.resolve("errors").toFile())
                .start();
        try {
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
            String url = null;
            for (String line = out.readLine(); url == null; line = out.readLine()) {
                assertThat(line).as(() -> errors()).isNotNull();
                Matcher found = Pattern.compile("http://[0-9.]+:\\d+").matcher(line);
                url = found.find() ? found.group().replace("0.0.0.0", "127.0.0.1") : null;
            }
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
                                .header("Content-Type", "application/json")
                                .header("Authorization", "Bearer " + KEY)
                                .POST(HttpRequest.BodyPublishers.ofString(CALL))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                JsonNode usage = new JsonMapper().readTree(answer.body()).path("usage");
                assertThat(usage.path("total_tokens").asInt()).isPositive();
            }
        } finally {
            server.destroy();
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(errors()).doesNotContain("ERROR");
    }

    private String errors() {
        try {
            return Files.readString(folder.resolve("errors"));
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }

    @Test
    void the_archive_serves_where_there_is_a_jdk_and_no_maven() throws Exception {
        Path program = only(unpacked(made(".tar.gz")));
        Tool.run(program, Map.of(), 60, "/usr/bin/sha256sum", "--check", "--quiet", "SHA256SUMS")
                .isGood();
        Map<String, String> environment = surroundings(Map.of("JAVA_HOME", System.getProperty("java.home")));
        String launcher = program.resolve("tollgate").toString();
        assertServes(
                environment, launcher, "serve", "--data", folder.resolve("data").toString());
        assertThat(program.resolve("cache/tollgate.aot")).exists();
        assertThat(program.resolve("cache/libsqlitejdbc.so")).exists();
        Tool.Said verdict = Tool.run(
                folder,
                environment,
                60,
                launcher,
                "ledger",
                "verify",
                "--data",
                folder.resolve("data").toString());
        assertThat(verdict.isGood().text()).isEmpty();
        String statement = Tool.run(
                        folder,
                        environment,
                        60,
                        launcher,
                        "account",
                        "list",
                        "--data",
                        folder.resolve("data").toString())
                .isGood()
                .text();
        assertThat(statement).contains("demo");
    }

    @Test
    void the_archive_names_every_library_with_its_licence_and_has_them_all() throws Exception {
        Path program = only(unpacked(made(".tar.gz")));
        JsonNode parts = new JsonMapper()
                .readTree(Files.readString(program.resolve("bom.cdx.json")))
                .path("components");
        List<String> named = new ArrayList<>();
        for (JsonNode part : parts) {
            named.add(part.path("name").asString() + "-" + part.path("version").asString() + ".jar");
            assertThat(part.path("licenses")).as(part.path("purl").asString()).isNotEmpty();
            assertThat(part.path("hashes")).as(part.path("purl").asString()).isNotEmpty();
        }
        try (Stream<Path> libraries = Files.list(program.resolve("lib"))) {
            assertThat(libraries.map(file -> file.getFileName().toString())).containsExactlyInAnyOrderElementsOf(named);
        }
        assertThat(Files.readString(program.resolve("licences/libraries.txt"))).contains("io.netty", "logback");
        assertThat(program.resolve("licences/pages/marked.txt")).exists();
    }

    @Test
    void two_builds_give_the_same_bytes() throws Exception {
        byte[] first = Files.readAllBytes(made(".tar.gz"));
        byte[] sum = Files.readAllBytes(made(".tar.gz.sha256"));
        packed();
        assertThat(Files.readAllBytes(made(".tar.gz.sha256"))).isEqualTo(sum);
        assertThat(Files.mismatch(made(".tar.gz"), Files.write(folder.resolve("first"), first)))
                .isEqualTo(-1);
    }

    @Test
    void the_debian_package_serves_from_the_root_that_it_was_installed_into_without_a_jdk() throws Exception {
        Tool.named("dpkg-deb");
        Path root = Files.createDirectory(folder.resolve("root"));
        Files.createDirectories(root.resolve("var/lib/dpkg/updates"));
        Files.createDirectories(root.resolve("var/lib/dpkg/info"));
        Files.createFile(root.resolve("var/lib/dpkg/status"));
        Path deb = made(".deb");
        // Its scripts are run from outside, and look after the root alone; what it depends on is on this machine.
        Tool.run(
                        Path.of("/"),
                        Map.of(),
                        120,
                        Tool.named("dpkg"),
                        "--root=" + root,
                        "--force-depends",
                        "--force-script-chrootless",
                        "--force-not-root",
                        "--install",
                        deb.toString())
                .isGood();
        assertThat(Files.readString(root.resolve("etc/passwd"))).contains("tollgate:");
        assertThat(Files.readString(root.resolve("var/lib/dpkg/status"))).contains("Status: install ok installed");
        String launcher = root.resolve("usr/bin/tollgate").toString();
        Map<String, String> environment = surroundings(Map.of(
                "CACHE_DIRECTORY",
                Files.createDirectory(folder.resolve("cache")).toString(),
                "TOLLGATE_ADMIN_LISTEN",
                "127.0.0.1:0"));
        assertServes(
                environment,
                launcher,
                "serve",
                "--config",
                root.resolve("etc/tollgate/tollgate.yaml").toString(),
                "--data",
                folder.resolve("data").toString());
        assertThat(folder.resolve("cache/tollgate.aot")).exists();
        assertThat(folder.resolve("cache/libsqlitejdbc.so")).exists();
        Tool.Said verdict = Tool.run(
                folder,
                environment,
                60,
                launcher,
                "ledger",
                "verify",
                "--data",
                folder.resolve("data").toString());
        assertThat(verdict.isGood().text()).isEmpty();
        String files =
                Tool.run("/usr/bin/dpkg-deb", "--info", deb.toString()).isGood().text();
        assertThat(files).contains("conffiles", "postinst");
        String contents = Tool.run("/usr/bin/dpkg-deb", "--contents", deb.toString())
                .isGood()
                .text();
        assertThat(contents)
                .contains("./usr/lib/systemd/system/tollgate.service", "./usr/lib/sysusers.d/tollgate.conf")
                .contains("root/root")
                .contains("-rw-r-----");
    }

    @Test
    void lintian_has_no_error_to_tell_of_the_debian_package() throws Exception {
        String lintian = Tool.named("lintian");
        Tool.Said verdict = Tool.run(
                folder,
                Map.of("HOME", folder.toString()),
                600,
                lintian,
                "--allow-root",
                "--fail-on",
                "error",
                made(".deb").toString());
        assertThat(verdict.exitCode()).as(verdict.text()).isZero();
    }

    @Test
    void the_image_serves_on_its_own_without_root_and_uses_its_own_cache() throws Exception {
        Path layout = unpacked(made("-image.tar"));
        JsonMapper json = new JsonMapper();
        JsonNode manifest = blob(
                layout,
                json.readTree(Files.readString(layout.resolve("index.json")))
                        .path("manifests")
                        .get(0));
        JsonNode config = blob(layout, manifest.path("config")).path("config");
        String layer = manifest.path("layers").get(0).path("digest").asString();
        Path root = Files.createDirectory(folder.resolve("root"));
        String chroot = Tool.named("chroot");
        String unshare = Tool.named("unshare");
        Tool.run(
                        "/bin/tar",
                        "-xpzf",
                        layout.resolve("blobs/sha256/" + layer.substring("sha256:".length()))
                                .toString(),
                        "-C",
                        root.toString())
                .isGood();
        assertThat(root.resolve("bin/sh")).doesNotExist();
        assertThat(root.resolve("usr/bin")).doesNotExist();

        // As an engine starts it: with /proc and /dev, and nothing else of this machine, and a folder for temporary
        // files
        // nothing can be run from it, as the Compose file demands. Only root can change its user.
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        String user = isRoot ? "--userspec=" + config.path("User").asString() : "";
        Path script = Files.writeString(folder.resolve("start"), """
                set -e
                mount --rbind /proc "$1/proc"
                mount --rbind /dev "$1/dev"
                mount -t tmpfs -o noexec,nosuid,nodev,mode=1777,size=64m tmpfs "$1/tmp"
                root=$1
                shift
                exec %s %s "$root" "$@"
                """.formatted(chroot, user));
        List<String> command = new ArrayList<>(List.of(unshare, isRoot ? "--mount" : "-rm"));
        command.addAll(List.of("/bin/sh", script.toString(), root.toString()));
        for (JsonNode word : config.path("Entrypoint")) {
            // A cache that does not fit would only make it slow: here it has to.
            command.add(word.asString().equals("-XX:AOTMode=auto") ? "-XX:AOTMode=on" : word.asString());
        }
        command.add("serve");
        Map<String, String> environment = surroundings(Map.of());
        environment.remove("PATH");
        for (JsonNode variable : config.path("Env")) {
            String[] parts = variable.asString().split("=", 2);
            environment.put(parts[0], parts[1]);
        }
        assertServes(environment, command.toArray(String[]::new));
    }

    private static JsonNode blob(Path layout, JsonNode descriptor) throws IOException {
        Path file = layout.resolve(
                "blobs/sha256/" + descriptor.path("digest").asString().substring("sha256:".length()));
        assertThat(Files.size(file)).isEqualTo(descriptor.path("size").asLong());
        return new JsonMapper().readTree(Files.readString(file));
    }
}
