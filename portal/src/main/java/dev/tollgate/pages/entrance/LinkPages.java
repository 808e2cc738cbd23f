package dev.tollgate.pages.entrance;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.people.LinkKind;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.PersonLink;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.customers.people.identity.IdentityProvider;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.settings.EmailPage;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import templates.door.JteacceptGenerated;
import templates.door.JteconfirmGenerated;
import templates.door.JtedeadlinkGenerated;
import templates.door.JteforgotGenerated;
import templates.door.JtejoinGenerated;
import templates.door.JtemailsentGenerated;
import templates.door.JteresetGenerated;

/**
 * {@code /forgot} and the targets of links: {@code /confirm/…}, {@code /reset/…}, {@code /invite/…}. Only a form uses up a link, never a GET,
 * because mail scanners follow links.
 *
 * @param provider external sign-in provider that an invited person can also use, or null
 * @param names returns what the account of an id is called
 * @param max the most members of an organization
 */
public record LinkPages(
        Links links,
        SignedIn signedIn,
        @Nullable IdentityProvider provider,
        Function<String, String> names,
        IntSupplier max) {

    /** The refusal of an invitation. Its link may be in other hands, so it does not say whether the address has an account. */
    static final Sentence CANNOT_JOIN = sentence(
            "The invitation was not accepted. If you have an account, sign in and open the link again. Otherwise ask for a new invitation.");

    private static final String FORGOT = "/forgot";
    private static final String TOKEN = "/{token}";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(FORGOT, pages.everybody(), this::forgotPage),
                pages.post(FORGOT, pages.everybody(), this::forgot),
                pages.get("/confirm" + TOKEN, pages.everybody(), request -> show(request, LinkKind.CONFIRM)),
                pages.post("/confirm" + TOKEN, pages.everybody(), this::confirm),
                pages.get("/reset" + TOKEN, pages.everybody(), request -> show(request, LinkKind.RESET)),
                pages.post("/reset" + TOKEN, pages.everybody(), this::reset),
                pages.get("/invite" + TOKEN, pages.everybody(), request -> show(request, LinkKind.INVITE)),
                pages.post("/invite" + TOKEN, pages.everybody(), this::invite));
    }

    // ---- a new password is asked for ----

    private PageStep forgotPage(PageRequest<Visitor> request) {
        return request.query("sent") != null && links.isMailOn() ? sent() : PageStep.show(forgotPage("", Map.of()));
    }

    static PageStep sent() {
        return PageStep.show((out, shell) -> JtemailsentGenerated.render(out, null, shell));
    }

    private PageStep forgot(PageRequest<Visitor> request, Form form) {
        if (!links.isMailOn()) {
            return PageStep.to(FORGOT);
        }
        String login = form.text("login");
        return links.requests().askToReset(login, request.visit()) instanceof SignIn.Wait(Duration left)
                ? PageStep.again(forgotPage(login, Map.of("form", EmailPage.tooMany(left))))
                : PageStep.to(FORGOT + "?sent=1");
    }

    private PageStep.Drawing forgotPage(String login, Map<String, String> errors) {
        return (out, shell) -> JteforgotGenerated.render(out, null, shell, links.isMailOn(), login, errors);
    }

    // ---- links ----

    private Optional<PersonLink> find(PageRequest<Visitor> request, LinkKind kind) {
        return links.find(request.param("token"), kind, request.visit());
    }

    private PageStep show(PageRequest<Visitor> request, LinkKind kind) {
        return find(request, kind)
                .map(link -> page(request, link, "", Map.of(), 200))
                .orElseGet(LinkPages::dead);
    }

    private static PageStep dead() {
        return new PageStep.Show(404, (out, shell) -> JtedeadlinkGenerated.render(out, null, shell));
    }

    private PageStep page(
            PageRequest<Visitor> request, PersonLink link, String name, Map<String, String> errors, int status) {
        String path = request.path();
        String email = link.email();
        if (link.kind() == LinkKind.RESET) {
            return new PageStep.Show(
                    status, (out, shell) -> JteresetGenerated.render(out, null, shell, path, email, errors));
        }
        if (link.personId() != null) {
            return new PageStep.Show(status, (out, shell) -> JteconfirmGenerated.render(out, null, shell, path, email));
        }
        if (!links.isOpenTo(link)) {
            return DoorPages.closed();
        }
        if (accepting(request, link) != null) {
            return accept(request, link, null);
        }
        DoorPages.Provider other = provider == null || link.kind() != LinkKind.INVITE
                ? null
                : new DoorPages.Provider(
                        provider.name(), OidcPages.PATH + "?invite=" + UrlText.encoded(request.param("token")));
        String organization = link.accountId() == null ? null : names.apply(link.accountId());
        String role = link.given().word().said();
        String signIn = link.accountId() == null ? "/sign-in" : "/sign-in?to=" + UrlText.encoded(path);
        long credits = link.accountId() == null && links.beginsWithCredits(link)
                ? links.startCredits().micros()
                : 0;
        return new PageStep.Show(
                status,
                (out, shell) -> JtejoinGenerated.render(
                        out,
                        null,
                        shell,
                        path,
                        new NewPerson(email, name, errors),
                        new Joining(organization, role, credits, other, signIn)));
    }

    private PageStep confirm(PageRequest<Visitor> request, Form form) {
        PersonLink link = find(request, LinkKind.CONFIRM).orElse(null);
        if (link == null) {
            return dead();
        }
        if (link.personId() == null) {
            return join(request, form, link);
        }
        if (!links.confirm(link)) {
            return dead();
        }
        return PageStep.to(
                request.visitor() instanceof Visitor.Member ? EmailPage.PATH + "?done=1" : "/sign-in?said=confirmed");
    }

    private PageStep invite(PageRequest<Visitor> request, Form form) {
        return find(request, LinkKind.INVITE)
                .map(link -> accepting(request, link) == null ? join(request, form, link) : accepted(request, link))
                .orElseGet(LinkPages::dead);
    }

    /** Returns who is signed in and is invited to an organization; null if the link makes a person. */
    private static Visitor.@Nullable Member accepting(PageRequest<Visitor> request, PersonLink link) {
        return link.kind() == LinkKind.INVITE
                        && link.accountId() != null
                        && request.visitor() instanceof Visitor.Member member
                        && !member.session().codeDue()
                ? member
                : null;
    }

    private PageStep accept(PageRequest<Visitor> request, PersonLink link, @Nullable String error) {
        String organization = names.apply(String.valueOf(link.accountId()));
        String login = Objects.requireNonNull(accepting(request, link)).person().login();
        return new PageStep.Show(
                error == null ? 200 : 422,
                (out, shell) -> JteacceptGenerated.render(
                        out,
                        null,
                        shell,
                        request.path(),
                        new Accepting(organization, link.given().word().said(), login),
                        error));
    }

    private PageStep accepted(PageRequest<Visitor> request, PersonLink link) {
        Visitor.Member member = Objects.requireNonNull(accepting(request, link));
        Sentence complaint = links.handed().accept(link, member.session(), request.visit(), max.getAsInt());
        return complaint == null ? PageStep.to(SignedIn.HOME) : accept(request, link, complaint.said());
    }

    private PageStep join(PageRequest<Visitor> request, Form form, PersonLink link) {
        String name = form.text("name");
        if (!links.isOpenTo(link)) {
            return page(request, link, name, Map.of(), 200);
        }
        return switch (links.join(link, form.text("password"), name, form.text("zone"), request.visit())) {
            case SignIn.Welcome in -> signedIn.of(request, in, SignedIn.HOME);
            case SignIn.Invalid(String field, Sentence message) ->
                page(request, link, name, Map.of(field, message.said()), 422);
            case SignIn.Taken taken ->
                page(
                        request,
                        link,
                        name,
                        Map.of(
                                "form",
                                link.kind() == LinkKind.INVITE
                                        ? CANNOT_JOIN.said()
                                        : say("This address has an account already. Sign in.")),
                        422);
            case SignIn.Blocked blocked ->
                page(request, link, name, Map.of("form", say("This account is banned. Ask the operator.")), 422);
            default -> dead();
        };
    }

    private PageStep reset(PageRequest<Visitor> request, Form form) {
        PersonLink link = find(request, LinkKind.RESET).orElse(null);
        if (link == null) {
            return dead();
        }
        return switch (links.reset(link, form.text("password"), request.visit())) {
            case null -> PageStep.to("/sign-in?said=reset");
            case SignIn.Invalid(String field, Sentence message) ->
                page(request, link, "", Map.of(field, message.said()), 422);
            default -> dead();
        };
    }

    /** The account that a person joins, and the ways in. */
    public record Joining(
            @Nullable String organization,
            @Nullable String role,
            long beginsMicros,
            DoorPages.@Nullable Provider provider,
            @Nullable String signIn) {}

    /** The typed values, with sentences about wrong ones by field. */
    public record NewPerson(String email, String name, Map<String, String> errors) {}

    /** An organization that a person who is signed in joins. */
    public record Accepting(String organization, String role, String login) {}
}
