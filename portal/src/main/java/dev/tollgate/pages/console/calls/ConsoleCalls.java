package dev.tollgate.pages.console.calls;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.CallFilter;
import dev.tollgate.customers.figures.CallPage;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.ConsoleRange;
import dev.tollgate.pages.console.parts.EndedWithin;
import dev.tollgate.pages.console.parts.PlatformChart;
import dev.tollgate.pages.console.parts.RangeFigures;
import dev.tollgate.pages.console.parts.WantedAccount;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.console.JterequestsGenerated;

/** {@code /console/requests}: the calls of all accounts that have ended, or those that run, the newest first. */
public record ConsoleCalls(
        PlatformCalls calls,
        AccountList accounts,
        Catalogue catalogue,
        PlatformHistory platform,
        AccountHistory history,
        InstantSource clock) {

    private static final int PAGE = 30;
    private static final PlatformCalls.Page NOTHING = new PlatformCalls.Page(List.of(), null, null);

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(ConsolePaths.REQUESTS, pages.operators(), this::list));
    }

    private PageStep list(PageRequest<Visitor.Member> request) {
        WantedAccount account = WantedAccount.of(accounts, request.query("account"));
        TaskStatus state = state(request.query("state"));
        String model = request.query("model");
        EndedWithin range = state == TaskStatus.PROCESSING ? EndedWithin.ALL : EndedWithin.of(request);
        CallFilter filter = filter(range, state, model);
        boolean isByNumber = account.id() != null && state != TaskStatus.PROCESSING;
        String asked = request.query("before");
        String before = isByNumber && asked != null && !CallPage.isPlace(asked) ? null : asked;
        PlatformCalls.Page page = !account.isClear()
                ? NOTHING
                : state == TaskStatus.PROCESSING
                        ? calls.running(filter, account.id(), before, PAGE)
                        : calls.page(filter, account.id(), before, PAGE);
        List<String> models = catalogue.all().stream().map(Model::id).toList();
        String choose = link("", state, model, range, "account", "");
        String newest = before == null ? null : link("", state, model, range, "account", account.typed());
        String older = page.older() == null ? null : link(account.typed(), state, model, range, "before", page.older());
        Chart chart = before == null && account.isClear() && state != TaskStatus.PROCESSING
                ? chart(account, state, model, range)
                : null;
        return PageStep.show((out, shell) -> JterequestsGenerated.render(
                out,
                null,
                shell,
                new Listed(page.calls(), newest, older, page.lookedBackTo()),
                new Filter(
                        account,
                        state == null ? "" : state.code(),
                        Objects.requireNonNullElse(model, ""),
                        range,
                        models,
                        choose),
                chart));
    }

    private static CallFilter filter(EndedWithin range, @Nullable TaskStatus state, @Nullable String model) {
        Set<TaskStatus> states = state == null ? Set.of() : Set.of(state);
        return new CallFilter(range.begin(), range.end(), states, model, KeyFilter.ALL, null, null, -1, null, null);
    }

    /** Returns the calls of the filters by time; null if there are none, or no chart of them. */
    private @Nullable Chart chart(
            WantedAccount account, @Nullable TaskStatus state, @Nullable String model, EndedWithin within) {
        ConsoleRange range = ConsoleRange.ofCalls(within, clock.instant());
        String id = account.id();
        if (range == null || (id != null && range.isOfHours())) {
            return null;
        }
        PlatformChart figures = id != null
                ? RangeFigures.ofAccount(history, id, range, model)
                : RangeFigures.readAlone(platform, range)
                        .chart(sums ->
                                model == null ? sums.all() : sums.models().getOrDefault(model, Figures.NONE));
        if (figures.sum().calls() == 0) {
            return null;
        }
        String link = PageLink.to(ConsolePaths.REQUESTS)
                .with("account", account.typed())
                .with("state", state == null ? null : state.code())
                .with("model", model)
                .text();
        Chart chart = figures.chart(Metric.CALLS, Money.CREDITS, link + (link.contains("?") ? "&" : "?"));
        return state == null ? chart : chart.only(Metric.column(state));
    }

    private static @Nullable TaskStatus state(@Nullable String text) {
        return text == null
                ? null
                : Stream.of(TaskStatus.values())
                        .filter(each -> each.code().equals(text))
                        .findFirst()
                        .orElse(null);
    }

    /** @param last its name and value, which stand at the end */
    private static String link(
            String account,
            @Nullable TaskStatus state,
            @Nullable String model,
            EndedWithin range,
            String last,
            String value) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("account", account);
        query.put("state", state == null ? "" : state.code());
        query.put("model", Objects.requireNonNullElse(model, ""));
        query.put("on", range.on());
        query.put("from", range.from());
        query.put("to", range.to());
        query.remove(last);
        query.values().removeIf(String::isEmpty);
        query.put(last, value);
        return ConsolePaths.REQUESTS + "?"
                + query.entrySet().stream()
                        .map(pair -> pair.getKey() + "=" + UrlText.encoded(pair.getValue()))
                        .collect(Collectors.joining("&"));
    }

    /** The chosen filters, and those that can be chosen. */
    public record Filter(
            @Nullable WantedAccount account,
            String state,
            String model,
            EndedWithin range,
            List<String> models,
            @Nullable String choose) {}

    /** A page of calls. */
    public record Listed(
            List<PlatformCalls.OfAccount> calls,
            @Nullable String newest,
            @Nullable String older,
            @Nullable Instant lookedBackTo) {}
}
