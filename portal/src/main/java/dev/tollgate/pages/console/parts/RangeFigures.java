package dev.tollgate.pages.console.parts;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.PlatformHistory.Sums;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The figures of a range and of the one before, by hour or day, model and channel; hours or days without calls are missing. */
public record RangeFigures(ConsoleRange range, Map<Instant, Sums> now, Map<Instant, Sums> before) {

    public static RangeFigures read(PlatformHistory history, ConsoleRange range) {
        return new RangeFigures(range, read(history, range, range.span()), read(history, range, range.before()));
    }

    /** Reads a range without the one before. */
    public static RangeFigures readAlone(PlatformHistory history, ConsoleRange range) {
        return new RangeFigures(range, read(history, range, range.span()), Map.of());
    }

    private static Map<Instant, Sums> read(PlatformHistory history, ConsoleRange range, Span span) {
        return history.periods(span.from(), span.to(), range.isOfHours());
    }

    public Sums sum() {
        return now.values().stream().reduce(Sums.NONE, Sums::plus);
    }

    public Sums sumBefore() {
        return before.values().stream().reduce(Sums.NONE, Sums::plus);
    }

    public PlatformChart chart() {
        return chart(Sums::all);
    }

    /** @param of a part of the figures, like a model's */
    public PlatformChart chart(Function<Sums, Figures> of) {
        return new PlatformChart(range, figures(now, of), figures(before, of), false);
    }

    private static NavigableMap<Instant, Figures> figures(Map<Instant, Sums> periods, Function<Sums, Figures> of) {
        NavigableMap<Instant, Figures> figures = new TreeMap<>();
        periods.forEach((at, sums) -> figures.put(at, of.apply(sums)));
        return figures;
    }

    /** Returns the figures of an account. @param range of days @param model null for all */
    public static PlatformChart ofAccount(
            AccountHistory history, String id, ConsoleRange range, @Nullable String model) {
        return new PlatformChart(
                range, days(history, id, range.span(), model), days(history, id, range.before(), model), true);
    }

    private static NavigableMap<Instant, Figures> days(
            AccountHistory history, String id, Span span, @Nullable String model) {
        UsageQuestion byDay =
                new UsageQuestion(span, Set.of(By.DAY), model, KeyFilter.ALL, null, UsageQuestion.LIMIT_MAX);
        NavigableMap<Instant, Figures> days = new TreeMap<>();
        history.usage(id, byDay)
                .groups()
                .forEach(day -> days.put(
                        Objects.requireNonNull(day.day())
                                .atStartOfDay(ZoneOffset.UTC)
                                .toInstant(),
                        day.figures()));
        return days;
    }
}
