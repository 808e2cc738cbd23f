package dev.tollgate.pages.entrance;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.customers.people.SignUp;
import dev.tollgate.customers.people.identity.IdentityProvider;
import dev.tollgate.customers.people.identity.StartCredits;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.pages.dashboard.settings.EmailPage;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import templates.door.JteclosedGenerated;
import templates.door.JtesigninGenerated;
import templates.door.JtesignupGenerated;

/**
 * {@code /sign-in}, {@code /sign-up} and {@code /sign-out}.
 *
 * @param provider external sign-in provider, or null
 * @param seller who runs this server; empty if that is not set
 */
public record DoorPages(
        People people,
        Links links,
        SignedIn signedIn,
        SignUp signUp,
        @Nullable IdentityProvider provider,
        Catalogue catalogue,
        Supplier<String> seller) {

    private static final String HOME = SignedIn.HOME;

    /** The notes on the sign-in pages after an action on another page. */
    private static final Map<String, Sentence> SAID = Map.of(
            "deleted", sentence("Account deleted. Its keys no longer work and your data is erased."),
            "left", sentence("You have left the account, and what was stored about you is erased."),
            "confirmed", sentence("The address is confirmed. Sign in."),
            "reset", sentence("The password is set, and all sessions have ended. Sign in with it."));

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get("/sign-in", pages.everybody(), this::signInPage),
                pages.post("/sign-in", pages.everybody(), this::signIn),
                pages.get("/sign-up", pages.everybody(), this::signUpPage),
                pages.post("/sign-up", pages.everybody(), this::signUp),
                pages.post("/sign-out", pages.begun(), this::signOut));
    }

    // ---- signing in ----

    private PageStep signInPage(PageRequest<Visitor> request) {
        String to = within(request.query("to"));
        return request.visitor() instanceof Visitor.Member member
                        && !member.session().codeDue()
                ? PageStep.to(to)
                : PageStep.show(signInPage("", to, null, request.query("said")));
    }

    private PageStep signIn(PageRequest<Visitor> request, Form form) {
        String login = form.text("login");
        String to = within(form.field("to"));
        return switch (people.passwordSignIn().signIn(login, form.text("password"), request.visit())) {
            case SignIn.Welcome in -> signedIn.of(request, in, to);
            case SignIn.Blocked blocked -> signInAgain(login, to, say("This account is banned. Ask the operator."));
            case SignIn.Wait(Duration left) -> signInAgain(login, to, Display.later(say("Too many tries."), left));
            default -> signInAgain(login, to, say("E-mail or password is wrong."));
        };
    }

    private PageStep signInAgain(String login, String to, String error) {
        return PageStep.again(signInPage(login, to, error, null));
    }

    private PageStep.Drawing signInPage(String login, String to, @Nullable String error, @Nullable String done) {
        boolean isOpen = signUp.isOpen();
        Sentence said = done == null ? null : SAID.get(done);
        return (out, shell) -> JtesigninGenerated.render(
                out, null, shell, new Entry(login, to, error, isOpen, said == null ? null : said.said()), provider(to));
    }

    /** The other way to sign in. @param href where it begins */
    public record Provider(String name, String href) {}

    private @Nullable Provider provider(String to) {
        return provider == null
                ? null
                : new Provider(provider.name(), OidcPages.PATH + (to.equals(HOME) ? "" : "?to=" + UrlText.encoded(to)));
    }

    static PageStep closed() {
        return PageStep.show((out, shell) -> JteclosedGenerated.render(out, null, shell));
    }

    /** A path of ours and nothing else: what comes back from outside must not lead outside. */
    static String within(@Nullable String to) {
        boolean isPath = to != null
                && to.startsWith("/")
                && !to.startsWith("//")
                && to.chars().allMatch(each -> each > ' ' && each < 0x7f && each != '\\');
        return isPath ? Objects.requireNonNull(to) : HOME;
    }

    // ---- signing up ----

    private PageStep signUpPage(PageRequest<Visitor> request) {
        if (!signUp.isOpen()) {
            return closed();
        }
        if (request.query("sent") != null && links.isMailOn()) {
            return LinkPages.sent();
        }
        return request.visitor() instanceof Visitor.Member
                ? PageStep.to(within(request.query("to")))
                : PageStep.show(signUpPage(request, "", "", "", Map.of()));
    }

    private PageStep signUp(PageRequest<Visitor> request, Form form) {
        if (!signUp.isOpen()) {
            return closed();
        }
        String email = form.text("email");
        if (links.isMailOn()) {
            return ask(request, email);
        }
        String name = form.text("name");
        String zone = form.text("zone");
        SignIn done = people.passwordSignIn()
                .signUp(email, form.text("password"), name, zone, signUp.credits(), request.visit());
        return switch (done) {
            case SignIn.Welcome in -> signedIn.of(request, in, within(request.query("to")));
            case SignIn.Taken taken ->
                again(request, email, name, zone, "email", say("This address has an account already."));
            case SignIn.Invalid(String field, Sentence message) ->
                again(request, email, name, zone, field, message.said());
            case SignIn.Wait(Duration left) ->
                again(
                        request,
                        email,
                        name,
                        zone,
                        "form",
                        Display.later(say("Too many accounts were made from this address."), left));
            default -> again(request, email, name, zone, "form", say("That did not work."));
        };
    }

    /** The mail says how to go on: neither the answer nor an account that comes to be shows whether the address is known. */
    private PageStep ask(PageRequest<Visitor> request, String email) {
        return switch (links.requests().askToSignUp(email, request.visit())) {
            case SignIn.Invalid(String field, Sentence message) -> again(request, email, "", "", field, message.said());
            case SignIn.Wait(Duration left) -> again(request, email, "", "", "form", EmailPage.tooMany(left));
            default -> PageStep.to("/sign-up?sent=1");
        };
    }

    private PageStep again(
            PageRequest<Visitor> request, String email, String name, String zone, String field, String message) {
        return PageStep.again(signUpPage(request, email, name, zone, Map.of(field, message)));
    }

    private PageStep.Drawing signUpPage(
            PageRequest<Visitor> request, String email, String name, String zone, Map<String, String> errors) {
        boolean isMailOn = links.isMailOn();
        long begins = signUp.beginsMicros(isMailOn);
        String to = within(request.query("to"));
        String action = "/sign-up" + (to.equals(HOME) ? "" : "?to=" + UrlText.encoded(to));
        Provider other = provider(to);
        return (out, shell) -> JtesignupGenerated.render(
                out,
                null,
                shell,
                action,
                new NewPerson(email, name, zone, errors),
                new Offer(gets(begins), seller.get(), isMailOn, other));
    }

    /** Returns what a new account gets here, in sentences. */
    private String gets(long beginsMicros) {
        StartCredits credits = signUp.credits();
        String amount = Money.CREDITS.sum(beginsMicros);
        String dollars = Money.DOLLARS.sum(beginsMicros);
        String start = beginsMicros == 0
                ? null
                : credits.days() == 0
                        ? say("You get {amount} credits ({dollars}) to start with.", amount, dollars)
                        : say(
                                "You get {amount} credits ({dollars}) to start with, for {n} day. | You get {amount} credits ({dollars}) to start with, for {n} days.",
                                amount,
                                dollars,
                                credits.days());
        String models = credits.isReal()
                ? say(
                        "One key calls {n} model, paid by use. | One key calls {n} models, paid by use.",
                        catalogue.all().size())
                : say("Only the sandbox answers here: no real model, no real money.");
        return Joined.sentences(start, models);
    }

    // ---- signing out ----

    private PageStep signOut(PageRequest<Visitor.Member> request, Form form) {
        people.sessions()
                .end(
                        request.visitor().person().id(),
                        request.visitor().session().hash());
        return PageStep.signedOut(request, "/sign-in");
    }

    /** The things that a visitor gets, and the other way in. @param gets in sentences @param seller empty if it is not set */
    public record Offer(
            String gets,
            String seller,
            boolean mail,
            @Nullable Provider provider) {}

    /** The typed values, with sentences about wrong ones by field. */
    public record NewPerson(String email, String name, String zone, Map<String, String> errors) {}

    /** The form of the sign-in, and the note above it. */
    public record Entry(
            String login,
            @Nullable String to,
            @Nullable String error,
            boolean open,
            @Nullable String said) {}
}
