package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /console/revenue}: what was earned, net of refunds, and what it cost by list prices, by day, model, channel or account. Days are UTC's. */
public final class ConsoleRevenue {

    static final String PATH = "/console/revenue";

    /** In the order of the choice. */
    private static final int ACCOUNTS = 100;

    private static final String NOT_KNOWN = "–";
    private static final List<Integer> RANGES = List.of(1, 7, 30, 90, 365);

    private final PlatformHistory history;
    private final InstantSource clock;

    public ConsoleRevenue(PlatformHistory history, InstantSource clock) {
        this.history = history;
        this.clock = clock;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.operators(), this::show));
    }

    /** What the rows are told apart by. */
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

    /** A row, written out. @param href of whom it is about, or empty */
    public record Line(
            String name,
            String href,
            String calls,
            String failed,
            String charged,
            String refunded,
            String revenue,
            String revenueExact,
            String cost,
            String margin,
            String shortfall,
            String uncosted) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        By by = By.of(request.query("by"));
        int days = days(request.query("days"));
        LocalDate end = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).plusDays(1);
        Span span = Span.ofDays(end.minusDays(days), end);
        List<PlatformHistory.Group> groups = history.groups(span.from(), span.to(), by == By.DAY, part(by));
        Map<String, Object> params = new HashMap<>();
        params.put("by", by);
        params.put("days", days);
        params.put("ranges", RANGES);
        params.put(
                "sum",
                line("All", groups.stream().map(PlatformHistory.Group::figures).reduce(Figures.NONE, Figures::plus)));
        if (by == By.ACCOUNT) {
            List<PlatformHistory.OfAccount> accounts =
                    history.highest(span, PlatformHistory.Rank.of(request.query("after")), ACCOUNTS);
            params.put("lines", lines(accounts));
            if (accounts.size() == ACCOUNTS) {
                PlatformHistory.OfAccount last = accounts.getLast();
                PlatformHistory.Rank rank =
                        new PlatformHistory.Rank(last.figures().netMicros(), last.id());
                params.put("next", PATH + "?by=account&days=" + days + "&after=" + rank.text());
            }
        } else {
            params.put("lines", lines(groups, by));
        }
        return PageStep.show("console/revenue.jte", params);
    }

    private static PlatformHistory.Part part(By by) {
        return switch (by) {
            case DAY, ACCOUNT -> PlatformHistory.Part.NOTHING;
            case MODEL -> PlatformHistory.Part.MODEL;
            case CHANNEL -> PlatformHistory.Part.CHANNEL;
        };
    }

    private static List<Line> lines(List<PlatformHistory.Group> groups, By by) {
        Comparator<PlatformHistory.Group> order = by == By.DAY
                ? Comparator.comparing(PlatformHistory.Group::day)
                : Comparator.comparing(group -> group.figures().netMicros());
        return groups.stream()
                .sorted(order.reversed())
                .map(group -> line(name(group, by), group.figures()))
                .toList();
    }

    /** What one of them costs is not kept apart. */
    private static List<Line> lines(List<PlatformHistory.OfAccount> accounts) {
        return accounts.stream().map(ConsoleRevenue::line).toList();
    }

    private static Line line(PlatformHistory.OfAccount account) {
        Figures figures = account.figures();
        return new Line(
                account.name(),
                ConsoleAccounts.PATH + "/" + account.id(),
                Texts.number(figures.calls()),
                Texts.number(figures.failed()),
                Texts.sum(figures.chargedMicros()),
                Texts.sum(figures.refundedMicros()),
                Texts.sum(figures.netMicros()),
                Texts.exact(figures.netMicros()),
                NOT_KNOWN,
                NOT_KNOWN,
                NOT_KNOWN,
                "");
    }

    private static int days(@Nullable String text) {
        return RANGES.stream()
                .filter(range -> range.toString().equals(text))
                .findFirst()
                .orElse(30);
    }

    private static String name(PlatformHistory.Group group, By by) {
        LocalDate day = group.day();
        return by == By.DAY && day != null ? Texts.day(day) : group.name().isEmpty() ? "not known" : group.name();
    }

    private static Line line(String name, Figures figures) {
        return new Line(
                name,
                "",
                Texts.number(figures.calls()),
                Texts.number(figures.failed()),
                Texts.sum(figures.chargedMicros()),
                Texts.sum(figures.refundedMicros()),
                Texts.sum(figures.netMicros()),
                Texts.exact(figures.netMicros()),
                Texts.sum(figures.costMicros()),
                Texts.sum(figures.marginMicros()),
                Texts.sum(figures.shortfallMicros()),
                figures.uncosted() == 0 ? "" : Texts.count(figures.uncosted(), "call") + " of unknown cost");
    }
}
