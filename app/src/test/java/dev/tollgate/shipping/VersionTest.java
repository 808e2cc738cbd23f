package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The version of pom.xml in the other files that name it. */
class VersionTest {

    private static String version() throws IOException {
        return found("pom.xml", "(?m)^  <version>(.*)</version>$").getFirst();
    }

    private static List<String> found(String file, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(Path.of(file)))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "docs/install.md; tollgate[-_:](\\d+\\.\\d+\\.\\d+)",
                "deploy/compose/compose.yaml; image: tollgate:(\\S+)",
                "deploy/helm/tollgate/Chart.yaml; (?m)^(?:version|appVersion): (\\S+)$",
                "bench/pom.xml; (?m)^  <version>(.*)</version>$",
            })
    void a_file_names_the_version_of_the_program(String file, String pattern) throws IOException {
        assertThat(found(file, pattern)).isNotEmpty().containsOnly(version());
    }

    @Test
    void the_changelog_begins_with_this_version() throws IOException {
        assertThat(found("CHANGELOG.md", "(?m)^## \\[(\\d\\S*)\\] - ").getFirst())
                .isEqualTo(version());
    }
}
