package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Templates of forms with amounts. The console's are in credits, whatever its pages show; the filters of Requests name the unit in their address. */
class UnitsOfFormsTest {

    private static final Path PAGES = Path.of("portal/src/main/jte/dashboard");

    @Test
    void every_form_with_an_amount_names_its_unit() throws IOException {
        try (Stream<Path> pages = Files.list(PAGES)) {
            List<String> amounts = pages.filter(page -> read(page).matches("(?s).*inputmode ?= ?\"decimal\".*"))
                    .map(page -> page.getFileName() + (read(page).contains("@template.part.unit(") ? "" : ": no unit"))
                    .sorted()
                    .toList();

            assertThat(amounts)
                    .containsExactly(
                            "billing.jte", "budgets.jte", "key-limits.jte", "notices.jte", "requests.jte: no unit");
        }
    }

    private static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
