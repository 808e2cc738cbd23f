package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.customers.figures.DayCredits;
import dev.tollgate.pages.frame.Chart;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * Charts of a figure by day, or by week, month or year if there are many days, in a column for each model or key. Those beyond six share a column; the last
 * column is the sum of all.
 */
public final class PartsChart {

    private static final int COLOURS = 6;
    private static final int OTHER = 0;

    private PartsChart() {}

    /** The length of a row: the shortest that gives not too many rows, so that the page stays small. */
    public enum Period {
        DAY(ChronoUnit.DAYS, 31, "d MMM"),
        WEEK(ChronoUnit.WEEKS, 27, "d MMM"),
        MONTH(ChronoUnit.MONTHS, 36, "MMM uuuu"),
        YEAR(ChronoUnit.YEARS, Integer.MAX_VALUE, "uuuu");

        private final ChronoUnit unit;
        private final int rowsMax;
        private final DateTimeFormatter label;

        Period(ChronoUnit unit, int rowsMax, String label) {
            this.unit = unit;
            this.rowsMax = rowsMax;
            this.label = DateTimeFormatter.ofPattern(label, Locale.ENGLISH);
        }

        /** @param last inclusive */
        public static Period of(LocalDate first, LocalDate last) {
            return Arrays.stream(values())
                    .filter(period -> period.place(first, last) < period.rowsMax)
                    .findFirst()
                    .orElseThrow();
        }

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns the row of a day. @param first day of the range */
        public int place(LocalDate first, LocalDate day) {
            return (int) unit.between(begin(first), begin(day));
        }

        private LocalDate begin(LocalDate day) {
            return switch (this) {
                case DAY -> day;
                case WEEK -> day.minusDays(day.getDayOfWeek().getValue() - 1L);
                case MONTH -> day.withDayOfMonth(1);
                case YEAR -> day.withDayOfYear(1);
            };
        }

        private LocalDate next(LocalDate begin) {
            return begin.plus(1, unit);
        }
    }

    /** A figure of a model or key on a day. */
    public record Part(LocalDate day, String name, long amount) {

        public static Part of(DayCredits credits) {
            return new Part(credits.day(), credits.name(), credits.netMicros());
        }
    }

    /**
     * @param order of the columns; others follow, the largest first
     * @param href the calls between two days, both included
     * @param prefix before the numbers of the axis
     * @param cell of an amount
     */
    public static Chart of(
            List<Part> parts,
            List<String> order,
            LocalDate first,
            LocalDate last,
            BiFunction<LocalDate, LocalDate, String> href,
            String prefix,
            LongFunction<Chart.Cell> cell) {
        Period period = Period.of(first, last);
        Map<String, Long> sizes = parts.stream()
                .collect(Collectors.groupingBy(Part::name, LinkedHashMap::new, Collectors.summingLong(Part::amount)));
        Map<String, Integer> colours = colours(sizes, order);
        Map<LocalDate, long[]> sums = empty(first, last, period);
        for (Part part : parts) {
            long[] row = sums.computeIfAbsent(period.begin(part.day()), _ -> new long[COLOURS + 1]);
            row[colours.getOrDefault(part.name(), OTHER)] += part.amount();
        }
        List<Chart.Series> series = series(colours);
        List<Chart.Row> rows = new ArrayList<>();
        long[] all = new long[COLOURS + 1];
        sums.forEach((day, row) -> {
            LocalDate end = period.next(day).minusDays(1);
            LocalDate from = day.isBefore(first) ? first : day;
            rows.add(row(
                    period.label.format(from), href.apply(from, end.isAfter(last) ? last : end), row, series, cell));
            for (int i = 0; i < row.length; i++) {
                all[i] += row[i];
            }
        });
        return new Chart(period.word(), false, prefix, "", series, "All", rows, row("Sum", "", all, series, cell));
    }

    private static Map<LocalDate, long[]> empty(LocalDate first, LocalDate last, Period period) {
        Map<LocalDate, long[]> rows = new TreeMap<>();
        for (LocalDate day = period.begin(first); !day.isAfter(last); day = period.next(day)) {
            rows.put(day, new long[COLOURS + 1]);
        }
        return rows;
    }

    /**
     * Gives each of the six largest series a colour. A name among the first six of the order always gets the colour of its place, so a model has
     * the same colour on every page.
     *
     * @param sizes of all days, by name
     */
    private static Map<String, Integer> colours(Map<String, Long> sizes, List<String> order) {
        List<String> largest = sizes.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                .toList();
        Map<String, Integer> colours = new LinkedHashMap<>();
        LinkedHashSet<String> present = new LinkedHashSet<>(order);
        present.retainAll(sizes.keySet());
        present.addAll(largest);
        Set<String> coloured = Set.copyOf(largest.subList(0, Math.min(COLOURS, largest.size())));
        boolean[] taken = new boolean[COLOURS + 1];
        for (String name : present) {
            int place = order.indexOf(name);
            if (place >= 0 && place < COLOURS && coloured.contains(name)) {
                colours.put(name, place + 1);
                taken[place + 1] = true;
            }
        }
        for (String name : present) {
            colours.computeIfAbsent(name, other -> coloured.contains(other) ? free(taken) : OTHER);
        }
        return colours;
    }

    private static int free(boolean[] taken) {
        for (int colour = 1; colour < taken.length; colour++) {
            if (!taken[colour]) {
                taken[colour] = true;
                return colour;
            }
        }
        return OTHER;
    }

    private static List<Chart.Series> series(Map<String, Integer> colours) {
        List<Chart.Series> series = new ArrayList<>();
        Map<Integer, Integer> others = new HashMap<>();
        colours.forEach((name, colour) -> {
            if (colour != OTHER) {
                series.add(new Chart.Series(name, colour));
            } else {
                others.merge(OTHER, 1, Integer::sum);
            }
        });
        if (!others.isEmpty()) {
            series.add(new Chart.Series("others", OTHER));
        }
        return series;
    }

    private static Chart.Row row(
            String label, String href, long[] sums, List<Chart.Series> series, LongFunction<Chart.Cell> cell) {
        return new Chart.Row(
                label,
                href,
                series.stream().map(each -> cell.apply(sums[each.colour()])).toList(),
                cell.apply(Arrays.stream(sums).sum()));
    }
}
