package dev.tollgate.pages.console;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.AdminViews.MadeLink;
import dev.tollgate.operator.admin.Deeds;
import dev.tollgate.operator.admin.OperatorLinks;
import dev.tollgate.operator.admin.Refused;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /console/accounts}: all of them, found by mail, name, id or the beginning of a key; what finds one alone opens it. */
public final class ConsoleAccounts {

    static final String PATH = "/console/accounts";

    private static final String TEMPLATE = "console/accounts.jte";
    private static final String CREATE = "create";
    private static final int PAGE = 50;

    private final AccountList accounts;
    private final PlatformCalls calls;
    private final Deeds deeds;
    private final OperatorLinks links;
    private final DeedForms forms;

    public ConsoleAccounts(
            AccountList accounts, PlatformCalls calls, Deeds deeds, OperatorLinks links, DeedForms forms) {
        this.accounts = accounts;
        this.calls = calls;
        this.deeds = deeds;
        this.links = links;
        this.forms = forms;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), this::list), pages.post(PATH, pages.operators(), this::create));
    }

    /** A line, written out. @param login empty if the account has no people */
    public record Line(
            String id,
            String name,
            String login,
            String made,
            boolean blocked,
            String balance,
            String balanceExact,
            String consumed,
            String consumedExact) {}

    private PageStep list(PageRequest<Visitor.Member> request) {
        String wanted = request.query("q");
        if (wanted != null) {
            return found(request, wanted);
        }
        AccountList.Page page = accounts.page(request.query("before"), PAGE);
        return PageStep.show(
                TEMPLATE, params(request, "", page.accounts(), page.older(), FormState.kept(forms.kept(request))));
    }

    private PageStep found(PageRequest<Visitor.Member> request, String wanted) {
        List<AccountList.Row> found = accounts.find(wanted, PAGE);
        if (found.size() == 1) {
            return PageStep.to(PATH + "/" + found.getFirst().id());
        }
        if (found.isEmpty()) {
            String call = calls.accountOf(wanted) == null ? calls.callOfRequest(wanted) : wanted;
            if (call != null) {
                return PageStep.to(ConsoleCalls.PATH + "/" + UrlText.encoded(call));
            }
        }
        return PageStep.show(TEMPLATE, params(request, wanted, found, null, FormState.NONE));
    }

    private PageStep create(PageRequest<Visitor.Member> request, Form form) {
        PageStep proof = forms.proofFirst(request, form, PATH);
        if (proof != null) {
            return proof;
        }
        try {
            if (FormState.text(form, "deed").equals("invite")) {
                MadeLink made = links.invite(forms.by(request, form), FormState.text(form, "email"), null);
                return HandedLink.page(request, made, true, PATH);
            }
            String credits = FormState.text(form, "credits");
            long micros = credits.isEmpty() ? 0 : DeedForms.micros(credits);
            if (micros < 0) {
                throw new IllegalArgumentException("An account begins with 0 credits or more.");
            }
            String id = deeds.createAccount(forms.by(request, form), FormState.text(form, "name"), micros)
                    .id();
            return PageStep.to(PATH + "/" + id + "?done=" + CREATE);
        } catch (Refused | IllegalArgumentException e) {
            AccountList.Page page = accounts.page(null, PAGE);
            FormState state = FormState.wrong(form, String.valueOf(e.getMessage()));
            return PageStep.again(TEMPLATE, params(request, "", page.accounts(), page.older(), state));
        }
    }

    private Map<String, Object> params(
            PageRequest<Visitor.Member> request,
            String wanted,
            List<AccountList.Row> rows,
            @Nullable String older,
            FormState form) {
        ZoneId zone = request.visitor().person().preferences().zone();
        Map<String, Object> params = new HashMap<>();
        params.put("wanted", wanted);
        params.put("lines", rows.stream().map(row -> line(row, zone)).toList());
        params.put("isFull", !wanted.isEmpty() && rows.size() == PAGE);
        params.put("form", form);
        params.put("once", forms.once());
        params.put("invited", request.query("done") != null && form.error() == null);
        params.put("mail", links.links().isMailOn());
        if (older != null) {
            params.put("older", older);
        }
        return params;
    }

    private static Line line(AccountList.Row row, ZoneId zone) {
        return new Line(
                row.id(),
                row.name(),
                row.login() == null ? "" : row.login(),
                Texts.day(row.createdAt(), zone),
                row.blocked(),
                Texts.balance(row.balanceMicros()),
                Texts.exact(row.balanceMicros()),
                Texts.sum(row.consumedMicros()),
                Texts.exact(row.consumedMicros()));
    }
}
