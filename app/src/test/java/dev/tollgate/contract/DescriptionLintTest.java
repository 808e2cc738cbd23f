package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.NodePackages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The description of the API, read by the linter that generators of documentation come with. */
@Timeout(400)
class DescriptionLintTest {

    @Test
    void the_linter_of_redocly_finds_nothing() throws IOException, InterruptedException {
        ProcessBuilder lint = new ProcessBuilder(
                        NodePackages.node(),
                        "node_modules/@redocly/cli/bin/cli.js",
                        "lint",
                        Path.of("portal/src/main/resources/openapi.yaml")
                                .toAbsolutePath()
                                .toString(),
                        "--extends=recommended")
                .directory(NodePackages.installed().toFile())
                .redirectErrorStream(true);
        lint.environment().putAll(Map.of("REDOCLY_TELEMETRY", "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE", "true"));
        Process process = lint.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("is valid").doesNotContainPattern("[0-9]+ (warning|error)");
    }
}
