package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JteorganizationsGenerated;

/** {@code /dashboard/settings/organizations}: the organizations of a person, which of them the pages show, and how to leave one. */
public record OrganizationsPage(Members members) {

    private static final String PATH = "/dashboard/settings/organizations";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.persons(), request -> PageStep.show(page(request, null))),
                pages.post(PATH, pages.persons(), this::take));
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        Person person = request.visitor().person();
        String account = form.text("account");
        if (form.text("deed").equals("leave")) {
            return leave(request, account);
        }
        return members.open(person, request.visitor().session().hash(), account)
                ? PageStep.to("/dashboard")
                : PageStep.again(page(request, say("You are not a member of this organization.")));
    }

    private PageStep leave(PageRequest<Visitor.Member> request, String account) {
        Person person = request.visitor().person();
        Members.Organization left = members.of(person.id()).stream()
                .filter(each -> each.accountId().equals(account))
                .findFirst()
                .orElse(null);
        if (left == null) {
            return PageStep.to(PATH);
        }
        Acting by = new Acting(account, person.id(), request.visit().address(), left.membership());
        return switch (members.leave(by)) {
            case Outcome.Done<String> _ -> PageStep.to(PATH + "?left=1");
            case Outcome.Refused<String>(ApiError why) ->
                PageStep.again(page(request, why.forPeople().said()));
        };
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, @Nullable String error) {
        Person person = request.visitor().person();
        List<Members.Organization> all = members.of(person.id());
        String shown = person.membership() == null ? "" : person.accountId();
        boolean isLeft = error == null && request.query("left") != null;
        return (out, shell) -> JteorganizationsGenerated.render(out, null, shell, all, shown, error, isLeft);
    }
}
