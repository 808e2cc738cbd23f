package dev.tollgate.pages.entrance;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.people.BrowserSession;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SignIn;
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
import templates.door.JtecodeGenerated;

/** {@code /sign-in/code}: the second step for those who have switched it on. */
public record CodePage(People people, SignedIn signedIn) {

    static final String PATH = "/sign-in/code";

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.begun(), this::show), pages.post(PATH, pages.begun(), this::enter));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        BrowserSession session = request.visitor().session();
        String to = DoorPages.within(request.query("to"));
        return session.codeDue() ? PageStep.show(page(to, null)) : PageStep.to(SignedIn.home(session.person(), to));
    }

    private PageStep enter(PageRequest<Visitor.Member> request, Form form) {
        BrowserSession session = request.visitor().session();
        String to = DoorPages.within(form.field("to"));
        if (!session.codeDue()) {
            return PageStep.to(SignedIn.home(session.person(), to));
        }
        String typed = form.text("code").isBlank() ? form.text("recovery") : form.text("code");
        return switch (people.secondFactor().enter(session, typed, request.visit())) {
            case SignIn.Welcome in -> signedIn.of(request, in, to);
            case SignIn.Wait(Duration left) -> PageStep.again(page(to, Display.later(say("Too many tries."), left)));
            default -> PageStep.again(page(to, say("This code is wrong or has already been used.")));
        };
    }

    private static PageStep.Drawing page(String to, @Nullable String error) {
        return (out, shell) -> JtecodeGenerated.render(out, null, shell, to, error);
    }
}
