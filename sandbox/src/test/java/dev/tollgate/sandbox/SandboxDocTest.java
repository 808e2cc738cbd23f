package dev.tollgate.sandbox;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.routes.SandboxModel;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.scripting.Script;
import dev.tollgate.sandbox.scripting.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What docs/sandbox.md says is so. */
class SandboxDocTest {

    private static final Path DOC = Path.of("docs/sandbox.md");

    @Test
    void every_knob_fault_and_model_is_named() throws IOException {
        String doc = Files.readString(DOC);

        assertThat(doc).contains(Arrays.stream(Knob.values()).map(Knob::word).toArray(String[]::new));
        assertThat(doc)
                .contains(Arrays.stream(Step.Fault.values())
                        .map(fault -> "`" + fault.name().toLowerCase(Locale.ROOT) + "`")
                        .toArray(String[]::new));
        assertThat(SandboxModel.all()).allSatisfy(model -> assertThat(doc)
                .contains(model.name().replaceFirst("^gemini-2.5-flash.*", "-flash")));
    }

    @Test
    void the_script_that_it_shows_is_one() throws IOException {
        String doc = Files.readString(DOC);
        String start = "/sandbox/script --data-binary '";
        int from = doc.indexOf(start) + start.length();

        assertThat(Script.parse(doc.substring(from, doc.indexOf("\n'", from))).entries())
                .hasSize(3);
    }
}
