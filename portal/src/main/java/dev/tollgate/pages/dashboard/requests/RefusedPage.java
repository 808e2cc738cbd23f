package dev.tollgate.pages.dashboard.requests;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyView;
import dev.tollgate.keys.Keys;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JterefusedGenerated;

/** {@code /dashboard/requests/refused}: calls that were not let in, which the log does not have. */
public record RefusedPage(RefusedCalls refused, RefusalBooks refusals, Keys keys, Ledger ledger, InstantSource clock) {

    public static final String PATH = PageLink.REQUESTS + "/refused";

    private static final String REQUEST = "request";

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.partly(Right.USAGE), this::show));
    }

    private long free(String account) {
        return ledger.account(account)
                .map(each -> each.balance().balanceMicros())
                .orElse(0L);
    }

    /** Returns the refused calls of the keys that a reader sees. @param names of these keys */
    public static List<RefusedCall> visible(List<RefusedCall> calls, KeyView view, KeyNames names) {
        return view.isAll()
                ? calls
                : calls.stream()
                        .filter(call -> names.byId().containsKey(call.keyId()))
                        .toList();
    }

    /** Returns the page of a refused call of an account; null if this node knows none with this id, or the reader does not see it. */
    static @Nullable String path(RefusedCalls refused, String account, KeyView view, KeyNames names, String requestId) {
        return visible(refused.of(account), view, names).stream()
                .filter(call -> call.requestId().equals(requestId))
                .findFirst()
                .map(call -> PATH + "?" + REQUEST + "=" + UrlText.encoded(requestId))
                .orElse(null);
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        KeyView view = request.visitor().person().view(Right.USAGE);
        KeyNames names = KeyNames.of(keys, account, view);
        Instant now = clock.instant();
        long free = request.visitor().may(Right.PAY) ? free(account) : Long.MAX_VALUE; // others cannot top up
        List<RefusalBooks.OfKey> counts = refusals.keys(account, KeyFilter.of(view));
        List<RefusedCall> all = visible(refused.of(account), view, names);
        List<RefusedCall> one = all.stream()
                .filter(call -> call.requestId().equals(request.query(REQUEST)))
                .toList();
        Refused shown = new Refused(counts, one.isEmpty() ? all : one, !one.isEmpty(), names, free);
        return PageStep.show((out, shell) -> JterefusedGenerated.render(out, null, shell, now, shown));
    }

    /**
     * Refused calls, by key and one by one.
     *
     * @param isOne whether only the call with an id is wanted
     */
    public record Refused(
            List<RefusalBooks.OfKey> counts, List<RefusedCall> calls, boolean isOne, KeyNames names, long free) {}
}
