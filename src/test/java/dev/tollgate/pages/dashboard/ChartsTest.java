package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.customers.figures.DayCredits;
import dev.tollgate.pages.dashboard.parts.CreditChart;
import dev.tollgate.pages.dashboard.requests.CourseBar;
import dev.tollgate.pages.dashboard.settings.BrowserWords;
import dev.tollgate.pages.frame.Display;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What bars, lines and columns show. */
class ChartsTest {

    private static final LocalDate DAY = LocalDate.parse("2026-11-21");

    private static List<CreditChart.Series> series(List<DayCredits> days, List<String> order) {
        return CreditChart.of(days, DayCredits::name, order, DAY, DAY, (_, _) -> "")
                .series();
    }

    @Test
    void the_six_largest_get_the_colours() {
        List<DayCredits> days = IntStream.rangeClosed(1, 9)
                .mapToObj(i -> new DayCredits(DAY, "key " + i, i * 1_000_000L))
                .toList();
        assertThat(series(days, List.of()))
                .containsExactly(
                        new CreditChart.Series("key 9", 1),
                        new CreditChart.Series("key 8", 2),
                        new CreditChart.Series("key 7", 3),
                        new CreditChart.Series("key 6", 4),
                        new CreditChart.Series("key 5", 5),
                        new CreditChart.Series("key 4", 6),
                        new CreditChart.Series("others", 0));
    }

    @Test
    void a_model_keeps_its_colour_whatever_else_is_shown() {
        List<String> order = List.of("a", "b", "c");
        assertThat(series(List.of(new DayCredits(DAY, "c", 9), new DayCredits(DAY, "new", 90)), order))
                .containsExactly(new CreditChart.Series("c", 3), new CreditChart.Series("new", 1));
    }

    @Test
    void a_call_without_a_first_byte_has_waited_until_its_end() {
        CourseBar bar = CourseBar.of(
                new JsonMapper().readTree("{\"reserved\":1000,\"asked\":2000,\"done\":700000,\"settled\":701000}"));
        assertThat(bar.label()).isEqualTo("2.0 ms checks, 698 ms waiting, 1.0 ms settling");
        assertThat(bar.parts().stream().map(CourseBar.Part::name)).containsExactly("checks", "waiting", "settling");
    }

    @Test
    void less_than_a_cent_is_written_with_four_digits() {
        assertThat(Display.dollars(760_000)).isEqualTo("$0.0038");
        assertThat(Display.dollars(57)).isEqualTo("$0.000000285");
        assertThat(Display.dollars(1_999_999)).isEqualTo("$0.009999");
        assertThat(Display.dollars(2_000_000)).isEqualTo("$0.01");
        assertThat(Display.dollars(0)).isEqualTo("$0.00");
    }

    @Test
    void a_browser_is_named_as_people_know_it() {
        assertThat(
                        BrowserWords.of(
                                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36"))
                .isEqualTo("Chrome on Linux");
        assertThat(
                        BrowserWords.of(
                                "Mozilla/5.0 (iPhone; CPU iPhone OS 20_1 like Mac OS X) AppleWebKit/605.1 Version/20.1 Safari/604.1"))
                .isEqualTo("Safari on iOS");
        assertThat(BrowserWords.of("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0 Safari/537.36 Edg/156.0"))
                .isEqualTo("Edge on Windows");
        assertThat(BrowserWords.of("curl/8.5.0")).isEqualTo("curl/8.5.0");
    }

    @Test
    void the_decimal_points_of_a_column_stand_below_each_other() {
        List<String> column = List.of("0.25", "2.9109", "–", "0.000057");
        int decimals = Display.decimals(column.stream());
        Stream<Integer> points = column.stream()
                .map(amount -> Display.padded(amount, decimals))
                .map(amount -> amount.length() - amount.indexOf('.'))
                .filter(fromTheEnd -> fromTheEnd > 2);
        assertThat(points.distinct()).containsExactly(7);
    }
}
