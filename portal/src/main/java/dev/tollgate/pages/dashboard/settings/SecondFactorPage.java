package dev.tollgate.pages.dashboard.settings;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.customers.people.BrowserSession;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SecondFactor;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.parts.PasswordAgain;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JterecoverycodesGenerated;
import templates.dashboard.JtesecondfactorGenerated;

/** {@code /dashboard/settings/security/second-factor}: set up with an app, its recovery codes, switched off; each after the password. */
public record SecondFactorPage(People people) {

    static final String PATH = "/dashboard/settings/security/second-factor";

    private static final String SECURITY = "/dashboard/settings/security";

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.persons(), this::show), pages.post(PATH, pages.persons(), this::change));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(page(request, null, Map.of()));
    }

    private PageStep change(PageRequest<Visitor.Member> request, Form form) {
        String complaint = PasswordAgain.complaint(people, request, form.text("password"));
        if (complaint != null) {
            return PageStep.again(page(request, null, Map.of("password", complaint)));
        }
        SettingsPages.count(people, request.visitor().person());
        return switch (form.text("deed")) {
            case "on" -> switchOn(request, form);
            case "codes" -> renew(request);
            case "off" -> {
                people.secondFactor().switchOff(request.visitor().person().id());
                yield PageStep.to(SECURITY + "?factor=off");
            }
            default -> PageStep.to(PATH);
        };
    }

    private PageStep switchOn(PageRequest<Visitor.Member> request, Form form) {
        BrowserSession session = request.visitor().session();
        String sealed = form.text("sealed");
        return switch (people.secondFactor().switchOn(session, sealed, form.text("code"))) {
            case Outcome.Done<List<String>>(List<String> codes) -> codes(codes, true);
            case Outcome.Refused<List<String>>(ApiError why) ->
                why.status() == 409
                        ? PageStep.to(PATH)
                        : PageStep.again(page(
                                request, sealed, Map.of("code", why.forPeople().said())));
        };
    }

    private PageStep renew(PageRequest<Visitor.Member> request) {
        List<String> codes =
                people.secondFactor().renewRecoveryCodes(request.visitor().person());
        return codes.isEmpty() ? PageStep.to(PATH) : codes(codes, false);
    }

    private static PageStep codes(List<String> codes, boolean isNew) {
        return PageStep.show((out, shell) -> JterecoverycodesGenerated.render(out, null, shell, codes, isNew));
    }

    /** @param sealed of the setup that goes on; null for a new one */
    private PageStep.Drawing page(
            PageRequest<Visitor.Member> request, @Nullable String sealed, Map<String, String> errors) {
        BrowserSession session = request.visitor().session();
        boolean isOn = session.person().hasSecondFactor();
        boolean isProved = people.sessions().isProved(session);
        int left = people.secondFactor().recoveryCodesLeft(session.person().id());
        String issuer = request.site().brand();
        SecondFactor.Setup setup = isOn || !isProved
                ? null
                : sealed == null
                        ? people.secondFactor().setup(session, issuer)
                        : people.secondFactor().again(session, issuer, sealed);
        return (out, shell) ->
                JtesecondfactorGenerated.render(out, null, shell, new Factor(isOn, isProved, left), errors, setup);
    }

    /** The second factor of a person. */
    public record Factor(boolean on, boolean proved, int left) {}
}
