package dev.tollgate.pages.console;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The words that the page for the password has for a form. */
class DeedWordsTest {

    private static final Path FORMS = Path.of("portal/src/main/jte/console");
    private static final Pattern DEED = Pattern.compile("name=\"deed\" value=\"([a-z-]+)\"");

    @Test
    void each_form_of_the_console_is_named_as_on_its_button() throws IOException {
        Set<String> codes = new TreeSet<>();
        try (Stream<Path> forms = Files.list(FORMS)) {
            for (Path form : forms.toList()) {
                DEED.matcher(Files.readString(form)).results().forEach(found -> codes.add(found.group(1)));
            }
        }
        codes.remove("compare"); // which changes nothing, and needs no password
        assertThat(codes).contains("assign-plan", "end-plan", "set", "close");
        for (String path : List.of(ConsoleGroups.PATH, ConsolePlans.PATH)) {
            assertThat(codes).allSatisfy(code -> assertThat(DeedWords.deed(path + "/gold", code))
                    .isNotEqualTo(code));
        }
        assertThat(DeedWords.deed(ConsoleGroups.PATH + "/gold", "close")).isEqualTo("Close group");
        assertThat(DeedWords.deed(ConsolePlans.PATH + "/pro", "close")).isEqualTo("Close plan");
    }
}
