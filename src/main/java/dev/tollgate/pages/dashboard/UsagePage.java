package dev.tollgate.pages.dashboard;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CsvExport;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.customers.figures.UsageTable;
import dev.tollgate.customers.keys.Keys;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /dashboard/usage}, and the same as a file: where it went. */
public final class UsagePage {

    static final String PATH = "/dashboard/usage";
    private static final List<FilterChoice> GROUPS =
            List.of(new FilterChoice("day", "Day"), new FilterChoice("model", "Model"), new FilterChoice("key", "Key"));

    private final AccountHistory history;
    private final CsvExport files;
    private final Keys keys;
    private final Catalogue catalogue;
    private final InstantSource clock;

    public UsagePage(AccountHistory history, Keys keys, Catalogue catalogue, InstantSource clock) {
        this.history = history;
        this.files = new CsvExport(history);
        this.keys = keys;
        this.catalogue = catalogue;
        this.clock = clock;
    }

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
        By second = by.equals("key") ? By.KEY : By.MODEL;
        UsageTable table = history.usage(account, question(filters, by));
        KeyNames names = KeyNames.of(keys, account);
        List<String> models = catalogue.all().stream().map(Model::id).toList();
        ZoneId zone = table.span().zone();
        UsageLines lines = new UsageLines(table, filters, by, names);
        Map<String, Object> params = new HashMap<>();
        params.put("filters", filters);
        params.put("by", by);
        params.put("groups", GROUPS);
        params.put("ranges", FilterChoice.RANGES);
        params.put("models", FilterChoice.of(models, filters.model()));
        params.put("keys", names.choices());
        params.put("zone", zone.getId().equals("Z") ? "UTC" : zone.getId());
        params.put("asOf", Texts.time(table.asOf(), zone));
        params.put("csv", filters.at(PATH + ".csv").with("by", by).text());
        params.put("api", api(request, table.span(), by, filters));
        params.put("tiles", tiles(table.all()));
        params.put("isMore", table.isMore());
        params.put("rows", lines.rows(UsageLines.ROWS_MAX));
        params.put("sum", lines.sum());
        String other = other(by, filters);
        if (other != null && !table.groups().isEmpty()) {
            UsageTable others = history.usage(account, question(filters, other));
            params.put("other", other);
            params.put("others", new UsageLines(others, filters, other, names).rows(UsageLines.OTHER_ROWS_MAX));
            params.put("othersHref", filters.at(PATH).with("by", other).text());
        }
        if (table.all().calls() > 0 || table.all().netMicros() != 0) {
            LocalDate first = table.span().from().atZone(zone).toLocalDate();
            LocalDate last = table.span().to().minusMillis(1).atZone(zone).toLocalDate();
            params.put(
                    "chart",
                    CreditChart.of(
                            history.credits(account, table.span(), second, filters.model(), filters.key()),
                            credits -> second == By.KEY ? names.name(credits.name()) : credits.name(),
                            second == By.KEY ? List.of() : models,
                            first,
                            last,
                            lines::calls));
        } else {
            history.nearestDay(account, table.span(), filters.model(), filters.key())
                    .ifPresent(day -> offer(params, YearMonth.from(day), by, filters));
        }
        return PageStep.show("dashboard/usage.jte", params);
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

    /** What stands beside models are keys, and the other way round; null where there is but one of them, and beside days. */
    private static @Nullable String other(String by, CallFilters filters) {
        return switch (by) {
            case "model" -> filters.key() == null ? "key" : null;
            case "key" -> filters.model() == null ? "model" : null;
            default -> null;
        };
    }

    /** The month of the nearest calls, under the same filters. */
    private static void offer(Map<String, Object> params, YearMonth month, String by, CallFilters filters) {
        params.put("nearest", Texts.month(month));
        params.put(
                "nearestHref",
                PageLink.to(PATH)
                        .with("range", "own")
                        .with("from", month.atDay(1).toString())
                        .with("to", month.atEndOfMonth().toString())
                        .with("by", by)
                        .with("model", filters.model())
                        .with("key", filters.key())
                        .text());
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

    private static List<Tile> tiles(Figures all) {
        String refunded = all.refundedMicros() == 0
                ? "nothing refunded"
                : Texts.sum(all.chargedMicros()) + " charged, " + Texts.sum(all.refundedMicros()) + " refunded";
        return List.of(
                new Tile(
                        "Credits",
                        "net",
                        Texts.sum(all.netMicros()),
                        Texts.exact(all.netMicros()) + " credits",
                        refunded),
                new Tile(
                        "Calls",
                        "calls",
                        Texts.number(all.calls()),
                        Texts.number(all.calls()) + " that have ended",
                        Texts.number(all.failed()) + " failed, " + Texts.number(all.cancelled()) + " cancelled"),
                new Tile(
                        "Tokens in",
                        "in",
                        Texts.number(all.promptTokens()),
                        Texts.number(all.promptTokens()),
                        Texts.number(all.cachedTokens()) + " of them cached"),
                new Tile(
                        "Tokens out",
                        "out",
                        Texts.number(all.completionTokens()),
                        Texts.number(all.completionTokens()),
                        "and " + Texts.number(all.thoughtsTokens()) + " of thoughts"));
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        CallFilters filters = filters(request);
        UsageQuestion question = question(filters, by(request));
        return PageFile.text(
                "usage.csv",
                CsvExport.CONTENT_TYPE,
                pieces -> files.usage(request.visitor().accountId(), question, pieces));
    }
}
