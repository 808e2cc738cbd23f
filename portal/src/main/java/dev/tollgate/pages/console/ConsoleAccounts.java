package dev.tollgate.pages.console;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.UrlText;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.AccountRoutes;
import dev.tollgate.operator.admin.OperatorAccounts;
import dev.tollgate.operator.admin.OperatorLinks;
import dev.tollgate.operator.admin.OperatorLinks.MadeLink;
import dev.tollgate.pages.console.ConsoleAccount.HandedLink;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import templates.console.JteaccountsGenerated;

/** {@code /console/accounts}: all of them, found by mail, name, id or the beginning of a key; what finds one alone opens it. */
public record ConsoleAccounts(
        AccountList accounts, PlatformCalls calls, OperatorAccounts deeds, OperatorLinks links, DeedForms forms) {

    static final String PATH = "/console/accounts";

    private static final String CREATE = "create";
    private static final int PAGE = 50;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), this::list),
                pages.post(PATH, pages.operators(), forms.proved(request -> "", this::create)));
    }

    private PageStep list(PageRequest<Visitor.Member> request) {
        String wanted = request.query("q");
        if (wanted != null) {
            return found(request, wanted);
        }
        AccountList.Page page = accounts.page(request.query("before"), PAGE);
        return PageStep.show(drawing(request, "", page.accounts(), page.older(), FormState.kept(forms.kept(request))));
    }

    private PageStep found(PageRequest<Visitor.Member> request, String wanted) {
        List<AccountList.Row> found = accounts.find(wanted, PAGE);
        if (found.size() == 1) {
            return PageStep.to(PATH + "/" + found.getFirst().id());
        }
        if (found.isEmpty()) {
            String call = calls.callNamed(wanted.strip());
            if (call != null) {
                return PageStep.to(ConsoleCalls.PATH + "/" + UrlText.encoded(call));
            }
        }
        return PageStep.show(drawing(request, wanted, found, null, FormState.NONE));
    }

    private PageStep create(PageRequest<Visitor.Member> request, Form form) {
        try {
            if (FormState.text(form, "deed").equals("invite")) {
                MadeLink made = links.invite(forms.by(request, form), FormState.text(form, "email"), null);
                return HandedLink.page(request, made, true, PATH);
            }
            Long credits = ActionForms.get(form, AccountRoutes.START_CREDITS);
            long micros = credits == null ? 0 : credits;
            String id = deeds.createAccount(forms.by(request, form), FormState.text(form, "name"), micros)
                    .id();
            return PageStep.to(PATH + "/" + id + "?done=" + CREATE);
        } catch (ApiException | IllegalArgumentException e) {
            AccountList.Page page = accounts.page(null, PAGE);
            FormState state = FormState.wrong(form, String.valueOf(e.getMessage()));
            return PageStep.again(drawing(request, "", page.accounts(), page.older(), state));
        }
    }

    private PageStep.Drawing drawing(
            PageRequest<Visitor.Member> request,
            String wanted,
            List<AccountList.Row> rows,
            @Nullable String older,
            FormState form) {
        boolean isFull = !wanted.isEmpty() && rows.size() == PAGE;
        boolean isInvited = request.query("done") != null && form.error() == null;
        boolean hasMail = links.links().isMailOn();
        String once = forms.once();
        return (out, shell) -> JteaccountsGenerated.render(
                out, null, shell, wanted, rows, isFull, form, once, isInvited, hasMail, older);
    }
}
