package dev.tollgate.base.config;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Checks that docs/configuration.md describes every setting. Run with {@code -Ddocs.write=true} to rewrite its table. */
class ConfigurationDocTest {

    private static final Path DOC = Path.of("docs/configuration.md");
    private static final String BEGIN = "<!-- settings -->\n";
    private static final String END = "<!-- /settings -->\n";

    @Test
    void the_table_in_the_documentation_is_the_table_of_the_program() throws IOException {
        String doc = Files.readString(DOC);
        int begin = doc.indexOf(BEGIN) + BEGIN.length();
        int end = doc.indexOf(END);
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(DOC, doc.substring(0, begin) + SettingTable.markdown() + doc.substring(end));
            return;
        }
        assertThat(doc.substring(begin, end)).isEqualTo(SettingTable.markdown());
    }

    @Test
    void the_limits_of_the_api_in_its_document_are_the_defaults() throws IOException {
        Settings defaults = SettingsLoader.load(Map.of(), Map.of());
        assertThat(Files.readString(Path.of("docs/api.md")))
                .contains(
                        "| body of a call, an estimate or a count | %d MiB,"
                                .formatted(defaults.get(TrafficSettings.BODY_BYTES) >> 20),
                        "| headers | %d KiB |".formatted(defaults.get(TrafficSettings.HEADER_BYTES) >> 10),
                        "| nesting in a body | %d levels |".formatted(defaults.get(TrafficSettings.NESTING)),
                        "| messages, tools, media files per call | %,d, %d, %d |"
                                .formatted(
                                        defaults.get(TrafficSettings.MESSAGES),
                                        defaults.get(TrafficSettings.TOOLS),
                                        defaults.get(TrafficSettings.MEDIA)),
                        "| a file from a URL | %d MiB,".formatted(defaults.get(TrafficSettings.MEDIA_BYTES) >> 20));
    }
}
