package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.Workers;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/security.md says what one caller can cost the others in the figures that hold. */
class SecurityDocTest {

    private static final Path DOC = Path.of("docs/security.md");

    @ParameterizedTest
    @CsvSource({
        "receipts to be signed, books.receipts.ReceiptsHandler, SIGNING",
        "pages of more than 25 receipts, books.receipts.ReceiptsHandler, PAGES",
        "first frames of GIFs, upstreams.media.FirstFrames, TURNS",
        "answers checked against a schema, calls.schema.SchemaChecks, TURNS",
        "names looked up, upstreams.media.Guard, LOOKUPS",
        "calls that load media, upstreams.media.MediaLoader, CALLS",
        "pieces of stored files, calls.files.FilePieces, OPENERS",
    })
    void what_the_document_says_of_turns_is_what_holds(String row, String type, String constant) throws Exception {
        Field field = Class.forName("dev.tollgate." + type).getDeclaredField(constant);
        field.setAccessible(true);
        FairTurns.Bounds bounds = (FairTurns.Bounds) field.get(null);
        List<String> cells = cells(row);
        assertThat(atOnce(cells.get(1))).isEqualTo(bounds.atOnceMax());
        assertThat(figures(cells.get(2))).startsWith("%,d".formatted(bounds.eachMax()));
        assertThat(figures(cells.get(4))).startsWith("%,d".formatted(bounds.eachWaitingMax()));
    }

    /** Where nothing is said, there is no bound in all. */
    private static int atOnce(String cell) {
        return switch (cell) {
            case "" -> Integer.MAX_VALUE;
            case "half of the cores" -> Workers.halfOfTheCores(0, 0).atOnceMax();
            default -> Integer.parseInt(cell);
        };
    }

    /** Whole ones: 64 is not said by 640. */
    private static List<String> figures(String cell) {
        return Pattern.compile("[0-9][0-9,]*(?<!,)")
                .matcher(cell)
                .results()
                .map(MatchResult::group)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "reads of the database, storage.ReadConnections, EACH_WAITING_MAX, 4, 1",
        "downloads, upstreams.media.MediaLoader, EACH_DOWNLOADS_WAITING_MAX, 4, 1",
        "pages of more than, books.receipts.ReceiptsHandler, SLICE, 0, 1",
        "first frames of GIFs, upstreams.media.FirstFrames, ACCOUNT_PIXELS_A_MINUTE, 2, 1048576",
        "first frames of GIFs, upstreams.media.FirstFrame, PIXELS_MAX, 3, 1048576",
        "answers checked, calls.schema.SchemaCheck, STEPS_MAX, 3, 1",
    })
    void so_are_the_other_figures(String row, String type, String constant, int cell, long unit) throws Exception {
        Field field = Class.forName("dev.tollgate." + type).getDeclaredField(constant);
        field.setAccessible(true);
        long value = ((Number) field.get(null)).longValue() / unit;
        assertThat(figures(cells(row).get(cell))).contains("%,d".formatted(value));
    }

    private static List<String> cells(String row) throws Exception {
        String line = Files.readAllLines(DOC).stream()
                .filter(it -> it.startsWith("| " + row))
                .findFirst()
                .orElseThrow();
        return List.of(line.substring(1).split("\\|")).stream()
                .map(String::strip)
                .toList();
    }
}
