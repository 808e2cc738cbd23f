package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvCellsTest {

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠SUM"})
    void a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(String text) {
        assertThat(new CsvCells().text(text).line().replace("\"", "")).startsWith("'" + text);
    }

    @Test
    void a_number_below_zero_stays_a_number() {
        assertThat(new CsvCells().number(-5).figure("-0.25").line()).isEqualTo("-5,-0.25\r\n");
    }

    @Test
    void what_would_end_a_cell_or_a_line_is_quoted() {
        assertThat(new CsvCells()
                        .text("a,b")
                        .text("a\"b")
                        .text("a\nb")
                        .text(null)
                        .line())
                .isEqualTo("\"a,b\",\"a\"\"b\",\"a\nb\",\r\n");
    }

    @Test
    void a_new_line_begins_empty() {
        CsvCells cells = new CsvCells();
        cells.text("one").line();
        assertThat(cells.text("two").line()).isEqualTo("two\r\n");
    }
}
