package dev.tollgate.pages.dashboard.usage;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CsvExport;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.customers.figures.UsageTable;
import dev.tollgate.customers.keys.Keys;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.pages.dashboard.parts.CallFilters;
import dev.tollgate.pages.dashboard.parts.ChosenRange;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.dashboard.parts.PartsChart;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JteusageGenerated;

/** {@code /dashboard/usage}, and the same as a file: where it went. */
public record UsagePage(AccountHistory history, Keys keys, Catalogue catalogue, InstantSource clock) {

    public static final String PATH = "/dashboard/usage";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.members(), this::show), pages.file(PATH + ".csv", pages.members(), this::file));
    }

    private static String by(PageRequest<?> request) {
        String by = request.query("by");
        return by != null && Set.of("day", "model", "key").contains(by) ? by : "model";
    }

    /** The filters with a range: without one the last thirty days. */
    private CallFilters filters(PageRequest<Visitor.Member> request) {
        CallFilters filters = CallFilters.of(request, clock.instant());
        ZoneId zone = request.visitor().person().preferences().zone();
        ChosenRange range =
                filters.range() == null ? ChosenRange.lastThirtyDays(clock.instant(), zone) : filters.range();
        return new CallFilters(range, null, filters.model(), filters.key(), null, null, null);
    }

    private Span span(CallFilters filters) {
        ChosenRange range = Objects.requireNonNull(filters.range());
        return history.span(range.from(), range.to(), range.zone());
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        CallFilters filters = filters(request);
        String by = by(request);
        UsageTable table = history.usage(account, question(filters, by));
        KeyNames names = KeyNames.of(keys, account);
        List<String> models = catalogue.all().stream().map(Model::id).toList();
        UsageLines lines = new UsageLines(table, filters, by, names);
        Chart chart = null;
        YearMonth nearest = null;
        if (table.all().calls() > 0 || table.all().netMicros() != 0) {
            chart = chart(request, filters, lines, names);
        } else {
            nearest = history.nearestDay(account, table.span(), filters.model(), filters.key())
                    .map(YearMonth::from)
                    .orElse(null);
        }
        Shown shown = new Shown(
                table, lines.rows(UsageLines.ROWS_MAX), others(account, table, filters, by, names), chart, nearest);
        return PageStep.show((out, shell) -> JteusageGenerated.render(
                out,
                null,
                shell,
                filters,
                by,
                FilterChoice.of(models, filters.model()),
                names.choices(),
                api(request, table.span(), by, filters),
                shown));
    }

    private Chart chart(PageRequest<Visitor.Member> request, CallFilters filters, UsageLines lines, KeyNames names) {
        Span span = lines.table().span();
        boolean byKey = lines.by().equals("key");
        return PartsChart.of(
                history
                        .credits(
                                request.visitor().accountId(),
                                span,
                                byKey ? By.KEY : By.MODEL,
                                filters.model(),
                                filters.key())
                        .stream()
                        .map(part -> new PartsChart.Part(
                                part.day(), byKey ? names.name(part.name()) : part.name(), part.netMicros()))
                        .toList(),
                byKey ? List.of() : catalogue.all().stream().map(Model::id).toList(),
                span.from().atZone(span.zone()).toLocalDate(),
                span.to().minusMillis(1).atZone(span.zone()).toLocalDate(),
                lines::calls,
                request.money().sign(),
                Chart.amounts(request.money()));
    }

    /**
     * The page's figures of the filtered calls.
     *
     * @param others the second grouping; null if there is none
     * @param chart null if there are no calls
     * @param nearest the month of the nearest calls if the range has none; null if there are no calls at all
     */
    public record Shown(
            UsageTable table,
            List<UsageLines.Row> rows,
            @Nullable Others others,
            @Nullable Chart chart,
            @Nullable YearMonth nearest) {}

    /** Rows by something else than what was asked for. */
    public record Others(String by, List<UsageLines.Row> rows) {}

    private @Nullable Others others(String account, UsageTable table, CallFilters filters, String by, KeyNames names) {
        String other = other(by, filters);
        if (other == null || table.groups().isEmpty()) {
            return null;
        }
        UsageTable others = history.usage(account, question(filters, other));
        return new Others(other, new UsageLines(others, filters, other, names).rows(UsageLines.OTHER_ROWS_MAX));
    }

    private UsageQuestion question(CallFilters filters, String by) {
        return new UsageQuestion(
                span(filters),
                Set.of(By.valueOf(by.toUpperCase(Locale.ROOT))),
                filters.model(),
                filters.key(),
                null,
                UsageQuestion.LIMIT_MAX);
    }

    /** Returns the second grouping: keys for models and models for keys. Null if there is only one of them, and for days. */
    private static @Nullable String other(String by, CallFilters filters) {
        return switch (by) {
            case "model" -> filters.key() == null ? "key" : null;
            case "key" -> filters.model() == null ? "model" : null;
            default -> null;
        };
    }

    /** Returns the path of a month's usage under the same filters. */
    public static String month(YearMonth month, String by, CallFilters filters) {
        return PageLink.to(PATH)
                .with("range", "own")
                .with("from", month.atDay(1).toString())
                .with("to", month.atEndOfMonth().toString())
                .with("by", by)
                .with("model", filters.model())
                .with("key", filters.key())
                .text();
    }

    private static String api(PageRequest<?> request, Span span, String by, CallFilters filters) {
        return "curl -H \"Authorization: Bearer $TOLLGATE_KEY\" \""
                + PageLink.to(request.address() + "/v1/usage")
                        .with("start", span.from().toString())
                        .with("end", span.to().toString())
                        .with("group_by", by)
                        .with("model", filters.model())
                        .with("key", filters.key())
                        .text()
                + "\"";
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        CallFilters filters = filters(request);
        UsageQuestion question = question(filters, by(request));
        return PageFile.text("usage.csv", CsvExport.CONTENT_TYPE, pieces -> new CsvExport(history)
                .usage(request.visitor().accountId(), question, pieces));
    }
}
