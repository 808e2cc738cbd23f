package dev.tollgate.pages.console.parts;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.pages.console.money.ConsoleRevenue;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.SwitchLink;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleRangeTest {

    private static final Instant NOW = Instant.parse("2026-11-28T20:41:00Z");

    /** Returns figures by hour that depend on the weekday and the hour alone. */
    private static NavigableMap<Instant, Figures> wave(ConsoleRange range, boolean isNow) {
        NavigableMap<Instant, Figures> hours = new TreeMap<>();
        Instant from = (isNow ? range.span() : range.before()).from();
        Instant to = (isNow ? range.span() : range.before()).to();
        for (Instant at = from; at.isBefore(to); at = at.plus(1, ChronoUnit.HOURS)) {
            int day = at.atZone(ZoneOffset.UTC).getDayOfWeek().getValue();
            hours.put(
                    at,
                    Figures.of(
                            List.of(UsageColumn.CALLS),
                            day * 100L + at.atZone(ZoneOffset.UTC).getHour()));
        }
        return hours;
    }

    @ParameterizedTest
    @ValueSource(strings = {"24h", "7d", "30d", "90d", "2026-11-02_2026-11-15", "2026-11-20", "2026-01-01_2026-11-28"})
    void a_weekly_wave_shows_no_change(String word) {
        ConsoleRange range = ConsoleRange.of(word, NOW);
        assertThat(range.word()).isEqualTo(word);
        PlatformChart chart = new PlatformChart(range, wave(range, true), wave(range, false), false);
        assertThat(chart.sum()).isEqualTo(chart.sumBefore());
        assertThat(range.periods()).allSatisfy(at -> assertThat(chart.at(at)).isEqualTo(chart.beforeAt(at)));
        assertThat(range.before().to()).isBeforeOrEqualTo(range.span().from());
    }

    @ParameterizedTest
    @ValueSource(strings = {"24h", "30d", "90d", "365d", "2026-11", "2026-10", "2026-03", "2025-11-29_2026-11-28"})
    void differences_of_the_rows_add_up_to_the_change(String word) {
        ConsoleRange range = ConsoleRange.of(word, NOW);
        PlatformChart chart = new PlatformChart(range, wave(range, true), wave(range, false), false);
        Figures difference = range.periods().stream()
                .map(at -> chart.at(at).minus(chart.beforeAt(at)))
                .reduce(Figures.NONE, Figures::plus);
        assertThat(difference).isEqualTo(chart.sum().minus(chart.sumBefore()));
    }

    @Test
    void a_range_is_compared_from_the_first_call_on() {
        ConsoleRange range = ConsoleRange.of("7d", NOW);
        Instant begin = range.before().from();
        assertThat(range.since(begin, begin).against()).isEqualTo("against the same weekdays, 7 days before");
        Instant later = begin.plusSeconds(3_600);
        ConsoleRange early = range.since(later, later);
        assertThat(early.against()).isEqualTo("since 15 Nov 2026");
        assertThat(early.past(early.span().from()).isCompared()).isFalse();
        PlatformChart chart = new PlatformChart(early, wave(early, true), wave(early, false), false);
        assertThat(ConsoleRevenue.RevenueNews.sentence(
                        Stream.of(new ConsoleRevenue.RevenueNews.Mover("Ann", 1, "")), chart, Money.DOLLARS))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "30d, 2026-10-30T00:00:00Z, 2026-11-28T21:00:00Z, 2026-09-25T00:00:00Z, 2026-10-24T21:00:00Z,"
                + " 'against the same weekdays, 35 days before'",
        "90d, 2026-08-31T00:00:00Z, 2026-11-28T21:00:00Z, 2026-06-01T00:00:00Z, 2026-08-29T21:00:00Z,"
                + " 'against the same weekdays, 91 days before'",
        "2026-11, 2026-11-01T00:00:00Z, 2026-11-28T21:00:00Z, 2026-10-01T00:00:00Z, 2026-10-28T21:00:00Z,"
                + " against 1 Oct 2026 – 28 Oct 2026",
        "2026-10, 2026-10-01T00:00:00Z, 2026-11-01T00:00:00Z, 2026-09-01T00:00:00Z, 2026-10-01T00:00:00Z,"
                + " against September",
        "365d, 2025-12-01T00:00:00Z, 2026-11-29T00:00:00Z, 2024-12-01T00:00:00Z, 2025-11-29T00:00:00Z,"
                + " against the 12 months before"
    })
    void a_range_says_what_it_is_compared_with(
            String word, Instant from, Instant to, Instant first, Instant until, String against) {
        ConsoleRange range = ConsoleRange.of(word, NOW);
        assertThat(List.of(range.span().from(), range.span().to())).containsExactly(from, to);
        assertThat(List.of(range.before().from(), range.before().to())).containsExactly(first, until);
        assertThat(range.against()).isEqualTo(against);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "31d",
                "2026-13",
                "2026-12",
                "2019-12",
                "2026-11-20_2026-11-02",
                "2027-01-01_2027-01-02",
                "x_y"
            })
    void an_unknown_range_is_refused(String word) {
        assertThatThrownBy(() -> ConsoleRange.of(word, NOW))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("The range '" + word + "' is unknown; allowed are 24h");
    }

    @Test
    void one_link_is_the_chosen_range() {
        for (String word : List.of("24h", "30d", "365d", "2026-11", "2026-10", "2026-08", "2026-11-02_2026-11-15")) {
            List<SwitchLink> links =
                    ConsoleRange.links("/x?range=", ConsoleRange.of(word, NOW), ConsoleRange.YEAR, NOW);
            assertThat(links).extracting(SwitchLink::text).contains("November", "October");
            assertThat(links.stream().filter(SwitchLink::isCurrent)).as(word).hasSize(1);
        }
    }
}
