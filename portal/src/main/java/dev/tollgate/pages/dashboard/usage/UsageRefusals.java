package dev.tollgate.pages.dashboard.usage;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.figures.AccountHistory.Failures;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.rejections.RefusalBooks.Sum;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.frame.Spark;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The refused calls of a range, of which no other figure of the page has any; and its failed calls by error.
 *
 * @param byCode the most frequent error first
 * @param byKey the key with the most first
 * @param byDay days with refused calls, the newest first
 */
public record UsageRefusals(List<ByCode> byCode, List<ByKey> byKey, List<ByDay> byDay) {

    private static final int ROWS = 50;
    private static final int DAYS = 100;

    /** @param days a small line of the days of the range @param href of the calls; null without one */
    public record ByCode(
            String code, long calls, Spark days, @Nullable String href) {}

    /** Failed calls, the most frequent error first. @param since where the counts begin; null if that is where the range does */
    public record Failed(List<ByCode> byCode, @Nullable Instant since) {}

    /** @param href returns where the calls with an error are */
    static Failed failed(Failures failures, Span span, Function<String, @Nullable String> href) {
        List<Sum> sums = failures.counts().stream()
                .map(each -> new Sum(Long.toString(each.startsAt().toEpochMilli()), each.code(), each.calls()))
                .toList();
        return new Failed(byCode(sums, span, href), failures.since());
    }

    /** @param href of the key; null for the playground */
    public record ByKey(String key, @Nullable String href, String code, long calls) {}

    public record ByDay(LocalDate day, long calls) {}

    static UsageRefusals of(RefusalBooks books, String account, UsageView view, Span span, KeyNames names) {
        List<Sum> keys = books.byKey(account, view.filters().keys(), span.from(), span.to());
        List<Sum> times = books.byTime(account, view.filters().keys(), span.from(), span.to());
        List<ByKey> byKey = keys.stream()
                .map(sum -> new ByKey(
                        sum.of().isEmpty() ? say("Playground") : names.name(sum.of()),
                        sum.of().isEmpty() ? null : "/dashboard/keys/" + sum.of(),
                        sum.code(),
                        sum.calls()))
                .sorted(Comparator.comparingLong(ByKey::calls).reversed().thenComparing(ByKey::key))
                .limit(ROWS)
                .toList();
        List<ByDay> byDay = days(times, span, _ -> true).descendingMap().entrySet().stream()
                .map(each -> new ByDay(each.getKey(), each.getValue()))
                .limit(ROWS)
                .toList();
        return new UsageRefusals(byCode(times, span, _ -> null), byKey, byDay);
    }

    private static List<ByCode> byCode(List<Sum> times, Span span, Function<String, @Nullable String> href) {
        LocalDate last = span.to().minusMillis(1).atZone(span.zone()).toLocalDate();
        LocalDate begin = span.from().atZone(span.zone()).toLocalDate();
        LocalDate first = begin.isBefore(last.minusDays(DAYS)) ? last.minusDays(DAYS) : begin;
        return times.stream()
                .collect(Collectors.groupingBy(Sum::code, Collectors.summingLong(Sum::calls)))
                .entrySet()
                .stream()
                .map(each -> new ByCode(
                        each.getKey(),
                        each.getValue(),
                        line(first, last, days(times, span, sum -> sum.code().equals(each.getKey()))),
                        href.apply(each.getKey())))
                .sorted(Comparator.comparingLong(ByCode::calls).reversed().thenComparing(ByCode::code))
                .toList();
    }

    private static TreeMap<LocalDate, Long> days(List<Sum> times, Span span, Predicate<Sum> wanted) {
        return times.stream()
                .filter(wanted)
                .collect(Collectors.groupingBy(
                        sum -> sum.startsAt().atZone(span.zone()).toLocalDate(),
                        TreeMap::new,
                        Collectors.summingLong(Sum::calls)));
    }

    private static Spark line(LocalDate first, LocalDate last, Map<LocalDate, Long> days) {
        return Spark.of(first.datesUntil(last.plusDays(1))
                .mapToLong(day -> days.getOrDefault(day, 0L))
                .toArray());
    }

    /** Returns the number of all. */
    public long calls() {
        return byCode.stream().mapToLong(ByCode::calls).sum();
    }
}
