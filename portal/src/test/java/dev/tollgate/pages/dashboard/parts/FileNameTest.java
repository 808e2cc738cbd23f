package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.testing.Asserts.assertThat;

import java.time.LocalDate;
import java.time.YearMonth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The names of an account's files. */
class FileNameTest {

    @ParameterizedTest
    @CsvSource({
        "Northwind Ltd., northwind-ltd, northwind-ltd",
        "Café Zoë, cafe-zoe, cafe-zoe",
        "ann@example.org, ann, ann",
        "北京科技, acc_1, 北京科技",
        "北京 ABC, acc_1, 北京-abc",
        "Ελλάδα, acc_1, ελλάδα",
        "!!!, acc_1, acc_1"
    })
    void accounts_in_any_script_have_names_of_their_own(String account, String ascii, String whole) {
        assertThat(FileName.of(account, "acc_1", "calls"))
                .isEqualTo(new FileName(ascii + "-calls.csv", whole + "-calls.csv"));
    }

    @Test
    void days_of_a_whole_month_have_the_months_name() {
        LocalDate first = LocalDate.of(2026, 11, 1);
        assertThat(FileName.of("a", "acc_1", first, first.plusDays(29), "by-team"))
                .isEqualTo(FileName.of("a", "acc_1", YearMonth.of(2026, 11), "by-team"));
        assertThat(FileName.of("a", "acc_1", first, first.plusDays(1), "by-team")
                        .ascii())
                .isEqualTo("a-2026-11-01-to-2026-11-02-by-team.csv");
    }
}
