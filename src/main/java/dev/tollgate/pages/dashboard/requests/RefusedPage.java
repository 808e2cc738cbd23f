package dev.tollgate.pages.dashboard.requests;

import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.keys.Keys;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.customers.rejections.RefusedCounts;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import templates.dashboard.JterefusedGenerated;

/** {@code /dashboard/requests/refused}: calls that were not let in, which the log does not have. */
public record RefusedPage(RefusedCalls refused, Keys keys, Ledger ledger, InstantSource clock) {

    public static final String PATH = PageLink.REQUESTS + "/refused";

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.members(Right.USAGE), this::show));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        KeyNames names = KeyNames.of(keys, account);
        Instant now = clock.instant();
        long free = ledger.account(account)
                .map(each -> each.balance().balanceMicros())
                .orElse(0L);
        RefusedCounts counts = refused.counts(account);
        List<RefusedCall> calls = refused.of(account);
        return PageStep.show(
                (out, shell) -> JterefusedGenerated.render(out, null, shell, now, counts, calls, names, free));
    }
}
