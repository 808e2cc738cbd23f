package dev.tollgate.pages.console;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.customers.figures.Figure;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.Payers.Payer;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.PlatformHistory.Sums;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.console.money.ConsoleRevenue;
import dev.tollgate.pages.console.money.ConsoleRevenue.By;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.ConsoleRange;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.console.parts.PlatformChart;
import dev.tollgate.pages.console.parts.RangeFigures;
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
import dev.tollgate.pages.frame.Spark;
import dev.tollgate.pages.frame.SwitchLink;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.running.ChannelStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import templates.console.JteoverviewGenerated;

/**
 * {@code /console}: is all well, does it earn, and more than before? Days are UTC's, as the figures of all accounts are kept.
 *
 * @param isSandbox whether costs are simulated
 */
public record ConsolePage(
        PlatformHistory history,
        PlatformCalls calls,
        Concerns concerns,
        FirstSteps steps,
        BooleanSupplier isSandbox,
        InstantSource clock) {

    private static final String STEPS = "steps";
    private static final int MODELS = 8;
    private static final int ACCOUNTS = 6;
    private static final long LAST_BUCKET_MILLIS = 10_000;
    private static final int PERCENT = 100;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.OVERVIEW, pages.operators(), this::show),
                pages.post(ConsolePaths.OVERVIEW, pages.operators(), this::dismiss),
                pages.file(ConsolePaths.OVERVIEW + "/overview.csv", pages.operators(), this::file));
    }

    /** A figure with its change against the range before. @param about what stands before the change */
    public record Tile(String label, String text, String exact, String about, Change change, Spark spark) {}

    /** @param href its calls */
    public record ModelLine(String name, String href, Figures figures) {}

    /** @param bar its length in percent of the first one @param note when it stopped; empty if it has not */
    public record AccountLine(String id, String name, long netMicros, Change change, String bar, String note) {}

    /** @param badge of its state */
    public record ChannelLine(String id, String badge, String state, Figures figures) {}

    /** The chosen range and figure, and the links to others. */
    public record Choice(ConsoleRange range, List<SwitchLink> ranges, Metric metric, List<SwitchLink> metrics) {}

    /** The figures of the range. */
    public record Sight(List<Tile> tiles, String news, Chart chart, List<Concerns.Concern> concerns) {}

    /** The lists of the range, those with the most first. */
    public record Lists(List<ModelLine> models, List<AccountLine> accounts, List<ChannelLine> channels) {}

    /** The first steps of an installation. @param shown whether they are open */
    public record Steps(List<FirstSteps.Step> steps, boolean shown, boolean sandbox) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        int running = calls.running(); // before all else: what it waits for begins another instant
        ConsoleRange range = range(request);
        Metric metric = Metric.of(request.query("chart"), Metric.OF_PLATFORM, Metric.MONEY);
        Money money = request.money();
        RangeFigures figures = RangeFigures.read(history, range);
        PlatformChart chart = figures.chart();
        Sums all = figures.sum();
        boolean simulated = isSandbox.getAsBoolean();
        List<Payer> payers = history.payers().changed(range.span(), range.before(), ACCOUNTS);
        Choice choice = new Choice(
                range,
                ConsoleRange.links(
                        ConsolePaths.OVERVIEW + "?chart=" + metric.word() + "&" + ConsoleRange.FIELD + "=",
                        range,
                        ConsoleRange.QUARTER,
                        clock.instant()),
                metric,
                Metric.links(
                        Metric.OF_PLATFORM,
                        metric,
                        it -> ConsolePaths.OVERVIEW + "?" + ConsoleRange.FIELD + "=" + range.word() + "&chart="
                                + it.word()));
        List<Tile> tiles = tiles(chart, running, money, simulated);
        String news = ConsoleRevenue.RevenueNews.sentence(ConsoleRevenue.RevenueNews.of(payers, today()), chart, money);
        Lists lists = new Lists(models(all, range), accounts(range, payers, money), channels(all));
        Sight sight = new Sight(
                tiles,
                news,
                chart.chart(metric, money, ConsolePaths.REQUESTS + "?"),
                concerns.of(request.visitor().person().id(), today(range, figures.now()), money));
        boolean showsSteps = request.query(STEPS) != null || simulated || isFirstMonth();
        Steps first = new Steps(steps.of(request), showsSteps, simulated);
        return PageStep.show(
                (out, shell) -> JteoverviewGenerated.render(out, null, shell, choice, sight, lists, first));
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    /** Returns whether no calls were paid before this month. */
    private boolean isFirstMonth() {
        return !history.payers()
                .hasAnyPaidBefore(
                        today().withDayOfMonth(1).atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    private ConsoleRange range(PageRequest<Visitor.Member> request) {
        Instant first = history.firstCall();
        return ConsoleRange.of(request.query(ConsoleRange.FIELD), clock.instant())
                .since(first, first);
    }

    private Figures today(ConsoleRange range, Map<Instant, Sums> periods) {
        Instant today = clock.instant().truncatedTo(ChronoUnit.DAYS);
        Map<Instant, Sums> read =
                range.isOfHours() ? history.periods(today, range.span().to(), false) : periods;
        return read.getOrDefault(today, Sums.NONE).all();
    }

    private PageStep dismiss(PageRequest<Visitor.Member> request, Form form) {
        ConsoleRange range = ConsoleRange.of("24h", clock.instant());
        concerns.dismiss(
                request.visitor().person().id(),
                FormState.text(form, "subject"),
                today(range, Map.of()),
                request.money());
        return PageStep.to(ConsolePaths.OVERVIEW);
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        ConsoleRange range = range(request);
        return PageFile.csv(
                "overview-" + range.word() + ".csv",
                ConsoleRevenue.file(By.DAY, ConsoleRevenue.periods(RangeFigures.read(history, range))));
    }

    // ---- tiles ----

    private static List<Tile> tiles(PlatformChart chart, int runs, Money money, boolean simulated) {
        Figures now = chart.sum();
        long uncosted = Figure.UNCOSTED.of(now);
        String calls = Display.number(now.calls());
        String running = runs == 0 ? "" : say("{n} running", runs);
        String unknown = uncosted == 0 ? "" : say("{n} call not known | {n} calls not known", uncosted);
        String margin = money.withUnit(money.less(now.netMicros(), now.costMicros()));
        String failed = say("{failed} of {calls}", now.failed(), now.calls());
        String errors = errors(now.failed(), Figure.BY_REQUEST.of(now));
        return List.of(
                sum(chart, say("Revenue"), Figure.NET, Good.UP, money, ""),
                sum(chart, say("Upstream cost"), Figure.COST, Good.DOWN, money, unknown),
                simulated
                        ? new Tile(
                                say("Margin"),
                                say("simulated"),
                                Money.exact(now.marginMicros()),
                                say("no real model answers"),
                                Change.UNKNOWN,
                                chart.spark(_ -> 0))
                        : share(
                                chart,
                                say("Margin"),
                                Figure.MARGIN,
                                Figure.NET,
                                Good.UP,
                                Money.exact(now.marginMicros()),
                                margin),
                tile(
                        chart,
                        say("Calls"),
                        Figure.CALLS,
                        Good.UP,
                        money,
                        calls,
                        say("{calls} that have ended", now.calls()),
                        running),
                share(chart, say("Errors"), Figure.FAILED, Figure.CALLS, Good.DOWN, failed, errors),
                firstByte(chart, now, chart.sumBefore()));
    }

    /** Returns how many calls failed, and how many of them for their own request: the status page counts the others alone. */
    private static String errors(long failed, long byRequest) {
        return byRequest == 0
                ? say("{n} call | {n} calls", failed)
                : say("{n} call, {own} by the request | {n} calls, {own} by the request", failed, byRequest);
    }

    private static Tile tile(
            PlatformChart chart,
            String label,
            Figure figure,
            Good good,
            Money money,
            String text,
            String exact,
            String about) {
        Change change = figure.isAmount()
                ? Change.ofAmount(
                        figure.of(chart.sum()),
                        figure.of(chart.sumBefore()),
                        chart.range().past(),
                        good,
                        money)
                : Change.of(figure.of(chart.sum()), figure.of(chart.sumBefore()), good)
                        .against(chart.range().past());
        return new Tile(label, text, exact, about, change, chart.spark(figure::of));
    }

    private static Tile sum(PlatformChart chart, String label, Figure figure, Good good, Money money, String about) {
        long now = figure.of(chart.sum());
        return tile(chart, label, figure, good, money, money.sum(now), Money.exact(now), about);
    }

    private static Tile share(
            PlatformChart chart, String label, Figure part, Figure whole, Good good, String exact, String about) {
        Figures now = chart.sum();
        Figures before = chart.sumBefore();
        String text = Display.percent(part.of(now), Math.max(0, whole.of(now)));
        Change change = Change.ofShare(part.of(now), whole.of(now), part.of(before), whole.of(before), good)
                .against(chart.range().past());
        return new Tile(
                label,
                text,
                exact,
                about,
                change,
                chart.spark(each -> PlatformChart.permille(part.of(each), whole.of(each))));
    }

    private static Tile firstByte(PlatformChart chart, Figures now, Figures before) {
        int p95 = 95;
        int p50 = 50;
        return new Tile(
                say("First byte, p95"),
                Display.about(now.firstByteMillis(p95)),
                say("{n} call | {n} calls", now.withFirstByte()),
                now.withFirstByte() == 0 ? "" : say("p50 {time}", Display.about(now.firstByteMillis(p50))),
                Change.ofTime(
                                now.firstByteMillis(p95),
                                now.firstByteBucket(p95),
                                before.firstByteMillis(p95),
                                before.firstByteBucket(p95))
                        .against(chart.range().past()),
                chart.spark(each -> Math.min(each.firstByteMillis(p95), LAST_BUCKET_MILLIS)));
    }

    // ---- lists ----

    private static List<ModelLine> models(Sums all, ConsoleRange range) {
        return all.models().entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, Figures> model) ->
                                -model.getValue().netMicros())
                        .thenComparing(Map.Entry::getKey))
                .limit(MODELS)
                .map(model -> new ModelLine(
                        model.getKey(),
                        ConsolePaths.REQUESTS + "?model=" + UrlText.encoded(model.getKey()) + "&" + range.fields(),
                        model.getValue()))
                .toList();
    }

    private List<AccountLine> accounts(ConsoleRange range, List<Payer> payers, Money money) {
        long most = payers.stream().mapToLong(Payer::nowMicros).max().orElse(0);
        return payers.stream()
                .filter(payer -> payer.nowMicros() > 0 || payer.beforeMicros() > 0)
                .map(payer -> new AccountLine(
                        payer.id(),
                        payer.name(),
                        payer.nowMicros(),
                        Change.ofAmount(payer.nowMicros(), payer.beforeMicros(), range.past(), Good.UP, money),
                        Display.quotient(Math.max(0, payer.nowMicros()), Math.max(1, most / PERCENT)) + "%",
                        ConsoleRevenue.RevenueNews.note(payer.lastDay(), today())))
                .toList();
    }

    private List<ChannelLine> channels(Sums all) {
        return concerns.channels().get().stream()
                .map((ChannelStatus channel) -> new ChannelLine(
                        channel.id(),
                        channel.isHealthy() ? "ok" : "bad",
                        channel.isHealthy() ? say("healthy") : say("paused"),
                        all.channels().getOrDefault(channel.id(), Figures.NONE)))
                .toList();
    }
}
