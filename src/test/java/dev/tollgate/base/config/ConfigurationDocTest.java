package dev.tollgate.base.config;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
