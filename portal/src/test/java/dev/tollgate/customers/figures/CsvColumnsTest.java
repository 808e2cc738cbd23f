package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvColumnsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"=1+1", "+1", "-1", "@SUM(A1)", "|=1+1", "%=1+1", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠SUM"})
    void a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(String text) {
        assertThat(CsvColumns.cell(text).replace("\"", "")).startsWith("'" + text);
    }

    @Test
    void a_number_below_zero_stays_a_number() {
        CsvColumns<Long> columns =
                new CsvColumns<Long>().value("number", it -> it).credits("credits", it -> it * 50_000);
        assertThat(columns.file(List.of(-5L), "\n")).isEqualTo(CsvColumns.BEGIN + "number,credits\n-5,-0.25\n");
    }

    @Test
    void what_would_end_a_cell_or_a_line_is_quoted() {
        assertThat(Stream.of("a,b", "a\"b", "a\nb", "").map(CsvColumns::cell).collect(Collectors.joining(",")))
                .isEqualTo("\"a,b\",\"a\"\"b\",\"a\nb\",");
        assertThat(CsvColumns.cell(null)).isEmpty();
    }

    @Test
    void a_file_goes_on_until_no_more_is_wanted() {
        List<String> taken = new ArrayList<>();
        new CsvColumns<Integer>()
                .value("n", it -> it)
                .<Integer>write(piece -> taken.add(piece) && taken.size() < 3, (place, rows) -> {
                    int next = place == null ? 0 : place + 1;
                    rows.add(next);
                    return next;
                });
        assertThat(taken).containsExactly(CsvColumns.BEGIN + "n\r\n0\r\n", "1\r\n", "2\r\n");
    }
}
