package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.Span.Past;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.pages.dashboard.parts.UsageChart;
import dev.tollgate.pages.dashboard.requests.CourseBar;
import dev.tollgate.pages.dashboard.settings.BrowserWords;
import dev.tollgate.pages.dashboard.usage.UsageLines;
import dev.tollgate.pages.frame.Change;
import dev.tollgate.pages.frame.Change.Good;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.Spark;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** What bars, lines and columns show. */
class ChartsTest {

    private static final LocalDate DAY = LocalDate.parse("2026-11-21");

    private static UsageGroup part(LocalDate day, String model, long calls) {
        return new UsageGroup(day, model, null, null, null, null, Figures.of(List.of(UsageColumn.CALLS), calls));
    }

    private static Chart chart(LocalDate first, List<String> order, List<UsageGroup> days) {
        return new UsageChart(first, DAY, null, order, (from, to) -> from + " " + to)
                .of(Metric.CALLS, Money.CREDITS, days, Function.identity());
    }

    private static List<Chart.Series> series(List<UsageGroup> days, List<String> order) {
        return chart(DAY, order, days).series();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-10-22, day, 31, 22 Oct 2026, 21 Nov 2026",
        "2026-10-21, week, 5, 21 Oct 2026, 16 Nov 2026",
        "2026-05-18, week, 27, 18 May 2026, 16 Nov 2026",
        "2026-05-17, month, 7, May 2026, Nov 2026",
        "2023-11-30, year, 4, 2023, 2026"
    })
    void a_long_range_has_rows_of_longer_periods(
            LocalDate first, String unit, int rows, String label, String lastLabel) {
        Chart chart = chart(first, List.of(), List.of(part(first, "a", 1), part(DAY, "a", 2)));
        assertThat(chart.unit()).isEqualTo(unit);
        assertThat(chart.rows()).hasSize(rows);
        assertThat(chart.rows().getFirst().label()).isEqualTo(label);
        assertThat(chart.rows().getFirst().href()).startsWith(first + " ");
        assertThat(chart.rows().getLast().label()).isEqualTo(lastLabel);
        assertThat(chart.rows().getLast().href()).endsWith(" " + DAY);
        assertThat(chart.rows().getLast().all().value()).isEqualTo("2");
        assertThat(chart.sum().all().value()).isEqualTo("3");
    }

    @Test
    void amounts_of_a_chart_are_the_nearest_and_said_to_be_rounded() {
        List<UsageGroup> days = Stream.of("a", "b", "c")
                .map(model -> new UsageGroup(
                        DAY,
                        model,
                        null,
                        null,
                        null,
                        null,
                        Figures.of(List.of(UsageColumn.CHARGED_MICROS), 2_800_000L)))
                .toList();
        Chart three = spend(days); // three of $0.014, together $0.042
        assertThat(three.rows().getFirst().cells().stream().map(Chart.Cell::text))
                .containsExactly("$0.01", "$0.01", "$0.01");
        assertThat(three.rows().getFirst().all().text()).isEqualTo("$0.04");
        assertThat(three.isRounded()).isTrue();
        Chart one = spend(days.subList(0, 1));
        assertThat(one.rows().getFirst().cells().getFirst().text())
                .isEqualTo(one.rows().getFirst().all().text());
        assertThat(one.isRounded()).isFalse();
    }

    private static Chart spend(List<UsageGroup> days) {
        return new UsageChart(DAY, DAY, null, List.of(), (from, to) -> "")
                .of(Metric.SPEND, Money.DOLLARS, days, Function.identity());
    }

    @Test
    void the_six_largest_get_the_colours() {
        List<UsageGroup> days = IntStream.rangeClosed(1, 9)
                .mapToObj(i -> part(DAY, "key " + i, i * 1_000_000L))
                .toList();
        assertThat(series(days, List.of()))
                .containsExactly(
                        new Chart.Series("key 9", 1),
                        new Chart.Series("key 8", 2),
                        new Chart.Series("key 7", 3),
                        new Chart.Series("key 6", 4),
                        new Chart.Series("key 5", 5),
                        new Chart.Series("key 4", 6),
                        new Chart.Series("others", 0));
    }

    @Test
    void a_model_keeps_its_colour_whatever_else_is_shown() {
        List<String> order = List.of("a", "b", "c");
        assertThat(series(List.of(part(DAY, "c", 9), part(DAY, "new", 90)), order))
                .containsExactly(new Chart.Series("c", 3), new Chart.Series("new", 1));
    }

    @Test
    void a_call_without_a_first_byte_has_waited_until_its_end() {
        CourseBar bar = CourseBar.of(
                new JsonMapper().readTree("{\"reserved\":1000,\"asked\":2000,\"done\":700000,\"settled\":701000}"));
        assertThat(bar.label()).isEqualTo("2.0 ms checks, 698 ms waiting, 1.0 ms settling");
        assertThat(bar.parts().stream().map(CourseBar.Part::name)).containsExactly("checks", "waiting", "settling");
    }

    private static Change ofAmount(long now, long before, Past past) {
        return Change.ofAmount(now, before, past, Good.UP, Money.DOLLARS);
    }

    @Test
    void a_time_before_the_first_call_compares_nothing() {
        Past past = Past.of(
                Span.ofDays(LocalDate.of(2026, 10, 1), LocalDate.of(2026, 11, 1)),
                Instant.parse("2026-10-21T08:15:00Z"),
                Instant.parse("2026-10-19T12:00:00Z"));
        assertThat(ofAmount(300_000_000, 200_000_000, past)).isEqualTo(Change.UNKNOWN);
        assertThat(Change.of(120, 100, Good.UP).against(past)).isEqualTo(Change.UNKNOWN);
        assertThat(UsageLines.against(past)).isEqualTo("since 19 Oct 2026");
    }

    @Test
    void a_change_has_an_arrow_and_a_colour_only_if_up_is_good_or_bad() {
        assertThat(Change.of(120, 100, Good.UP)).isEqualTo(new Change("▲ 20 %", "ok"));
        assertThat(Change.of(120, 100, Good.DOWN)).isEqualTo(new Change("▲ 20 %", "danger"));
        assertThat(Change.of(119, 100, Good.UP)).as("small").isEqualTo(new Change("▲ 19 %", "muted"));
        assertThat(Change.of(96, 100, Good.NEITHER)).isEqualTo(new Change("▼ 4 %", "muted"));
        assertThat(Change.of(100, 100, Good.UP)).isEqualTo(new Change("unchanged", "muted"));
        assertThat(Change.of(5, 0, Good.UP).text()).isEqualTo("new");
        assertThat(Change.of(0, 0, Good.UP)).isEqualTo(Change.UNKNOWN);
        Past month = new Past(Span.ofDays(LocalDate.of(2026, 10, 1), LocalDate.of(2026, 11, 1)), null);
        Instant noon = Instant.parse("2026-10-01T12:00:00Z");
        Past hour = new Past(new Span(noon, noon.plusSeconds(3_600), ZoneOffset.UTC), null);
        assertThat(ofAmount(300_000_000, 200_000_000, month)).isEqualTo(new Change("▲ 50 %", "ok"));
        assertThat(ofAmount(300_000_000, 199_999_999, month)).isEqualTo(new Change("+$0.50", "muted"));
        assertThat(ofAmount(200_000_000, 300_000_000, hour)).isEqualTo(new Change("−$0.50", "muted"));
        assertThat(ofAmount(5, 5, hour).text()).isEqualTo("unchanged");
        assertThat(Change.ofShare(16, 1_000, 20, 1_000, Good.DOWN)).isEqualTo(new Change("▼ 0.4 points", "ok"));
    }

    @Test
    void a_percentile_is_unchanged_within_its_bucket() {
        assertThat(Change.ofTime(1_200, 6, 1_900, 6).text()).isEqualTo("unchanged");
        assertThat(Change.ofTime(3_000, 7, 1_500, 6)).isEqualTo(new Change("▲ 100 %", "danger"));
        assertThat(Change.ofTime(3_000, 7, -1, -1).text()).isEqualTo("new");
    }

    @Test
    void a_sparkline_goes_from_the_bottom_to_the_top() {
        assertThat(Spark.of(0, 5, 10).line()).isEqualTo("M0 23L50 12L100 1");
        assertThat(Spark.of(0, 0).line()).isEqualTo("M0 23L100 23");
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
