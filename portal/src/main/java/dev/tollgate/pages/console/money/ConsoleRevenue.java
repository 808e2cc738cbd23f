package dev.tollgate.pages.console.money;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.figures.CsvColumns;
import dev.tollgate.customers.figures.Figure;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.Payers;
import dev.tollgate.customers.figures.Payers.Payer;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.PlatformHistory.OfAccount;
import dev.tollgate.customers.figures.Span.Past;
import dev.tollgate.http.Route;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.ConsoleRange;
import dev.tollgate.pages.console.parts.PlatformChart;
import dev.tollgate.pages.console.parts.RangeFigures;
import dev.tollgate.pages.console.server.ConsoleChannels;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Change;
import dev.tollgate.pages.frame.Change.Good;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Sorting;
import dev.tollgate.pages.frame.SwitchLink;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.console.JterevenueGenerated;

/**
 * {@code /console/revenue}, and the same as a file: what was earned, net of refunds, and what it cost by list prices, by time, model, channel or
 * account, against the range before. Days are UTC's.
 */
public record ConsoleRevenue(PlatformHistory history, InstantSource clock) {

    /** Maximum number of rows of a page. The file has all rows. */
    private static final int ROWS = 31;

    private static final String SORT = "sort";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.REVENUE, pages.operators(), this::show),
                pages.file(ConsolePaths.REVENUE + ".csv", pages.operators(), this::file));
    }

    /** The grouping of the rows. A day may be an hour, a week or a month, as the range has them. */
    public enum By {
        DAY(sentence("By day"), sentence("Day"), sentence("day")),
        MODEL(sentence("By model"), sentence("Model"), sentence("model")),
        CHANNEL(sentence("By channel"), sentence("Channel"), sentence("channel")),
        ACCOUNT(sentence("By account"), sentence("Account"), sentence("account"));

        private final Sentence title;
        private final Sentence head;
        private final Sentence link;

        By(Sentence title, Sentence head, Sentence link) {
            this.title = title;
            this.head = head;
            this.link = link;
        }

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @param word of a request; for any that is not known, accounts of a range of one's own, else days */
        public static By of(@Nullable String word, ConsoleRange range) {
            return Stream.of(values())
                    .filter(by -> by.word().equals(word))
                    .findFirst()
                    .orElse(range.isOwn() ? ACCOUNT : DAY);
        }
    }

    /**
     * A row.
     *
     * @param id the begin of a day, an id of an account or the name
     * @param href what made its difference, its calls, or the account's page; empty for none
     * @param past the time before
     * @param isOfAccount whether the costs of older calls are not known
     */
    public record Row(
            String id, String name, String href, Figures figures, Figures before, Past past, boolean isOfAccount) {

        public long unknown() {
            return isOfAccount ? figures.calls() - figures.costed() : Figure.UNCOSTED.of(figures);
        }

        /** Returns whether the cost of any call is known. */
        public boolean hasCost() {
            return !isOfAccount || figures.costed() > 0 || figures.calls() == 0;
        }

        /** Returns whether an account's costs are known of all its calls: a margin without some of them would be too large. */
        public boolean hasMargin() {
            return !isOfAccount || unknown() == 0;
        }

        /** Returns the share of cached tokens; null without any. */
        public @Nullable String cached() {
            return figures.cachedTokens() == 0 ? null : Display.percent(figures.cachedTokens(), figures.promptTokens());
        }

        public Change change(Money money) {
            return Change.ofAmount(figures.netMicros(), before.netMicros(), past, Good.UP, money);
        }

        /** Returns the revenue of the range minus the revenue of the time before. */
        public long difference() {
            return figures.netMicros() - before.netMicros();
        }

        /** Returns a figure to sort by: what is not known comes last. */
        long known(boolean isKnown, ToLongFunction<Figures> figure) {
            return isKnown ? figure.applyAsLong(figures) : Long.MIN_VALUE;
        }
    }

    /** The chosen range, grouping and figure, and the links to others. */
    public record Choice(
            ConsoleRange range,
            By by,
            List<SwitchLink> ranges,
            List<SwitchLink> groups,
            Metric metric,
            List<SwitchLink> metrics) {

        /** Returns the title of the table. */
        public String title() {
            return by == By.DAY ? range.title() : by.title.said();
        }

        /** Returns the head of its first column. */
        public String head() {
            return by == By.DAY ? range.head() : by.head.said();
        }
    }

    /**
     * The change against the range before.
     *
     * @param accounts the accounts that changed most, in a sentence
     * @param models the models that changed most, in a sentence
     */
    public record Changes(String accounts, String models, Chart chart) {}

    /**
     * A page of the table.
     *
     * @param notes what is said of accounts and channels, by id
     * @param first the page of the first rows; null if it is this one
     * @param next the page of the next rows, or null
     */
    public record Listed(
            Sorting<Row> sorting,
            List<Row> rows,
            Map<String, String> notes,
            Row sum,
            @Nullable String first,
            @Nullable String next) {}

    /** The choices that the URL makes, apart from the order of the rows. */
    private record View(By by, ConsoleRange range, Metric metric) {

        PageLink link() {
            return link(by, range.word(), metric);
        }

        private static PageLink link(By by, String range, Metric metric) {
            return PageLink.to(ConsolePaths.REVENUE)
                    .with("by", by.word())
                    .with("chart", metric == Metric.MONEY ? null : metric.word())
                    .with(ConsoleRange.FIELD, range);
        }

        List<SwitchLink> ranges(Instant now) {
            return ConsoleRange.links(
                    link(by, "", metric).text() + "&" + ConsoleRange.FIELD + "=", range, ConsoleRange.YEAR, now);
        }

        List<SwitchLink> groups() {
            return Stream.of(By.values())
                    .map(each -> new SwitchLink(
                            (each == By.DAY ? Chart.unit(range.unit()) : each.link).said(),
                            link(each, range.word(), metric).text(),
                            each == by))
                    .toList();
        }

        List<SwitchLink> metrics(String sort) {
            return Metric.links(Metric.OF_PLATFORM, metric, it -> link(by, range.word(), it)
                    .with(SORT, sort)
                    .text());
        }
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        ConsoleRange chosen = range(request);
        View view = new View(
                By.of(request.query("by"), chosen),
                chosen,
                Metric.of(request.query("chart"), Metric.OF_PLATFORM, Metric.MONEY));
        RangeFigures figures = RangeFigures.read(history, view.range);
        PlatformChart chart = figures.chart();
        Sorting<Row> sorting = sorting(view.by, view.range, request, name -> view.link()
                .with(SORT, name)
                .text());
        List<Row> all = sorting.sorted(rows(view.by, figures));
        int from = Math.min(page(request) * ROWS, all.size());
        List<Row> rows = all.subList(from, Math.min(all.size(), from + ROWS));
        PageLink sorted = view.link().with(SORT, sorting.chosen());
        Choice choice = new Choice(
                view.range,
                view.by,
                view.ranges(clock.instant()),
                view.groups(),
                view.metric,
                view.metrics(sorting.chosen()));
        Changes changes = new Changes(
                accountsChanged(chart, request.money()),
                modelsChanged(figures, chart, request.money()),
                chart.chart(view.metric, request.money(), at -> opened(view.range, at)));
        Listed listed = new Listed(
                sorting,
                rows,
                notes(view.by, rows),
                sum(chart),
                from == 0 ? null : sorted.text(),
                from + ROWS < all.size()
                        ? sorted.with("page", Integer.toString(from / ROWS + 1)).text()
                        : null);
        return PageStep.show((out, shell) -> JterevenueGenerated.render(out, null, shell, choice, changes, listed));
    }

    private static Row sum(PlatformChart chart) {
        return new Row(
                "",
                say("All"),
                "",
                chart.sum(),
                chart.sumBefore(),
                chart.range().past(),
                false);
    }

    private ConsoleRange range(PageRequest<Visitor.Member> request) {
        String own = ConsoleRange.word(request.query("from"), request.query("to"));
        Instant first = history.firstCall();
        return ConsoleRange.of(own == null ? request.query(ConsoleRange.FIELD) : own, clock.instant())
                .since(first, first);
    }

    public static int page(PageRequest<Visitor.Member> request) {
        String page = request.query("page");
        return page != null && page.matches("[0-9]{1,4}") ? Integer.parseInt(page) : 0;
    }

    private static Sorting<Row> sorting(
            By by, ConsoleRange range, PageRequest<Visitor.Member> request, UnaryOperator<String> href) {
        Map<String, Comparator<Row>> orders = new HashMap<>(Map.of(
                "name", Comparator.comparing(by == By.DAY ? Row::id : Row::name),
                "calls", most(Figures::calls),
                "refunded", most(Figures::refundedMicros),
                "revenue", most(Figures::netMicros),
                "change", Sorting.most(Row::difference).thenComparing(Row::id),
                "cost", Sorting.most(row -> row.known(row.hasCost(), Figures::costMicros)),
                "margin", Sorting.most(row -> row.known(row.hasMargin(), Figures::marginMicros)),
                "share", Sorting.most(row -> row.known(row.hasMargin(), ConsoleRevenue::share))));
        orders.put("unknown", Sorting.most(Row::unknown));
        if (by != By.ACCOUNT) {
            orders.put("uncovered", most(Figure.SHORTFALL::of));
        }
        String usual = by == By.DAY ? "-name" : range.isOwn() && by == By.ACCOUNT ? "change" : "revenue";
        return Sorting.of(orders, request.query(SORT), usual, href);
    }

    private static Comparator<Row> most(ToLongFunction<Figures> figure) {
        return Sorting.most(row -> figure.applyAsLong(row.figures()));
    }

    private static long share(Figures figures) {
        return PlatformChart.permille(figures.marginMicros(), figures.netMicros());
    }

    // ---- changes ----

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private String accountsChanged(PlatformChart chart, Money money) {
        ConsoleRange range = chart.range();
        return RevenueNews.sentence(
                RevenueNews.of(history.payers().changed(range.span(), range.before(), 1), today()), chart, money);
    }

    private static String modelsChanged(RangeFigures figures, PlatformChart chart, Money money) {
        return RevenueNews.sentence(
                named(
                                figures.range(),
                                figures.sum().models(),
                                figures.sumBefore().models(),
                                _ -> "")
                        .stream()
                        .map(row -> new RevenueNews.Mover(row.name(), row.difference(), "")),
                chart,
                money);
    }

    private Map<String, String> notes(By by, List<Row> rows) {
        Map<String, String> notes = new HashMap<>();
        if (by == By.CHANNEL) {
            for (Row row : rows) {
                String failures = ConsoleChannels.failures(row.figures());
                if (failures != null) {
                    notes.put(row.id(), failures);
                }
            }
        }
        if (by != By.ACCOUNT) {
            return notes;
        }
        history.payers()
                .lastDays(rows.stream().map(Row::id).toList())
                .forEach((id, day) -> notes.put(id, RevenueNews.note(day, today())));
        return notes;
    }

    /** Returns what a period opens: the accounts of a day, a week or a month, the calls of an hour. */
    private static String opened(ConsoleRange range, Instant period) {
        return range.isOfHours()
                ? ConsolePaths.REQUESTS + "?" + range.fields(period)
                : "?" + ConsoleRange.FIELD + "=" + range.word(period);
    }

    // ---- rows ----

    private List<Row> rows(By by, RangeFigures figures) {
        return switch (by) {
            case DAY -> periods(figures);
            case MODEL ->
                named(
                        figures.range(),
                        figures.sum().models(),
                        figures.sumBefore().models(),
                        model -> ConsolePaths.REQUESTS + "?model=" + UrlText.encoded(model) + "&"
                                + figures.range().fields());
            case CHANNEL ->
                named(
                        figures.range(),
                        figures.sum().channels(),
                        figures.sumBefore().channels(),
                        _ -> "");
            case ACCOUNT -> accounts(figures.range());
        };
    }

    public static List<Row> periods(RangeFigures figures) {
        ConsoleRange range = figures.range();
        PlatformChart chart = figures.chart();
        return range.periods().stream()
                .map(at -> new Row(
                        at.toString(),
                        range.label(at),
                        opened(range, at),
                        chart.at(at),
                        chart.beforeAt(at),
                        range.past(at),
                        false))
                .toList();
    }

    private static List<Row> named(
            ConsoleRange range, Map<String, Figures> now, Map<String, Figures> before, Function<String, String> href) {
        return Stream.concat(now.keySet().stream(), before.keySet().stream())
                .distinct()
                .sorted()
                .map(name -> new Row(
                        name,
                        name.isEmpty() ? say("not known") : name,
                        href.apply(name),
                        now.getOrDefault(name, Figures.NONE),
                        before.getOrDefault(name, Figures.NONE),
                        range.past(),
                        false))
                .toList();
    }

    private List<Row> accounts(ConsoleRange range) {
        List<OfAccount> now = history.byAccount(range.span());
        List<OfAccount> before = history.byAccount(range.before());
        Map<String, Figures> figures = now.stream().collect(Collectors.toMap(OfAccount::id, OfAccount::figures));
        Map<String, Figures> past = before.stream().collect(Collectors.toMap(OfAccount::id, OfAccount::figures));
        Map<String, OfAccount> all = new TreeMap<>();
        Stream.concat(now.stream(), before.stream()).forEach(account -> all.put(account.id(), account));
        return all.values().stream()
                .map(account -> new Row(
                        account.id(),
                        account.name(),
                        ConsolePaths.ACCOUNTS + "/" + account.id(),
                        figures.getOrDefault(account.id(), Figures.NONE),
                        past.getOrDefault(account.id(), Figures.NONE),
                        range.past(),
                        true))
                .toList();
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        ConsoleRange range = range(request);
        By by = By.of(request.query("by"), range);
        List<Row> rows = sorting(by, range, request, name -> name).sorted(rows(by, RangeFigures.read(history, range)));
        return PageFile.csv("revenue-by-" + by.word() + "-" + range.word() + ".csv", file(by, rows));
    }

    /** Returns rows as CSV. */
    public static String file(By by, List<Row> rows) {
        CsvColumns<Row> columns = new CsvColumns<Row>()
                .text(by == By.DAY ? "begin" : by.word(), row -> row.id().isEmpty() ? row.name() : row.id());
        if (by == By.ACCOUNT) {
            columns.text("name", Row::name);
        }
        Figure.OF_FILES.forEach(
                figure -> columns.figure(figure, row -> row.hasMargin() || !figure.isOfCost() ? row.figures() : null));
        return columns.credits("net_before", row -> Figure.NET.of(row.before()))
                .dollars("net_before_usd", row -> Figure.NET.of(row.before()))
                .file(rows, CsvColumns.END);
    }

    /** The largest changes of revenue in words: {@code More: Ann +$18.20. Less: Ben −$16.10, stopped, last call 12 Nov.} */
    public static final class RevenueNews {

        private static final int NAMED = 2;

        /** A difference below this part of the revenue is not named. */
        private static final int PART = 20;

        private RevenueNews() {}

        /** An account or a model. @param difference of its revenue @param note whether it has stopped; empty if not */
        public record Mover(String name, long difference, String note) {}

        public static Stream<Mover> of(List<Payer> payers, LocalDate today) {
            return payers.stream()
                    .map(payer -> new Mover(payer.name(), payer.difference(), note(payer.lastDay(), today)));
        }

        /** Returns when an account stopped; empty if it has not. @param lastDay of its calls; null for none */
        public static String note(@Nullable LocalDate lastDay, LocalDate today) {
            return lastDay != null && Payers.hasStopped(lastDay, today)
                    ? say("stopped, last call {day}", Display.dayOfMonth(lastDay))
                    : "";
        }

        /**
         * Returns what changed by a twentieth of the revenue or more, at most two rises and two falls; empty if nothing did, or nothing is compared.
         *
         * @param chart the revenue of the range and of the one before
         */
        public static String sentence(Stream<Mover> movers, PlatformChart chart, Money money) {
            if (!chart.range().past().isCompared()) {
                return "";
            }
            long revenue = Math.max(chart.sum().netMicros(), chart.sumBefore().netMicros());
            List<Mover> large = movers.filter(mover -> Math.abs(mover.difference) >= Math.max(1, revenue / PART))
                    .sorted(Comparator.comparing((Mover mover) -> -Math.abs(mover.difference))
                            .thenComparing(Mover::name))
                    .toList();
            String more = named(large.stream().filter(mover -> mover.difference > 0), money);
            String less = named(large.stream().filter(mover -> mover.difference < 0), money);
            return Joined.sentences(
                    more.isEmpty() ? null : say("More: {names}.", more),
                    less.isEmpty() ? null : say("Less: {names}.", less));
        }

        private static String named(Stream<Mover> movers, Money money) {
            return Joined.facts(movers.limit(NAMED).map(mover -> {
                String amount = money.withUnit(money.difference(mover.difference));
                return mover.note.isEmpty()
                        ? say("{name} {amount}", mover.name, amount)
                        : say("{name} {amount} ({note})", mover.name, amount, mover.note);
            }));
        }
    }
}
