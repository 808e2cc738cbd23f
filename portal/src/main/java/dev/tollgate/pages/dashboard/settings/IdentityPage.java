package dev.tollgate.pages.dashboard.settings;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.oidc.OidcSignIn;
import dev.tollgate.customers.people.Identities;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.people.identity.IdentityProvider;
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
import templates.dashboard.JteidentityGenerated;

/**
 * {@code /dashboard/settings/security/identity}: the person's identity at a sign-in provider, connected and disconnected by a form after the
 * password.
 *
 * @param oidc null if no provider is set up; existing identities can then only be disconnected
 */
public record IdentityPage(@Nullable OidcSignIn oidc, Identities identities, People people, Links links) {

    public static final String PATH = "/dashboard/settings/security/identity";

    private static final String CARRIED = "as";

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.persons(), this::show), pages.post(PATH, pages.persons(), this::change));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String carried = request.query(CARRIED);
        OidcSignIn.ProvenIdentity shown = opened(request, carried == null ? "" : carried);
        return shown == null && carried != null
                ? PageStep.to(PATH)
                : PageStep.show(page(request, shown, carried, Map.of()));
    }

    private OidcSignIn.@Nullable ProvenIdentity opened(PageRequest<Visitor.Member> request, String carried) {
        return oidc == null ? null : oidc.open(carried, request.visitor().csrfSeed());
    }

    private PageStep change(PageRequest<Visitor.Member> request, Form form) {
        String carried = form.text(CARRIED);
        OidcSignIn.ProvenIdentity shown = opened(request, carried);
        String complaint = PasswordAgain.complaint(people, request, form.text("password"));
        if (complaint != null) {
            return again(request, shown, carried, Map.of("password", complaint));
        }
        return switch (form.text("deed")) {
            case "connect" -> shown == null || oidc == null ? PageStep.to(PATH) : connect(request, shown, oidc.name());
            case "disconnect" -> disconnect(request, form.text("issuer"));
            default -> PageStep.to(PATH);
        };
    }

    private PageStep connect(PageRequest<Visitor.Member> request, OidcSignIn.ProvenIdentity shown, String provider) {
        Person person = request.visitor().person();
        boolean isTheirs = identities.connect(
                person, shown.identity(), request.visit(), links.notices().identityConnected(person, provider));
        return isTheirs
                ? PageStep.to(PATH + "?done=connected")
                : again(
                        request,
                        null,
                        null,
                        Map.of(
                                "form",
                                say(
                                        "This identity is another account's, or yours is connected with another one already. Disconnect that first.")));
    }

    private PageStep disconnect(PageRequest<Visitor.Member> request, String issuer) {
        return identities.disconnect(request.visitor().session(), issuer)
                ? PageStep.to(PATH + "?done=disconnected")
                : again(
                        request,
                        null,
                        null,
                        Map.of("form", say("This is your only sign-in method. Set a password first, under Security.")));
    }

    private PageStep again(
            PageRequest<Visitor.Member> request,
            OidcSignIn.@Nullable ProvenIdentity shown,
            @Nullable String carried,
            Map<String, String> errors) {
        return PageStep.again(page(request, shown, carried, errors));
    }

    private PageStep.Drawing page(
            PageRequest<Visitor.Member> request,
            OidcSignIn.@Nullable ProvenIdentity shown,
            @Nullable String carried,
            Map<String, String> errors) {
        List<Identities.Linked> linked =
                identities.of(request.visitor().person().id());
        boolean isProved = people.sessions().isProved(request.visitor().session());
        String done = errors.isEmpty() ? request.query("done") : null;
        String label =
                shown == null || carried == null ? null : shown.identity().label();
        return (out, shell) -> JteidentityGenerated.render(
                out, null, shell, new Identity(linked, identities.provider(), isProved, label, carried), done, errors);
    }

    /** The identities of a person at the provider. */
    public record Identity(
            List<Identities.Linked> linked,
            @Nullable IdentityProvider present,
            boolean proved,
            @Nullable String label,
            @Nullable String carried) {}
}
