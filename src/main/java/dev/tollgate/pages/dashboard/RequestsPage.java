package dev.tollgate.pages.dashboard;

import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CallPage;
import dev.tollgate.customers.figures.CsvExport;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.Hit;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
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
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /dashboard/requests}, the same as a file, and {@code /dashboard/find}: what happened. */
public final class RequestsPage {

    private static final int ROWS = 50;
    private static final int FIND_CHARS_MAX = 200;

    private final AccountHistory history;
    private final CsvExport files;
    private final Keys keys;
    private final Catalogue catalogue;
    private final InstantSource clock;

    /** With the protocols that people know them by. */
    private static final List<FilterChoice> DOORS =
            List.of(new FilterChoice("chat", "chat (OpenAI)"), new FilterChoice("generate", "generate (Gemini)"));

    public RequestsPage(AccountHistory history, Keys keys, Catalogue catalogue, InstantSource clock) {
        this.history = history;
        this.files = new CsvExport(history);
        this.keys = keys;
        this.catalogue = catalogue;
        this.clock = clock;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PageLink.REQUESTS, pages.members(), this::show),
                pages.file(PageLink.REQUESTS + ".csv", pages.members(), this::file),
                pages.get("/dashboard/find", pages.members(), this::find));
    }

    // ---- the log ----

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        ZoneId zone = request.visitor().person().preferences().zone();
        Instant now = clock.instant();
        CallFilters filters = CallFilters.of(request, now);
        String before = request.query("before");
        CallPage page =
                history.calls(account, filters.filter(), before, before == null ? request.query("after") : null, ROWS);
        KeyNames names = KeyNames.of(keys, account);
        Map<String, Object> params = new HashMap<>();
        params.put("filters", filters);
        params.put("all", filters.isAll());
        params.put("ranges", FilterChoice.RANGES);
        params.put(
                "models",
                FilterChoice.of(catalogue.all().stream().map(Model::id).toList(), filters.model()));
        params.put("keys", names.choices());
        params.put("doors", DOORS);
        params.put("flags", FilterChoice.FLAGS);
        params.put("zone", (filters.range() == null ? zone : filters.range().zone()).getId());
        params.put("asOf", Texts.time(now, zone));
        params.put("csv", filters.at(PageLink.REQUESTS + ".csv").text());
        params.put(
                "calls",
                page.calls().stream().map(call -> CallLine.of(call, now, zone)).toList());
        Totals totals = totals(account, filters);
        if (totals != null) {
            params.put("totals", totals);
        }
        if (page.newer() == null) {
            params.put(
                    "live",
                    "/dashboard/live?since="
                            + (page.calls().isEmpty()
                                    ? CompletionIds.earliest(now)
                                    : page.calls().getFirst().id()));
            params.put("here", filters.at(PageLink.REQUESTS).text());
        }
        put(params, "newer", filters, "after", page.newer());
        put(params, "older", filters, "before", page.older());
        if (page.lookedBackTo() != null) {
            params.put("lookedBackTo", Texts.time(Objects.requireNonNull(page.lookedBackTo()), zone));
        }
        return PageStep.show("dashboard/requests.jte", params);
    }

    /** What the calls of a range came to, in finished texts. */
    public record Totals(String calls, String failed, String credits, String exact) {}

    /** The roll-ups' figures, as Usage has them and never a sum of rows; null where they do not know just these calls. */
    private @Nullable Totals totals(String account, CallFilters filters) {
        ChosenRange range = filters.range();
        if (range == null || !filters.isKnownToRollups()) {
            return null;
        }
        Span span = history.span(range.from(), range.to(), range.zone());
        if (!span.from().equals(range.from()) || !span.to().equals(range.to())) {
            return null; // of so long a range they know days of UTC, which are not those of the rows
        }
        Figures all = history.usage(account, new UsageQuestion(span, Set.of(), filters.model(), filters.key(), null, 1))
                .all();
        return new Totals(
                Texts.number(all.calls()),
                Texts.number(all.failed()),
                Texts.sum(all.netMicros()),
                Texts.exact(all.netMicros()));
    }

    private static void put(
            Map<String, Object> params, String name, CallFilters filters, String field, @Nullable String id) {
        if (id != null) {
            params.put(name, filters.at(PageLink.REQUESTS).with(field, id).text());
        }
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        CallFilters filters = CallFilters.of(request, clock.instant());
        return PageFile.text(
                "requests.csv",
                CsvExport.CONTENT_TYPE,
                pieces -> files.calls(request.visitor().accountId(), filters.filter(), pieces));
    }

    // ---- finding ----

    /** @param about what it is */
    public record Found(String href, String text, String about) {}

    private PageStep find(PageRequest<Visitor.Member> request) {
        String text = Objects.requireNonNullElse(request.query("q"), "");
        String wanted = text.length() > FIND_CHARS_MAX ? text.substring(0, FIND_CHARS_MAX) : text;
        List<Found> found = new ArrayList<>(history.find(request.visitor().accountId(), wanted).stream()
                .map(RequestsPage::found)
                .toList());
        if (!wanted.isEmpty()) {
            catalogue.all().stream()
                    .map(Model::id)
                    .filter(id -> id.startsWith(wanted)
                            || id.substring(id.indexOf('/') + 1).startsWith(wanted))
                    .map(id -> new Found(
                            PageLink.to(PageLink.REQUESTS).with("model", id).text(), id, "model: its calls"))
                    .forEach(found::add);
        }
        return found.size() == 1
                ? PageStep.to(found.getFirst().href())
                : PageStep.show("dashboard/find.jte", Map.of("text", wanted, "found", List.copyOf(found)));
    }

    private static Found found(Hit hit) {
        return switch (hit) {
            case Hit.OfCall(String id) -> new Found(PageLink.toCall(id), id, "call");
            case Hit.OfKey(String id, String name, String prefix) ->
                new Found("/dashboard/keys/" + id, name, "key " + prefix + "…");
        };
    }
}
