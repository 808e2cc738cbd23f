package dev.tollgate.pages.dashboard.usage;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.pages.dashboard.parts.CallFilters;
import dev.tollgate.pages.dashboard.parts.ChosenRange;
import dev.tollgate.pages.dashboard.parts.OwnerNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.SwitchLink;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The choices that the URL of the usage page makes.
 *
 * @param filters with a range, and perhaps a model, a key, a team or a member that is opened
 * @param by what the URL groups by; by day only in files
 * @param sort a column of the table; null for the largest spend first
 * @param page of the table's rows, from 0 on
 */
public record UsageView(
        CallFilters filters, By by, Metric metric, @Nullable String sort, int page) {

    private static final int PAGE_MAX = 1_000;

    static UsageView of(PageRequest<?> request, CallFilters filters) {
        String by = request.query("by");
        String page = request.query("page");
        return new UsageView(
                filters,
                Stream.of(By.values())
                        .filter(each -> each != By.LABEL && each.word().equals(by))
                        .findFirst()
                        .orElse(By.KEY),
                Metric.of(request.query("metric"), Metric.OF_ACCOUNTS, Metric.SPEND),
                request.query("sort"),
                page != null && page.matches("[0-9]{1,3}") ? Math.min(Integer.parseInt(page), PAGE_MAX) : 0);
    }

    /** Returns this view with models as rows, or with keys instead of models. */
    public UsageView otherWay() {
        return new UsageView(filters, rows() == By.MODEL ? By.KEY : By.MODEL, metric, null, 0);
    }

    ChosenRange range() {
        return Objects.requireNonNull(filters.range());
    }

    /** Returns the kinds of rows: as the URL says, but an opened key has models as rows, and an opened model, team or member no row of its kind. */
    public By rows() {
        boolean isKeyOpen = filters.key() != null;
        if (isKeyOpen != (filters.model() != null)) {
            return isKeyOpen ? By.MODEL : by == By.MODEL ? By.KEY : opened();
        }
        return opened();
    }

    private By opened() {
        boolean isOpen = by == By.DAY
                || (by == By.TEAM && filters.team() != null)
                || (by == By.MEMBER && filters.member() != null);
        return isOpen ? By.KEY : by;
    }

    /** Returns whether it is a month or its begin, which is compared with the month before. */
    public boolean isMonth() {
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
    private static String link(CallFilters filters, By by, Metric metric, @Nullable String sort) {
        return filters.at(UsagePage.PATH)
                .with("by", by == By.KEY || by == By.DAY ? null : by.word())
                .with("metric", metric == Metric.SPEND ? null : metric.word())
                .with("sort", sort)
                .text();
    }

    private static CallFilters with(ChosenRange range, @Nullable String model, KeyFilter keys) {
        return new CallFilters(range, null, model, keys, null, null, null, null, null, null);
    }

    String sortedBy(String name) {
        return link(filters, by, metric, name);
    }

    String ofPage(int number) {
        return new PageLink(link(filters, by, metric, sort))
                .with("page", number == 0 ? null : Integer.toString(number))
                .text();
    }

    /** The page of one row: a key with its models, or a model, a team or a member with its keys. */
    String opened(String id) {
        CallFilters its = rows() == By.MODEL
                ? with(range(), id, filters.keys())
                : with(range(), filters.model(), filters.keys().with(rows(), id));
        return link(its, by, metric, null);
    }

    /** The page of all models and keys. */
    public String closed() {
        return link(with(range(), null, KeyFilter.of(filters.keys().view())), by, metric, null);
    }

    public String file(By group) {
        return filters.at(UsagePage.PATH + ".csv").with("by", group.word()).text();
    }

    /** @param month the name of the present one */
    List<SwitchLink> ranges(String month) {
        ChosenRange range = range();
        List<SwitchLink> links = new ArrayList<>();
        for (String name : List.of("today", "7", "30", "month", "own")) {
            String text =
                    switch (name) {
                        case "today" -> say("Today");
                        case "month" -> month;
                        case "own" -> say("Custom");
                        default -> say("{days} days", name);
                    };
            ChosenRange other = new ChosenRange(name, range.first(), range.last(), range.zone(), range.isUtcByWish());
            links.add(new SwitchLink(
                    text,
                    link(with(other, filters.model(), filters.keys()), by, metric, sort),
                    range.name().equals(name)));
        }
        return links;
    }

    /** @param owners none: rows are keys or models alone */
    public List<SwitchLink> groups(OwnerNames owners) {
        return Stream.of(By.KEY, By.MODEL, By.TEAM, By.MEMBER)
                .filter(each -> !each.isOwner()
                        || each == by
                        || !(each == By.TEAM ? owners.teams() : owners.members()).isEmpty())
                .map(each -> new SwitchLink(title(each), link(filters, each, metric, null), rows() == each))
                .toList();
    }

    /** Returns the head of a list with such rows. */
    public static String heading(By by) {
        return switch (by) {
            case DAY -> say("By day");
            case MODEL -> say("By model");
            case KEY -> say("By key");
            case TEAM -> say("By team");
            case MEMBER -> say("By member");
            case LABEL -> say("By label");
        };
    }

    /** Returns the name of a list with such rows. */
    public static String usage(By by) {
        return switch (by) {
            case DAY -> say("Usage by day");
            case MODEL -> say("Usage by model");
            case KEY -> say("Usage by key");
            case TEAM -> say("Usage by team");
            case MEMBER -> say("Usage by member");
            case LABEL -> say("Usage by label");
        };
    }

    /** Returns what a row is called. */
    public static String title(By by) {
        return switch (by) {
            case DAY -> say("Day");
            case MODEL -> say("Model");
            case KEY -> say("Key");
            case TEAM -> say("Team");
            case MEMBER -> say("Member");
            case LABEL -> say("Tag");
        };
    }

    public List<SwitchLink> metrics() {
        return Metric.links(Metric.OF_ACCOUNTS, metric, each -> link(filters, by, each, sort));
    }

    /** Returns the log of calls between two days, both included. */
    String calls(Span span, LocalDate from, LocalDate to, @Nullable String model, KeyFilter keys) {
        return PageLink.to(PageLink.REQUESTS)
                .with("range", "own")
                .with("from", from.toString())
                .with("to", to.toString())
                .with("utc", span.zone().equals(ZoneOffset.UTC) ? "1" : null)
                .with("model", model)
                .with("key", keys.keyId())
                .with("team", keys.teamId())
                .with("member", keys.memberId())
                .text();
    }

    /** Returns what the cache saved and could have saved, in a sentence; empty for neither. */
    public String saved(Money money, Figures all) {
        String saved = money.sum(all.savedMicros()) + money.unit();
        String missed = money.sum(all.missedMicros()) + money.unit();
        if (all.missedMicros() == 0) {
            return all.savedMicros() == 0 ? "" : say("Caching saved {amount}.", saved);
        }
        return all.savedMicros() == 0
                ? say("Caching could have saved {amount}.", missed)
                : say("Caching saved {saved} and could have saved {missed} more.", saved, missed);
    }

    /** Returns the range as the head of a figure. @param span what is shown */
    String rangeWords(Span span) {
        return switch (range().name()) {
            case "today" -> say("Today so far");
            case "7", "30", "90" -> say("Last {days} days", range().name());
            case "month" -> say("{month} so far", MonthPace.name(range().first()));
            default -> UsageLines.words(span);
        };
    }
}
