package dev.tollgate.pages.dashboard.settings;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.parts.PasswordAgain;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import templates.dashboard.JteemailGenerated;

/** {@code /dashboard/settings/email}: the address, confirmed or changed by a link that is sent to it. */
public record EmailPage(People people, Links links) {

    public static final String PATH = "/dashboard/settings/email";

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.persons(), this::show), pages.post(PATH, pages.persons(), this::send));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(page(request, "", Map.of()));
    }

    private PageStep send(PageRequest<Visitor.Member> request, Form form) {
        Person person = request.visitor().person();
        if (!links.isMailOn()) {
            return PageStep.to(PATH);
        }
        boolean isPresent = form.text("deed").equals("confirm") && person.email() != null;
        String email = isPresent ? Objects.requireNonNull(person.email()) : form.text("email");
        String proof = isPresent ? null : PasswordAgain.complaint(people, request, form.text("password"));
        if (proof != null) {
            return PageStep.again(page(request, email, Map.of("password", proof)));
        }
        return switch (links.requests().askToConfirm(person, email, request.visit())) {
            case null -> PageStep.to(PATH + "?sent=1");
            case SignIn.Invalid(String field, Sentence message) ->
                PageStep.again(page(request, email, Map.of(field, message.said())));
            case SignIn.Wait(Duration left) -> PageStep.again(page(request, email, Map.of("form", tooMany(left))));
            default -> throw new IllegalStateException("asking has no other outcome");
        };
    }

    public static String tooMany(Duration left) {
        return Display.later(say("Too many mails were asked for."), left);
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, String typed, Map<String, String> errors) {
        boolean isProved = people.sessions().isProved(request.visitor().session());
        boolean isSent = request.query("sent") != null && errors.isEmpty();
        boolean isDone = request.query("done") != null && errors.isEmpty();
        return (out, shell) -> JteemailGenerated.render(
                out, null, shell, new Address(links.isMailOn(), isProved, isSent, isDone), typed, errors);
    }

    /** The progress of a change of the address. */
    public record Address(boolean mail, boolean proved, boolean sent, boolean done) {}
}
