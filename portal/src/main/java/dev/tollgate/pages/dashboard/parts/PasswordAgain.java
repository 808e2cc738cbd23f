package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.people.BrowserSession;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.http.Form;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.Visitor;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks for the password again before actions that a stranger at an open browser must not take. */
public final class PasswordAgain {

    private PasswordAgain() {}

    /** Returns the error for the field of the password; none if the password is right or was shown recently. */
    public static Map<String, String> errors(People people, PageRequest<Visitor.Member> request, Form form) {
        String complaint = complaint(people, request, form.text("password"));
        return complaint == null ? Map.of() : Map.of("password", complaint);
    }

    /**
     * @param typed the password from the form; empty if the form has none
     * @return the error for the field; null if the password is right or was shown recently
     */
    public static @Nullable String complaint(People people, PageRequest<Visitor.Member> request, String typed) {
        BrowserSession session = request.visitor().session();
        if (people.sessions().isProved(session)) {
            return null;
        }
        if (!session.person().hasPassword()) {
            return say("Sign in again first: your last sign-in is too long ago.");
        }
        if (typed.isEmpty()) {
            return say("Enter your password again: the last time is too long ago.");
        }
        return switch (people.passwordSignIn().prove(session, typed, request.visit())) {
            case SignIn.Welcome welcome -> null;
            case SignIn.Wait(Duration left) -> Display.later(say("Too many tries."), left);
            default -> say("The password is wrong.");
        };
    }
}
