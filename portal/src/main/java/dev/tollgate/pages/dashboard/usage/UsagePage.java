package dev.tollgate.pages.dashboard.usage;

import static dev.tollgate.base.words.Words.say;
import static dev.tollgate.pages.words.Rich.rich;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.AccountHistory.UsageTable;
import dev.tollgate.customers.figures.CallFilter;
import dev.tollgate.customers.figures.CsvExport;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Overview;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.Span.Past;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyView;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.SoldTo;
import dev.tollgate.pages.dashboard.parts.CallFilters;
import dev.tollgate.pages.dashboard.parts.ChosenRange;
import dev.tollgate.pages.dashboard.parts.FileName;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.dashboard.parts.OwnerNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.dashboard.parts.UsageChart;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Sorting;
import dev.tollgate.pages.frame.Spark;
import dev.tollgate.pages.frame.SwitchLink;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import dev.tollgate.pages.words.Mark;
import gg.jte.Content;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JteusageGenerated;

/** {@code /dashboard/usage}, and the same as a file: where it went, and why it is more than before. */
public record UsagePage(
        AccountHistory history,
        Keys keys,
        OwnerNames.Reader owners,
        SoldTo sold,
        LimitStates limits,
        RefusalBooks refusals,
        InstantSource clock) {

    public static final String PATH = "/dashboard/usage";

    private static final int YEAR = 365;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.partly(Right.USAGE), this::show),
                pages.file(PATH + ".csv", pages.partly(Right.USAGE), this::file));
    }

    /** Returns what the URL says; without a range the last thirty days. */
    private UsageView view(PageRequest<Visitor.Member> request) {
        CallFilters filters = CallFilters.of(request, clock.instant());
        ZoneId zone = zone(request);
        ChosenRange range =
                filters.range() == null ? ChosenRange.lastThirtyDays(clock.instant(), zone) : filters.range();
        return UsageView.of(
                request,
                new CallFilters(range, null, filters.model(), filters.keys(), null, null, null, null, null, null));
    }

    private static ZoneId zone(PageRequest<Visitor.Member> request) {
        return request.visitor().person().preferences().zone();
    }

    private Span span(UsageView view) {
        ChosenRange range = view.range();
        return history.span(range.from(), range.to(), range.zone());
    }

    /**
     * The chosen time and its table.
     *
     * @param before figures of the range before
     * @param range in words
     * @param past the range before
     * @param nearest the month of the nearest calls if the range has none; null if there are no calls at all
     */
    public record Times(
            UsageView view,
            UsageTable table,
            Figures before,
            String range,
            Past past,
            List<SwitchLink> ranges,
            @Nullable YearMonth nearest) {}

    /**
     * The balance, and the pace of the month.
     *
     * @param balance micro-credits; null for a reader who may not see it
     * @param daysLeft how long the balance lasts; null if that is not known
     */
    public record Funds(@Nullable Long balance, @Nullable Long daysLeft, MonthPace pace) {

        /** Returns how long the balance lasts; empty if that is not known. */
        public String lasts() {
            if (daysLeft == null) {
                return "";
            }
            return daysLeft > YEAR
                    ? say("lasts more than a year at the pace of the last 7 days")
                    : say(
                            "lasts {n} day at the pace of the last 7 days | lasts {n} days at the pace of the last 7 days",
                            daysLeft);
        }
    }

    /**
     * The rows of the table, and their chart.
     *
     * @param keyName of the only key; null for more
     * @param owners names of teams and members
     * @param others the largest models, or the largest keys if rows are models
     * @param chart null if there are no calls
     */
    public record Rows(
            @Nullable String keyName,
            OwnerNames owners,
            @Nullable Why why,
            Listed listed,
            List<UsageLines.Row> others,
            @Nullable Chart chart) {

        /** Returns what alone is shown: a key, a model, a team or a member, at most two of them. */
        public Content only(CallFilters filters) {
            List<Content> chosen = new ArrayList<>();
            if (keyName != null) {
                chosen.add(rich("the key {key}", wide(keyName)));
            }
            if (filters.model() != null) {
                chosen.add(rich("the model <code>{model}</code>", Mark.code(), filters.model()));
            }
            if (filters.team() != null) {
                chosen.add(rich("the team {team}", wide(owners.team(filters.team()))));
            }
            if (filters.member() != null) {
                chosen.add(rich("the member {member}", wide(owners.member(filters.member()))));
            }
            return chosen.stream()
                    .reduce((a, b) -> rich("{a} and {b}", a, b))
                    .map(what -> rich("Only {what}", what))
                    .orElseGet(() -> rich("Only {what}", ""));
        }

        private static Content wide(String name) {
            return output -> {
                output.writeContent("<b class=\"wide\">");
                output.writeUserContent(name);
                output.writeContent("</b>");
            };
        }

        public @Nullable Integer colour(String name) {
            return chart == null
                    ? null
                    : chart.series().stream()
                            .filter(series -> series.name().equals(name))
                            .map(Chart.Series::colour)
                            .findFirst()
                            .orElse(0);
        }
    }

    /** @param calls the link to the key's calls @param limit the link to the key's limit; null if it can no longer be limited */
    public record Why(WhyCard card, String calls, @Nullable String limit) {}

    /**
     * A page of the table.
     *
     * @param unit of the small lines
     * @param all rows of all pages
     * @param first the page of the first rows; null if it is this one
     * @param next the page of the next rows, or null
     */
    public record Listed(
            Sorting<UsageLines.Row> sorting,
            String unit,
            UsageLines.Row sum,
            List<UsageLines.Row> all,
            List<UsageLines.Row> rows,
            Map<String, Spark> sparks,
            @Nullable String first,
            @Nullable String next) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        UsageView view = view(request);
        By[] groups = groups(view);
        UsageTable table = history.usage(account, view.question(span(view), groups));
        Past before = history.past(account, table.span(), view.isMonth());
        UsageTable past = history.usage(account, view.question(before.span(), groups));
        KeyNames names = KeyNames.of(keys, account, view.filters().keys().view());
        OwnerNames owned = owners.of(account, view.filters().keys().view());
        UsageLines lines = new UsageLines(view, table, before, past, names, owned);
        Overview overview = history.overview(
                        account,
                        zone(request),
                        KeyFilter.of(view.filters().keys().view()))
                .orElseThrow();
        LocalDate today = overview.asOf().atZone(zone(request)).toLocalDate();
        boolean isEmpty = table.all().calls() == 0 && table.all().netMicros() == 0;
        Funds funds = funds(request, lines, overview, today);
        Rows rows = rows(request, lines, isEmpty);
        Times times = times(lines, today, isEmpty, account);
        Notes notes = notes(request, lines, overview.asOf());
        return PageStep.show((out, shell) -> JteusageGenerated.render(out, null, shell, notes, times, funds, rows))
                .withBalance(overview.balance().balanceMicros());
    }

    private Notes notes(PageRequest<Visitor.Member> request, UsageLines lines, Instant now) {
        String account = request.visitor().accountId();
        UsageView view = lines.view();
        UsageTable table = lines.table();
        UsageRefusals refused = view.metric() != Metric.ERRORS || view.filters().model() != null
                ? null
                : UsageRefusals.of(refusals, account, view, table.span(), lines.names());
        UsageRefusals.Failed failed = view.metric() != Metric.ERRORS
                ? null
                : UsageRefusals.failed(
                        history.failures(
                                account,
                                CallFilter.of(
                                        table.span(),
                                        view.filters().model(),
                                        view.filters().keys())),
                        table.span(),
                        code -> new PageLink(lines.calls(lines.first(), lines.last()))
                                .with("error", code)
                                .text());
        List<LimitStates.Line> stopped = limits.lines(request.visitor().person(), request.money(), now);
        String whose = view.filters().isOfAllKeys() ? whose(request.visitor().person()) : null;
        return new Notes(api(request, table.span(), view), stopped, failed, refused, whose);
    }

    /** Returns by what the table's figures are grouped: a key has one owner, so a team or a member makes no more groups. */
    private static By[] groups(UsageView view) {
        return view.rows().isOwner() ? new By[] {By.KEY, By.MODEL, view.rows()} : new By[] {By.KEY, By.MODEL};
    }

    private Times times(UsageLines lines, LocalDate today, boolean isEmpty, String account) {
        UsageView view = lines.view();
        UsageTable table = lines.table();
        return new Times(
                view,
                table,
                lines.past().all(),
                view.rangeWords(table.span()),
                lines.against(),
                view.ranges(MonthPace.name(today)),
                isEmpty ? nearest(account, view, table.span()) : null);
    }

    private Funds funds(PageRequest<Visitor.Member> request, UsageLines lines, Overview overview, LocalDate today) {
        boolean isSeen = request.visitor().person().may(Right.BALANCE);
        return new Funds(
                isSeen ? overview.balance().balanceMicros() : null,
                overview.emptyOn() == null ? null : ChronoUnit.DAYS.between(today, overview.emptyOn()),
                pace(request.visitor().accountId(), lines.view(), zone(request), overview.asOf()));
    }

    private Rows rows(PageRequest<Visitor.Member> request, UsageLines lines, boolean isEmpty) {
        String account = request.visitor().accountId();
        UsageView view = lines.view();
        Span span = lines.table().span();
        List<UsageGroup> days = isEmpty ? List.of() : days(account, view, span);
        UsageChart drawn = drawn(lines);
        Chart spend = isEmpty ? null : drawn.of(Metric.SPEND, request.money(), days, lines::label);
        String key = view.filters().key();
        return new Rows(
                key == null ? null : lines.names().name(key),
                lines.owners(),
                lines.against().isCompared() ? why(account, lines, request.money()) : null,
                listed(lines, drawn, spend, days),
                lines.others(),
                spend == null || view.metric() == Metric.SPEND
                        ? spend
                        : drawn.of(
                                view.metric(),
                                request.money(),
                                history.usage(account, view.question(span, By.DAY, view.rows()))
                                        .groups(),
                                lines::label));
    }

    private List<UsageGroup> days(String account, UsageView view, Span span) {
        return history.credits(
                account,
                span,
                view.rows(),
                view.filters().model(),
                view.filters().keys());
    }

    private static Listed listed(UsageLines lines, UsageChart drawn, @Nullable Chart spend, List<UsageGroup> days) {
        UsageView view = lines.view();
        Sorting<UsageLines.Row> sorting = lines.sorting();
        List<UsageLines.Row> all = sorting.sorted(lines.rows());
        int from = Math.min(view.page() * UsageLines.ROWS, all.size());
        List<UsageLines.Row> rows = all.subList(from, Math.min(all.size(), from + UsageLines.ROWS));
        Map<String, Spark> sparks = new HashMap<>();
        if (spend != null) {
            rows.forEach(row -> sparks.put(row.id(), drawn.spark(days, row.id())));
        }
        return new Listed(
                sorting,
                drawn.unit(),
                lines.sum(),
                all,
                rows,
                sparks,
                from > 0 ? view.ofPage(0) : null,
                from + UsageLines.ROWS < all.size() ? view.ofPage(view.page() + 1) : null);
    }

    private UsageChart drawn(UsageLines lines) {
        Span span = lines.table().span();
        return UsageChart.of(
                span,
                lines.table().asOf().atZone(span.zone()).toLocalDate(),
                sold.standard(),
                lines.view().rows() == By.MODEL,
                lines::calls);
    }

    private @Nullable YearMonth nearest(String account, UsageView view, Span span) {
        return history.nearestDay(
                        account, span, view.filters().model(), view.filters().keys())
                .map(YearMonth::from)
                .orElse(null);
    }

    /** Returns the present month under the page's filters. */
    private MonthPace pace(String account, UsageView view, ZoneId zone, Instant now) {
        Span span = MonthPace.span(history, zone, now);
        return MonthPace.of(history.usage(account, view.question(span)).all().netMicros(), zone, now);
    }

    // ---- why ----

    private @Nullable Why why(String account, UsageLines lines, Money money) {
        UsageTable table = lines.table();
        UsageTable past = lines.past();
        WhyCard card = new MonthSpent.Reader(history, sold).why(account, table, past, lines.names(), money);
        return card == null
                ? null
                : new Why(
                        card,
                        lines.calls(
                                lines.first(),
                                lines.last(),
                                lines.view().filters().model(),
                                lines.view()
                                        .filters()
                                        .keys()
                                        .with(By.KEY, card.answer().keyId())),
                        limit(account, card.answer().keyId()));
    }

    /** Returns where a key is limited; null if it no longer can be. */
    private @Nullable String limit(String account, String keyId) {
        return keys.byId(keyId)
                .filter(key -> key.accountId().equals(account) && !key.isDeleted() && !key.isHidden())
                .map(key -> PageLink.toLimit(key.id(), "hour"))
                .orElse(null);
    }

    // ---- links ----

    /** Returns whose figures an admin of teams sees, such as {@code You and team Support}; null for others. */
    private @Nullable String whose(Person person) {
        Membership membership = person.membership();
        if (membership == null
                || person.view(Right.USAGE).isAll()
                || membership.administers().isEmpty()) {
            return null;
        }
        return say(
                "You and {teams}",
                Joined.facts(limits.teams().list(person.accountId()).stream()
                        .filter(team -> membership.administers().contains(team.id()))
                        .map(team -> say("team {name}", team.name()))));
    }

    /** Returns the path of a month's usage under the same filters. */
    public static String month(YearMonth month, UsageView view) {
        return PageLink.to(PATH)
                .with("range", "own")
                .with("from", month.atDay(1).toString())
                .with("to", month.atEndOfMonth().toString())
                .with("by", view.by().word())
                .with("model", view.filters().model())
                .with("key", view.filters().key())
                .with("team", view.filters().team())
                .with("member", view.filters().member())
                .text();
    }

    private static String api(PageRequest<?> request, Span span, UsageView view) {
        return "curl -H \"Authorization: Bearer $TOLLGATE_MANAGEMENT_KEY\" \""
                + PageLink.to(request.address() + "/v1/usage")
                        .with("start", span.from().toString())
                        .with("end", span.to().toString())
                        .with("group_by", view.rows().word())
                        .with("model", view.filters().model())
                        .with("key", view.filters().key())
                        .with("team", view.filters().team())
                        .with("member", view.filters().member())
                        .text()
                + "\"";
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        UsageView view = view(request);
        UsageQuestion question = view.question(span(view), view.by());
        String account = request.visitor().accountId();
        KeyView seen = view.filters().keys().view();
        CsvExport export =
                new CsvExport(history, OwnerNames.inFiles(KeyNames.of(keys, account, seen), owners.of(account, seen)));
        ChosenRange range = view.range();
        String name = history.name(account);
        String file = "by-" + view.by().word();
        FileName named = range.name().equals("month")
                ? FileName.of(name, account, YearMonth.from(range.first()), file)
                : FileName.of(name, account, range.first(), range.last(), file);
        return PageFile.csv(named.ascii(), pieces -> export.usage(account, question, pieces))
                .shownAs(named.whole());
    }

    /** The notes around the figures. */
    public record Notes(
            @Nullable String api,
            List<LimitStates.Line> stopped,
            UsageRefusals.@Nullable Failed failed,
            @Nullable UsageRefusals refused,
            @Nullable String whose) {}
}
