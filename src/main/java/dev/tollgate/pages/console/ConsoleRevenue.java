package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import templates.console.JterevenueGenerated;

/** {@code /console/revenue}: what was earned, net of refunds, and what it cost by list prices, by day, model, channel or account. Days are UTC's. */
public record ConsoleRevenue(PlatformHistory history, InstantSource clock) {

    static final String PATH = "/console/revenue";

    private static final int ACCOUNTS = 100;
    private static final List<Integer> RANGES = List.of(1, 7, 30, 90, 365);

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.operators(), this::show));
    }

    /** The grouping of the rows. */
    public enum By {
        DAY,
        MODEL,
        CHANNEL,
        ACCOUNT;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static By of(@Nullable String word) {
            for (By by : values()) {
                if (by.word().equals(word)) {
                    return by;
                }
            }
            return DAY;
        }
    }

    /** @param accountId null if the row is not an account's; else what it cost is not known */
    public record Row(String name, @Nullable String accountId, Figures figures) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        By by = By.of(request.query("by"));
        int days = days(request.query("days"));
        LocalDate end = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).plusDays(1);
        Span span = Span.ofDays(end.minusDays(days), end);
        List<PlatformHistory.Group> groups = history.groups(span.from(), span.to(), by == By.DAY, part(by));
        Figures sum = groups.stream().map(PlatformHistory.Group::figures).reduce(Figures.NONE, Figures::plus);
        List<PlatformHistory.OfAccount> accounts = by == By.ACCOUNT
                ? history.highest(span, PlatformHistory.Rank.of(request.query("after")), ACCOUNTS)
                : List.of();
        List<Row> rows = by == By.ACCOUNT
                ? accounts.stream()
                        .map(account -> new Row(account.name(), account.id(), account.figures()))
                        .toList()
                : rows(groups, by);
        String next = accounts.size() == ACCOUNTS ? next(accounts.getLast(), days) : null;
        return PageStep.show(
                (out, shell) -> JterevenueGenerated.render(out, null, shell, by, days, RANGES, rows, sum, next));
    }

    private static String next(PlatformHistory.OfAccount last, int days) {
        PlatformHistory.Rank rank = new PlatformHistory.Rank(last.figures().netMicros(), last.id());
        return PATH + "?by=account&days=" + days + "&after=" + rank.text();
    }

    private static PlatformHistory.Part part(By by) {
        return switch (by) {
            case DAY, ACCOUNT -> PlatformHistory.Part.NOTHING;
            case MODEL -> PlatformHistory.Part.MODEL;
            case CHANNEL -> PlatformHistory.Part.CHANNEL;
        };
    }

    private static List<Row> rows(List<PlatformHistory.Group> groups, By by) {
        Comparator<PlatformHistory.Group> order = by == By.DAY
                ? Comparator.comparing(PlatformHistory.Group::day)
                : Comparator.comparing(group -> group.figures().netMicros());
        return groups.stream()
                .sorted(order.reversed())
                .map(group -> new Row(name(group, by), null, group.figures()))
                .toList();
    }

    private static int days(@Nullable String text) {
        return RANGES.stream()
                .filter(range -> range.toString().equals(text))
                .findFirst()
                .orElse(30);
    }

    private static String name(PlatformHistory.Group group, By by) {
        LocalDate day = group.day();
        return by == By.DAY && day != null ? Display.day(day) : group.name().isEmpty() ? "not known" : group.name();
    }
}
