package dev.tollgate.pages.console.parts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.customers.people.Identities;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.customers.people.identity.IdentityProvider;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import templates.console.JteproveGenerated;

/** {@code /console/prove}: the password again, for ten minutes of money, prices and rights. It shows the form that waits and sends it to its page. */
public record ProvePage(People people, Identities identities, DeedForms forms) {

    private static final String HOME = "/console";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(
                        ConsolePaths.PROVE,
                        pages.operators(),
                        request -> PageStep.show(
                                drawing(request, within(request.query("to")), wrong(request.query("wrong"))))),
                pages.post(ConsolePaths.PROVE, pages.operators(), this::prove));
    }

    private PageStep prove(PageRequest<Visitor.Member> request, Form form) {
        String to = within(form.field("to"));
        String password = form.field("password");
        SignIn done = people.passwordSignIn()
                .prove(request.visitor().session(), password == null ? "" : password, request.visit());
        return switch (done) {
            case SignIn.Welcome welcome -> PageStep.to(to);
            case SignIn.Wait(Duration left) ->
                PageStep.again(drawing(request, to, Display.later(say("Too many tries."), left)));
            default -> PageStep.again(drawing(request, to, say("The password is wrong.")));
        };
    }

    /** Returns the complaint about the password. @param wrong seconds to wait; 0: it is wrong */
    private static @Nullable String wrong(@Nullable String wrong) {
        if (wrong == null || !wrong.matches("[0-9]{1,9}")) {
            return null;
        }
        return wrong.equals("0")
                ? say("The password is wrong.")
                : say("{a} {b}", say("Too many tries."), say("Try again in {seconds} seconds.", wrong));
    }

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, String to, @Nullable String error) {
        IdentityProvider provider = identities.providerOf(request.visitor().person());
        String name = provider == null ? null : provider.name();
        DeedForms.Waiting waiting = forms.waiting(request, to);
        boolean isProved =
                waiting != null && people.sessions().isProved(request.visitor().session());
        String back = waiting == null ? to : ConsolePaths.PROVE + "?to=" + UrlText.encoded(to);
        String href = provider == null ? null : "/sign-in/oidc?for=prove&to=" + UrlText.encoded(back);
        return (out, shell) -> JteproveGenerated.render(
                out, null, shell, to, waiting, new Proof(isProved, error), new Provider(name, href));
    }

    /** A place in the console and nothing else. */
    static String within(@Nullable String to) {
        return to != null
                        && (to.equals(HOME) || to.startsWith(HOME + "/") || to.startsWith(HOME + "?"))
                        && to.chars().allMatch(each -> each > ' ' && each < 0x7f && each != '\\')
                ? to
                : HOME;
    }

    /** The result of the last password. */
    public record Proof(boolean proved, @Nullable String error) {}

    /** The other way to prove who one is. */
    public record Provider(
            @Nullable String provider, @Nullable String providerHref) {}
}
