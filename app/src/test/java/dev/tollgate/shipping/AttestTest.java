package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code ./tollgate package} adds to the release files, made for two small files. */
@Timeout(600)
class AttestTest {

    private static final Path PROJECT = Path.of("").toAbsolutePath();
    private static final String STATEMENT = "tollgate-1.intoto.json";

    @TempDir
    Path folder;

    private final Map<String, String> environment = new TreeMap<>();
    private Path dist;

    @BeforeEach
    void files() throws IOException {
        dist = Files.createDirectory(folder.resolve("dist"));
        Files.writeString(dist.resolve("a.tar.gz"), "an archive");
        Files.writeString(dist.resolve("b.deb"), "a package");
        Files.createDirectories(folder.resolve("sources/target"));
        Files.writeString(folder.resolve("sources/Main.java"), "class Main {}");
        Files.createDirectories(folder.resolve("lib"));
        Files.writeString(folder.resolve("lib/one-1.0.jar"), "a library");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("HOME", folder.toString());
        environment.put(
                "GNUPGHOME", Files.createDirectory(folder.resolve("gpg")).toString());
    }

    @AfterEach
    void endTheAgent() throws Exception {
        if (Files.isExecutable(Path.of("/usr/bin/gpgconf"))) {
            run("/usr/bin/gpgconf", "--kill", "all");
        }
    }

    private Tool.Said run(String... command) throws Exception {
        return Tool.run(dist, environment, 120, command);
    }

    private void attest() throws Exception {
        run(
                        PROJECT.resolve("deploy/attest").toString(),
                        dist.toString(),
                        "tollgate-1",
                        folder.resolve("sources").toString(),
                        folder.resolve("lib").toString(),
                        "./tollgate package --deb",
                        "a.tar.gz",
                        "b.deb")
                .isGood();
    }

    private static String digest(JsonNode of) {
        return of.path("digest").path("sha256").asString();
    }

    @Test
    void the_provenance_names_files_command_and_inputs_by_digest() throws Exception {
        attest();
        JsonNode statement = new JsonMapper().readTree(Files.readString(dist.resolve(STATEMENT)));
        assertThat(statement.path("_type").asString()).isEqualTo("https://in-toto.io/Statement/v1");
        assertThat(statement.path("predicateType").asString()).isEqualTo("https://slsa.dev/provenance/v1");
        assertThat(statement.path("subject")).hasSize(2);
        for (JsonNode subject : statement.path("subject")) {
            assertThat(Files.readString(dist.resolve("SHA256SUMS")))
                    .contains(digest(subject) + "  " + subject.path("name").asString());
        }
        JsonNode definition = statement.path("predicate").path("buildDefinition");
        assertThat(definition.path("externalParameters").path("command").asString())
                .isEqualTo("./tollgate package --deb");
        assertThat(definition.path("resolvedDependencies").toString()).contains("sources", "one-1.0.jar", "JDK 25");
        assertThat(Files.readString(dist.resolve(STATEMENT))).doesNotContain(folder.toString(), PROJECT.toString());
    }

    @Test
    void the_same_inputs_give_the_same_provenance_and_others_another() throws Exception {
        attest();
        String first = Files.readString(dist.resolve(STATEMENT));
        Files.writeString(folder.resolve("sources/target/left.class"), "left by the build");
        attest();
        assertThat(Files.readString(dist.resolve(STATEMENT))).isEqualTo(first);
        Files.writeString(folder.resolve("sources/Main.java"), "class Main { }");
        attest();
        assertThat(Files.readString(dist.resolve(STATEMENT))).isNotEqualTo(first);
    }

    @Test
    void a_recipient_verifies_signature_and_sums_and_finds_a_changed_file() throws Exception {
        String gpg = Tool.named("gpg");
        run(gpg, "--batch", "--passphrase", "", "--quick-generate-key", "release@example.org", "ed25519", "sign")
                .isGood();
        environment.put("TOLLGATE_SIGN_KEY", "release@example.org");
        attest();
        run(gpg, "--verify", "SHA256SUMS.asc", "SHA256SUMS").isGood();
        run(gpg, "--verify", STATEMENT + ".asc", STATEMENT).isGood();
        run(Tool.named("sha256sum"), "--check", "SHA256SUMS").isGood();
        Files.writeString(dist.resolve("b.deb"), "another package");
        assertThat(run(Tool.named("sha256sum"), "--check", "SHA256SUMS").exitCode())
                .isNotZero();
        Files.writeString(dist.resolve("SHA256SUMS"), "other sums");
        assertThat(run(gpg, "--verify", "SHA256SUMS.asc", "SHA256SUMS").exitCode())
                .isNotZero();
    }
}
