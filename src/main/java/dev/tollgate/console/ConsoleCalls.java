package dev.tollgate.console;

import dev.tollgate.history.CallFilter;
import dev.tollgate.history.PlatformCalls;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.pages.PageRequest;
import dev.tollgate.pages.PageStep;
import dev.tollgate.pages.Pages;
import dev.tollgate.pages.Texts;
import dev.tollgate.pages.Visitor;
import dev.tollgate.tasks.TaskStatus;
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

    private final PlatformCalls calls;
    private final Catalogue catalogue;

    public ConsoleCalls(PlatformCalls calls, Catalogue catalogue) {
        this.calls = calls;
        this.catalogue = catalogue;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.operators(), this::list));
    }

    private PageStep list(PageRequest<Visitor.Member> request) {
        ZoneId zone = request.visitor().person().preferences().zone();
        String account = request.query("account");
        TaskStatus state = state(request.query("state"));
        String model = request.query("model");
        CallFilter filter =
                new CallFilter(null, null, state == null ? Set.of() : Set.of(state), model, null, null, null, -1);
        String before = request.query("before");
        PlatformCalls.Page page = state == TaskStatus.PROCESSING
                ? calls.running(filter, account, before, PAGE)
                : calls.page(filter, account, before, PAGE);
        Map<String, Object> params = new HashMap<>();
        params.put(
                "lines",
                page.calls().stream()
                        .map(each -> ConsoleCallLine.of(each.call(), each.accountId(), each.accountName(), zone))
                        .toList());
        params.put("account", Objects.requireNonNullElse(account, ""));
        params.put("state", state == null ? "" : state.code());
        params.put("model", Objects.requireNonNullElse(model, ""));
        params.put("models", catalogue.all().stream().map(Model::id).toList());
        params.put("isFirst", before == null);
        if (page.older() != null) {
            params.put("older", link(account, state, model, page.older()));
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

    private static String link(
            @Nullable String account, @Nullable TaskStatus state, @Nullable String model, String before) {
        Map<String, String> query = new LinkedHashMap<>();
        if (account != null) {
            query.put("account", account);
        }
        if (state != null) {
            query.put("state", state.code());
        }
        if (model != null) {
            query.put("model", model);
        }
        query.put("before", before);
        return PATH + "?"
                + query.entrySet().stream()
                        .map(pair -> pair.getKey() + "=" + DeedForms.encoded(pair.getValue()))
                        .collect(Collectors.joining("&"));
    }
}
