package dev.tollgate.pages.dashboard;

import static dev.tollgate.pages.dashboard.DoorPages.text;

import dev.tollgate.customers.people.BrowserSession;
import dev.tollgate.customers.people.Identities;
import dev.tollgate.customers.people.IdentityProvider;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code /dashboard/settings/security}: password, second factor and sessions. */
public final class SecurityPage {

    private static final String PATH = "/dashboard/settings/security";
    private static final String TEMPLATE = "dashboard/security.jte";

    private final People people;
    private final Links links;
    private final Identities identities;
    private final InstantSource clock;

    public SecurityPage(People people, Links links, Identities identities, InstantSource clock) {
        this.people = people;
        this.links = links;
        this.identities = identities;
        this.clock = clock;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.members(), this::show), pages.post(PATH, pages.members(), this::change));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(TEMPLATE, params(request, Map.of()));
    }

    private PageStep change(PageRequest<Visitor.Member> request, Form form) {
        BrowserSession session = request.visitor().session();
        return switch (text(form, "deed")) {
            case "password" -> changePassword(request, form);
            case "end" -> {
                people.sessions().end(session.person().id(), text(form, "session"));
                yield PageStep.to(PATH);
            }
            case "end-others" -> {
                people.sessions().endAll(session.person().id(), session.hash());
                yield PageStep.to(PATH);
            }
            default -> PageStep.to(PATH);
        };
    }

    private PageStep changePassword(PageRequest<Visitor.Member> request, Form form) {
        SignIn.Refused refused = people.changePassword(
                request.visitor().session(),
                text(form, "present"),
                text(form, "password"),
                request.visit(),
                links.passwordChanged(request.visitor().person()));
        return refused == null
                ? PageStep.to(request.visitor().person().passwordDue() ? "/" : PATH + "?changed=1")
                : PageStep.again(TEMPLATE, params(request, Map.of(refused.field(), refused.message())));
    }

    private Map<String, Object> params(PageRequest<Visitor.Member> request, Map<String, String> errors) {
        BrowserSession session = request.visitor().session();
        Map<String, Object> params = new HashMap<>();
        params.put("due", session.person().passwordDue());
        params.put("changed", request.query("changed") != null && errors.isEmpty());
        params.put("factor", session.person().hasSecondFactor());
        params.put("off", "off".equals(request.query("factor")));
        params.put(
                "left", people.secondFactor().recoveryCodesLeft(session.person().id()));
        params.put("errors", errors);
        params.put("proved", people.sessions().isProved(session));
        IdentityProvider provider = identities.provider();
        List<Identities.Linked> linked = identities.of(session.person().id());
        if (provider != null) {
            params.put("provider", provider.name());
        } else if (!linked.isEmpty()) {
            params.put("provider", "another service");
        }
        params.put("connected", !linked.isEmpty());
        params.put("sessions", people.sessions().of(session.person().id()));
        params.put("current", session.hash());
        params.put("now", clock.instant());
        return params;
    }
}
