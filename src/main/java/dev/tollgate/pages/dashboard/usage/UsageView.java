package dev.tollgate.pages.dashboard.usage;

import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.pages.dashboard.parts.CallFilters;
import dev.tollgate.pages.dashboard.parts.ChosenRange;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.SwitchLink;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The choices that the URL of the usage page makes.
 *
 * @param filters with a range, and perhaps a model or a key that is opened
 * @param by what the URL groups by: key or model, in files also day
 * @param sort a column of the table; null for the largest spend first
 * @param page of the table's rows, from 0 on
 */
public record UsageView(
        CallFilters filters,
        String by,
        Metric metric,
        @Nullable String sort,
        int page) {

    private static final int PAGE_MAX = 1_000;

    /** A figure that the chart draws. */
    public enum Metric {
        SPEND("Spend"),
        CALLS("Calls"),
        TOKENS("Tokens"),
        FIRST_BYTE("First byte"),
        ERRORS("Errors");

        final String title;

        Metric(String title) {
            this.title = title;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static UsageView of(PageRequest<?> request, CallFilters filters) {
        String by = request.query("by");
        String metric = request.query("metric");
        String page = request.query("page");
        return new UsageView(
                filters,
                by != null && Set.of("day", "model").contains(by) ? by : "key",
                Stream.of(Metric.values())
                        .filter(each -> each.word().equals(metric))
                        .findFirst()
                        .orElse(Metric.SPEND),
                request.query("sort"),
                page != null && page.matches("[0-9]{1,3}") ? Math.min(Integer.parseInt(page), PAGE_MAX) : 0);
    }

    /** The same with models as rows instead of keys, or the other way round. */
    UsageView otherWay() {
        return new UsageView(filters, isByKey() ? "model" : "key", metric, null, 0);
    }

    ChosenRange range() {
        return Objects.requireNonNull(filters.range());
    }

    /** Returns whether rows are keys. An opened key has models as rows, an opened model keys. */
    public boolean isByKey() {
        boolean isKeyOpen = filters.key() != null;
        return isKeyOpen == (filters.model() != null) ? !by.equals("model") : !isKeyOpen;
    }

    /** Returns whether it is a month or its begin, which is compared with the month before. */
    boolean isMonth() {
        LocalDate first = range().first();
        return range().name().equals("month")
                || (first.getDayOfMonth() == 1
                        && range().last().equals(first.plusMonths(1).minusDays(1)));
    }

    UsageQuestion question(Span span, By... groups) {
        return new UsageQuestion(span, Set.of(groups), filters.model(), filters.keys(), null, UsageQuestion.LIMIT_MAX);
    }

    // ---- links ----

    /** The page with what is not usual in the URL. */
    private static String link(CallFilters filters, String by, Metric metric, @Nullable String sort) {
        return filters.at(UsagePage.PATH)
                .with("by", by.equals("model") ? by : null)
                .with("metric", metric == Metric.SPEND ? null : metric.word())
                .with("sort", sort)
                .text();
    }

    private static CallFilters with(ChosenRange range, @Nullable String model, KeyFilter keys) {
        return new CallFilters(range, null, model, keys, null, null, null);
    }

    String sortedBy(String name) {
        return link(filters, by, metric, name);
    }

    String ofPage(int number) {
        return new PageLink(link(filters, by, metric, sort))
                .with("page", number == 0 ? null : Integer.toString(number))
                .text();
    }

    /** The page of one row: a key with its models, or a model with its keys. */
    String opened(String id) {
        return link(
                isByKey()
                        ? with(range(), filters.model(), filters.keys().withKey(id))
                        : with(range(), id, filters.keys()),
                by,
                metric,
                null);
    }

    /** The page of all models and keys. */
    public String closed() {
        return link(with(range(), null, KeyFilter.of(filters.keys().view())), by, metric, null);
    }

    public String file(String group) {
        return filters.at(UsagePage.PATH + ".csv").with("by", group).text();
    }

    /** @param month the name of the present one */
    List<SwitchLink> ranges(String month) {
        ChosenRange range = range();
        List<SwitchLink> links = new ArrayList<>();
        for (String name : List.of("today", "7", "30", "month", "own")) {
            String text =
                    switch (name) {
                        case "today" -> "Today";
                        case "month" -> month;
                        case "own" -> "Custom";
                        default -> name + " days";
                    };
            ChosenRange other = new ChosenRange(name, range.first(), range.last(), range.zone(), range.isUtcByWish());
            links.add(new SwitchLink(
                    text,
                    link(with(other, filters.model(), filters.keys()), by, metric, sort),
                    range.name().equals(name)));
        }
        return links;
    }

    public List<SwitchLink> groups() {
        return Stream.of("key", "model")
                .map(each -> new SwitchLink(
                        each.equals("key") ? "Key" : "Model",
                        link(filters, each, metric, null),
                        isByKey() == each.equals("key")))
                .toList();
    }

    public List<SwitchLink> metrics() {
        return Stream.of(Metric.values())
                .map(each -> new SwitchLink(each.title, link(filters, by, each, sort), each == metric))
                .toList();
    }

    /** Returns the log of calls between two days, both included. */
    String calls(Span span, LocalDate from, LocalDate to, @Nullable String model, @Nullable String key) {
        return PageLink.to(PageLink.REQUESTS)
                .with("range", "own")
                .with("from", from.toString())
                .with("to", to.toString())
                .with("utc", span.zone().equals(ZoneOffset.UTC) ? "1" : null)
                .with("model", model)
                .with("key", key)
                .text();
    }

    /** Returns the range as the head of a figure. @param span what is shown */
    String rangeWords(Span span) {
        return switch (range().name()) {
            case "today" -> "Today so far";
            case "7", "30", "90" -> "Last " + range().name() + " days";
            case "month" -> MonthPace.name(range().first()) + " so far";
            default -> UsageLines.words(span);
        };
    }

    public String title(String unit) {
        return (metric == Metric.FIRST_BYTE ? "First byte, median" : metric.title) + " by " + unit;
    }
}
