package dev.tollgate.pages.console;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.books.tasks.TaskStatus;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.CallFilter;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /console/requests}: the calls of all accounts that have ended, or those that run, the newest first. */
public final class ConsoleCalls {

    static final String PATH = "/console/requests";

    private static final int PAGE = 50;
    private static final PlatformCalls.Page NOTHING = new PlatformCalls.Page(List.of(), null, null);

    private final PlatformCalls calls;
    private final AccountList accounts;
    private final Catalogue catalogue;

    public ConsoleCalls(PlatformCalls calls, AccountList accounts, Catalogue catalogue) {
        this.calls = calls;
        this.accounts = accounts;
        this.catalogue = catalogue;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.operators(), this::list));
    }

    private PageStep list(PageRequest<Visitor.Member> request) {
        ZoneId zone = request.visitor().person().preferences().zone();
        WantedAccount account = WantedAccount.of(accounts, request.query("account"));
        TaskStatus state = state(request.query("state"));
        String model = request.query("model");
        CallFilter filter =
                new CallFilter(null, null, state == null ? Set.of() : Set.of(state), model, null, null, null, -1);
        String before = request.query("before");
        PlatformCalls.Page page = !account.isClear()
                ? NOTHING
                : state == TaskStatus.PROCESSING
                        ? calls.running(filter, account.id(), before, PAGE)
                        : calls.page(filter, account.id(), before, PAGE);
        Map<String, Object> params = new HashMap<>();
        params.put(
                "lines",
                page.calls().stream()
                        .map(each -> ConsoleCallLine.of(each.call(), each.accountId(), each.accountName(), zone))
                        .toList());
        params.put("account", account);
        params.put("state", state == null ? "" : state.code());
        params.put("model", Objects.requireNonNullElse(model, ""));
        params.put("models", catalogue.all().stream().map(Model::id).toList());
        params.put("choose", link("", state, model, "account", ""));
        if (before != null) {
            params.put("newest", link("", state, model, "account", account.typed()));
        }
        if (page.older() != null) {
            params.put("older", link(account.typed(), state, model, "before", page.older()));
        }
        Instant back = page.lookedBackTo();
        if (back != null) {
            params.put("lookedBackTo", Texts.time(back, zone));
        }
        return PageStep.show("console/requests.jte", params);
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
            String account, @Nullable TaskStatus state, @Nullable String model, String last, String value) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("account", account);
        query.put("state", state == null ? "" : state.code());
        query.put("model", Objects.requireNonNullElse(model, ""));
        query.remove(last);
        query.values().removeIf(String::isEmpty);
        query.put(last, value);
        return PATH + "?"
                + query.entrySet().stream()
                        .map(pair -> pair.getKey() + "=" + UrlText.encoded(pair.getValue()))
                        .collect(Collectors.joining("&"));
    }
}
