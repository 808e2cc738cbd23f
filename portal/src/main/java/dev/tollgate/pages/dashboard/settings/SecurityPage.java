package dev.tollgate.pages.dashboard.settings;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.people.BrowserSession;
import dev.tollgate.customers.people.Identities;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.customers.people.identity.IdentityProvider;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtesecurityGenerated;

/** {@code /dashboard/settings/security}: password, second factor and sessions. */
public record SecurityPage(People people, Links links, Identities identities, InstantSource clock) {

    private static final String PATH = "/dashboard/settings/security";

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.persons(), this::show), pages.post(PATH, pages.persons(), this::change));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(page(request, Map.of()));
    }

    private PageStep change(PageRequest<Visitor.Member> request, Form form) {
        BrowserSession session = request.visitor().session();
        return switch (form.text("deed")) {
            case "password" -> changePassword(request, form);
            case "end" -> {
                people.sessions().end(session.person().id(), form.text("session"));
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
        SignIn.Invalid refused = people.passwordSignIn()
                .changePassword(
                        request.visitor().session(),
                        form.text("present"),
                        form.text("password"),
                        request.visit(),
                        links.notices().passwordChanged(request.visitor().person()));
        return refused == null
                ? PageStep.to(request.visitor().person().passwordDue() ? "/" : PATH + "?changed=1")
                : PageStep.again(
                        page(request, Map.of(refused.field(), refused.message().said())));
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, Map<String, String> errors) {
        BrowserSession session = request.visitor().session();
        String person = session.person().id();
        int left = people.secondFactor().recoveryCodesLeft(person);
        boolean isProved = people.sessions().isProved(session);
        boolean isConnected = !identities.of(person).isEmpty();
        IdentityProvider present = identities.provider();
        String provider = present != null ? present.name() : isConnected ? say("another service") : null;
        List<BrowserSession> sessions = people.sessions().of(person);
        boolean isChanged = request.query("changed") != null && errors.isEmpty();
        boolean isOff = "off".equals(request.query("factor"));
        Instant now = clock.instant();
        return (out, shell) -> JtesecurityGenerated.render(
                out,
                null,
                shell,
                isChanged,
                new Protection(isOff, isProved, isConnected, provider, left),
                errors,
                new Sessions(sessions, session.hash(), now));
    }

    /** The ways in, and the second factor. */
    public record Protection(
            boolean off,
            boolean proved,
            boolean connected,
            @Nullable String provider,
            int left) {}

    /** The sessions of the person. */
    public record Sessions(List<BrowserSession> sessions, String current, java.time.Instant now) {}
}
