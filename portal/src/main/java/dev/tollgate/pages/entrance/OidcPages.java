package dev.tollgate.pages.entrance;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.host.UrlText;
import dev.tollgate.customers.oidc.OidcAttempt;
import dev.tollgate.customers.oidc.OidcAttempt.Purpose;
import dev.tollgate.customers.oidc.OidcSignIn;
import dev.tollgate.customers.oidc.OidcSignIn.Step;
import dev.tollgate.customers.people.Identities;
import dev.tollgate.customers.people.LinkKind;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.PersonLink;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.customers.people.SignUp;
import dev.tollgate.customers.people.identity.Identity;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.settings.IdentityPage;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import templates.door.JtenewcomerGenerated;
import templates.door.JteproviderGenerated;

/**
 * {@code /sign-in/oidc}: the way to the provider and back, and the page on which a new person creates an account. A link leads there instead of
 * a form, because browsers do not follow a form's redirect to another site from here. For a signed-in person the link creates nothing but a
 * session.
 *
 * @param oidc null if no provider is set up
 */
public record OidcPages(
        @Nullable OidcSignIn oidc, Identities identities, Links links, SignedIn signedIn, SignUp signUp) {

    static final String PATH = "/sign-in/oidc";

    private static final String CARRIED = "as";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.everybody(), this::show), pages.post(PATH, pages.everybody(), this::makeAccount));
    }

    private OidcSignIn service() {
        if (oidc == null) {
            throw ApiError.of(
                            ErrorCode.INVALID_REQUEST,
                            sentence("Sign-in with OpenID Connect is not set up on this server."))
                    .withStatus(404)
                    .asException();
        }
        return oidc;
    }

    private PageStep show(PageRequest<Visitor> request) {
        String state = request.query("state");
        if (state != null) {
            return back(request, state);
        }
        String carried = request.query(CARRIED);
        return carried == null ? begin(request) : newcomer(request, carried, Map.of(), 200);
    }

    private static String browser(PageRequest<Visitor> request) {
        return request.visitor().csrfSeed();
    }

    private static Visitor.@Nullable Member member(PageRequest<Visitor> request) {
        return request.visitor() instanceof Visitor.Member member
                        && !member.session().codeDue()
                ? member
                : null;
    }

    // ---- there ----

    private PageStep begin(PageRequest<Visitor> request) {
        String to = DoorPages.within(request.query("to"));
        Purpose purpose = purpose(request.query("for"));
        boolean isIn = member(request) != null;
        if (isIn && purpose == Purpose.SIGN_IN) {
            return PageStep.to(to);
        }
        if (!isIn && purpose != Purpose.SIGN_IN) {
            return PageStep.to("/sign-in?to=" + UrlText.encoded(to));
        }
        return switch (service().begin(purpose, to, invitation(request), browser(request))) {
            case Step.Away(String url) -> PageStep.to(url + locales(request));
            case Step.Failed failed -> failed(failed);
            case Step.Known known ->
                throw new IllegalStateException("the visitor is unknown until the provider returns them");
        };
    }

    /** Returns the parameter by which the provider learns the page's language; empty if the site has one language. */
    private static String locales(PageRequest<Visitor> request) {
        return request.site().languages().isChoice()
                ? "&ui_locales=" + request.language().tag()
                : "";
    }

    private static Purpose purpose(@Nullable String text) {
        return switch (text) {
            case "connect" -> Purpose.CONNECT;
            case "prove" -> Purpose.PROVE;
            case null, default -> Purpose.SIGN_IN;
        };
    }

    private static @Nullable String invitation(PageRequest<Visitor> request) {
        String token = request.query("invite");
        return token == null || token.length() > 100 ? null : token;
    }

    // ---- and back ----

    private PageStep back(PageRequest<Visitor> request, String state) {
        OidcSignIn provider = service();
        Duration wait = identities.begin(request.visit());
        if (wait.isPositive()) {
            return refused(null, Display.later(say("Too many tries."), wait), 422);
        }
        return switch (provider.end(state, request.query("code"), request.query("error"), browser(request))) {
            case Step.Known(OidcAttempt attempt, Identity identity) -> {
                identities.succeeded(request.visit());
                yield known(request, attempt, identity);
            }
            case Step.Failed failed -> {
                if (failed.isAway()) {
                    identities.succeeded(request.visit());
                }
                yield failed(failed);
            }
            case Step.Away away ->
                throw new IllegalStateException("a returned visitor is not redirected to the provider");
        };
    }

    private PageStep known(PageRequest<Visitor> request, OidcAttempt attempt, Identity identity) {
        Visitor.Member member = member(request);
        if (attempt.purpose() == Purpose.SIGN_IN) {
            return member == null ? signIn(request, attempt, identity) : PageStep.to(attempt.to());
        }
        if (member == null) {
            return PageStep.to("/sign-in?to=" + UrlText.encoded(attempt.to()));
        }
        if (attempt.purpose() == Purpose.CONNECT) {
            return PageStep.to(IdentityPage.PATH + "?" + CARRIED + "=" + carry(request, attempt, identity));
        }
        return identities.prove(member.session(), identity, request.visit())
                ? PageStep.to(attempt.to())
                : refused(
                        attempt,
                        say(
                                "This is not the identity at {provider} that your account is connected with.",
                                service().name()),
                        422);
    }

    private String carry(PageRequest<Visitor> request, OidcAttempt attempt, Identity identity) {
        OidcSignIn.ProvenIdentity shown = new OidcSignIn.ProvenIdentity(identity, attempt.to(), attempt.invitation());
        return service().seal(shown, browser(request));
    }

    private PageStep signIn(PageRequest<Visitor> request, OidcAttempt attempt, Identity identity) {
        return switch (identities.signIn(identity, request.visit())) {
            case SignIn.Welcome in -> signedIn.of(request, in, attempt.to());
            case SignIn.Blocked blocked -> refused(attempt, say("This account is banned. Ask the operator."), 422);
            default -> PageStep.to(PATH + "?" + CARRIED + "=" + carry(request, attempt, identity));
        };
    }

    // ---- new person ----

    private PageStep newcomer(PageRequest<Visitor> request, String carried, Map<String, String> errors, int status) {
        OidcSignIn.ProvenIdentity shown = service().open(carried, browser(request));
        if (shown == null) {
            return member(request) == null ? tooLate() : PageStep.to(SignedIn.HOME);
        }
        PersonLink link = link(request, shown);
        boolean isTaken = link == null && identities.isAddressTaken(shown.identity(), request.visit());
        boolean isClosed = link == null && !signUp.isOpen();
        long begins = begins(shown.identity(), link);
        return new PageStep.Show(
                status,
                (out, shell) -> JtenewcomerGenerated.render(
                        out,
                        null,
                        shell,
                        new Newcomer(service().name(), shown.identity().label(), carried, isTaken, isClosed, begins),
                        errors));
    }

    private long begins(Identity identity, @Nullable PersonLink link) {
        boolean isConfirmed = link == null ? identity.email() != null : link.isMailed();
        boolean isOwn = link == null || link.accountId() == null;
        boolean isGiven = isConfirmed || !links.startCredits().isReal();
        return isOwn && isGiven && !identities.isStartedBefore(identity, link)
                ? links.startCredits().micros()
                : 0;
    }

    /** Null if they were not invited, or the invitation is no longer good. */
    private @Nullable PersonLink link(PageRequest<Visitor> request, OidcSignIn.ProvenIdentity shown) {
        String token = shown.invitation();
        return token == null
                ? null
                : links.find(token, LinkKind.INVITE, request.visit()).orElse(null);
    }

    private PageStep makeAccount(PageRequest<Visitor> request, Form form) {
        String carried = form.text(CARRIED);
        OidcSignIn.ProvenIdentity shown = service().open(carried, browser(request));
        if (shown == null) {
            return tooLate();
        }
        PersonLink link = link(request, shown);
        String zone = form.text("zone");
        if (link == null && !signUp.isOpen()) {
            return newcomer(request, carried, Map.of(), 422);
        }
        SignIn made = link == null
                ? identities.signUp(shown.identity(), zone, request.visit())
                : identities.join(link, shown.identity(), zone, request.visit());
        return switch (made) {
            case SignIn.Welcome in -> signedIn.of(request, in, shown.to());
            case SignIn.Blocked blocked -> refused(null, say("This account is banned. Ask the operator."), 422);
            case SignIn.Wait(Duration left) ->
                newcomer(
                        request,
                        carried,
                        Map.of("form", Display.later(say("Too many accounts were made from this address."), left)),
                        422);
            case SignIn.Taken taken ->
                newcomer(
                        request,
                        carried,
                        Map.of(
                                "form",
                                link == null
                                        ? say("This address has an account already.")
                                        : LinkPages.CANNOT_JOIN.said()),
                        422);
            default ->
                newcomer(request, carried, Map.of("form", say("The account could not be created. Try again.")), 422);
        };
    }

    // ---- what is said ----

    private PageStep tooLate() {
        return refused(null, say("This sign-in was started in another browser or too long ago. Start again."), 422);
    }

    private PageStep failed(Step.Failed failed) {
        return refused(failed.attempt(), failed.sentence().said(), failed.isAway() ? 503 : 422);
    }

    private PageStep refused(@Nullable OidcAttempt attempt, String sentence, int status) {
        String again = PATH + query(attempt);
        String within = attempt == null || attempt.purpose() == Purpose.SIGN_IN ? null : attempt.to();
        return new PageStep.Show(
                status,
                (out, shell) ->
                        JteproviderGenerated.render(out, null, shell, service().name(), sentence, again, within));
    }

    private static String query(@Nullable OidcAttempt attempt) {
        if (attempt == null) {
            return "";
        }
        String purpose =
                switch (attempt.purpose()) {
                    case SIGN_IN -> "";
                    case CONNECT -> "&for=connect";
                    case PROVE -> "&for=prove";
                };
        String invitation = attempt.invitation();
        return "?to=" + UrlText.encoded(attempt.to()) + purpose
                + (invitation == null ? "" : "&invite=" + UrlText.encoded(invitation));
    }

    /** A person whom the provider knows, and this server does not. */
    public record Newcomer(
            String provider, String label, String carried, boolean taken, boolean closed, long beginsMicros) {}
}
