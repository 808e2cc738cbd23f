package dev.tollgate.pages.dashboard.usage;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.TimeForm;
import dev.tollgate.customers.figures.AccountHistory.UsageTable;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.Span.Past;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.OwnerNames;
import dev.tollgate.pages.frame.Change;
import dev.tollgate.pages.frame.Change.Good;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.Sorting;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rows of the usage page's table: keys, models, teams or members, with the range before. Pure. */
public record UsageLines(
        UsageView view, UsageTable table, Past against, UsageTable past, KeyNames names, OwnerNames owners) {

    /** Maximum number of rows of a page of the table. The file has all rows. */
    static final int ROWS = 25;

    private static final int OTHER_ROWS = 10;

    /**
     * A row.
     *
     * @param href the page of the row alone; null if it is, or has none
     * @param calls the log of its calls
     * @param past the range before
     */
    public record Row(
            String id,
            String label,
            @Nullable String href,
            String calls,
            Figures figures,
            Figures before,
            Past past,
            long shareOf) {

        public long net() {
            return figures.netMicros();
        }

        private long difference() {
            return net() - before.netMicros();
        }

        public Change change(Money money) {
            return Change.ofAmount(net(), before.netMicros(), past, Good.DOWN, money);
        }

        public String share() {
            return Display.percent(net(), shareOf);
        }

        public long aCall() {
            return figures.calls() == 0 ? 0 : net() / figures.calls();
        }

        public String tokensTitle() {
            return titleOfTokens(figures);
        }
    }

    public static String titleOfTokens(Figures figures) {
        return say(
                "{in} in, {cached} of them cached; {out} out and {thoughts} of thoughts",
                figures.promptTokens(),
                figures.cachedTokens(),
                figures.completionTokens(),
                figures.thoughtsTokens());
    }

    private static final TimeForm UNTIL = TimeForm.MINUTE_APART;

    /** Returns a span in words, e.g. {@code 1 Oct – 26 Oct}, with the time of the day if it does not end with a day. */
    public static String words(Span span) {
        ZonedDateTime from = span.from().atZone(span.zone());
        ZonedDateTime to = span.to().atZone(span.zone());
        boolean isMidnight = to.toLocalTime().equals(LocalTime.MIDNIGHT);
        LocalDate last = span.to().minusMillis(1).atZone(span.zone()).toLocalDate();
        String end = isMidnight ? Display.dayOfMonth(last) : UNTIL.format(to);
        return isMidnight && last.equals(from.toLocalDate())
                ? end
                : say("{from} – {to}", Display.dayOfMonth(from.toLocalDate()), end);
    }

    /** Returns the time that figures are compared with in words, or the day from which there are figures if they are not compared. */
    public static String against(Past past) {
        return past.since() == null
                ? say("against {span}", words(past.span()))
                : say("since {day}", Display.dayOfMonth(past.since()));
    }

    /** Returns all rows in the order of their ids. */
    List<Row> rows() {
        Map<String, Figures> sums = sums(table);
        Map<String, Figures> before = sums(past);
        return Stream.concat(sums.keySet().stream(), before.keySet().stream())
                .distinct()
                .sorted()
                .map(id -> row(id, sums.getOrDefault(id, Figures.NONE), before.getOrDefault(id, Figures.NONE)))
                .toList();
    }

    /** Returns the largest rows of models, or of keys instead of models; none if one of them is open. */
    List<Row> others() {
        if (view.filters().key() != null || view.filters().model() != null) {
            return List.of();
        }
        return new UsageLines(view.otherWay(), table, against, past, names, owners)
                .rows().stream()
                        .filter(row -> row.figures().calls() > 0 || row.net() != 0)
                        .sorted(Comparator.comparing(Row::net).reversed())
                        .limit(OTHER_ROWS)
                        .toList();
    }

    /** Returns the row of all calls. */
    Row sum() {
        return new Row("", say("Sum"), null, "", table.all(), past.all(), against, 0);
    }

    private Map<String, Figures> sums(UsageTable of) {
        return of.groups().stream()
                .collect(Collectors.toMap(this::id, UsageGroup::figures, Figures::plus, TreeMap::new));
    }

    private String id(UsageGroup group) {
        return Objects.requireNonNull(
                switch (view.rows()) {
                    case KEY -> group.keyId();
                    case TEAM -> group.teamId();
                    case MEMBER -> group.memberId();
                    default -> group.model();
                });
    }

    private Row row(String id, Figures figures, Figures before) {
        By rows = view.rows();
        KeyFilter keys = view.filters().keys();
        boolean isOnly =
                id.isEmpty() || id.equals(rows == By.MODEL ? view.filters().model() : keys.keyId());
        return new Row(
                id,
                label(id),
                isOnly ? null : view.opened(id),
                rows == By.MODEL
                        ? calls(first(), last(), id, keys)
                        : calls(first(), last(), view.filters().model(), id.isEmpty() ? keys : keys.with(rows, id)),
                figures,
                before,
                against,
                table.all().netMicros());
    }

    String label(String id) {
        return switch (view.rows()) {
            case KEY -> names.name(id);
            case TEAM -> owners.team(id);
            case MEMBER -> owners.member(id);
            default -> id;
        };
    }

    LocalDate first() {
        return table.span().from().atZone(table.span().zone()).toLocalDate();
    }

    LocalDate last() {
        return table.span().to().minusMillis(1).atZone(table.span().zone()).toLocalDate();
    }

    String calls(LocalDate from, LocalDate to, @Nullable String model, KeyFilter keys) {
        return view.calls(table.span(), from, to, model, keys);
    }

    /** The log of these days, of the filters' model and key. */
    String calls(LocalDate from, LocalDate to) {
        return calls(from, to, view.filters().model(), view.filters().keys());
    }

    Sorting<Row> sorting() {
        return Sorting.of(
                Map.of(
                        "name", Comparator.comparing(Row::label),
                        "spend", Sorting.most(Row::net),
                        "change", Sorting.most(Row::difference),
                        "calls", Sorting.most(row -> row.figures().calls()),
                        "failed", Sorting.most(row -> row.figures().failed()),
                        "tokens", Sorting.most(row -> row.figures().tokens()),
                        "call", Sorting.most(Row::aCall)),
                view.sort(),
                "spend",
                view::sortedBy);
    }
}
