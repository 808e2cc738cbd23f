package dev.tollgate.pages.dashboard;

import dev.tollgate.customers.people.BrowserSession;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The password shown once more before deeds that whoever finds an open browser should not do. */
final class PasswordAgain {

    private PasswordAgain() {}

    /**
     * @param typed what came with the form; empty where nothing did
     * @return what to say beside the field; null where the password was shown now or lately
     */
    static @Nullable String complaint(People people, PageRequest<Visitor.Member> request, String typed) {
        BrowserSession session = request.visitor().session();
        if (people.sessions().isProved(session)) {
            return null;
        }
        if (!session.person().hasPassword()) {
            return "Sign in again first: your last sign-in is too long ago.";
        }
        if (typed.isEmpty()) {
            return "Enter your password again: the last time is too long ago.";
        }
        return switch (people.passwordSignIn().prove(session, typed, request.visit())) {
            case SignIn.Welcome welcome -> null;
            case SignIn.Wait(Duration left) -> Texts.later("Too many tries.", left);
            default -> "The password is wrong.";
        };
    }
}
