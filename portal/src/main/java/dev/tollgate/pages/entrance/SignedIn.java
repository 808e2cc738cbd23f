package dev.tollgate.pages.entrance;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import java.util.function.Consumer;

/**
 * The steps after a complete or half sign-in. Thread-safe.
 *
 * @param told receives each person who has signed in; may block
 */
public record SignedIn(People people, Consumer<Person> told) {

    static final String HOME = "/dashboard";

    /** @param to a path of ours */
    PageStep of(PageRequest<?> request, SignIn.Welcome in, String to) {
        if (in.codeDue()) {
            return PageStep.signedIn(request, in.token(), CodePage.PATH + "?to=" + UrlText.encoded(to));
        }
        Person person = in.person();
        told.accept(person);
        PageStep.Move signedIn = PageStep.signedIn(
                request, in.token(), people.passwordSignIn().knownBrowser(person, request.visit()), home(person, to));
        String language = person.preferences().language();
        return language == null ? signedIn : PageStep.inLanguage(request, language, signedIn);
    }

    /** Returns the target page of a signed-in person. */
    static String home(Person person, String to) {
        return person.isOperator() && to.equals(HOME) ? "/console" : to;
    }
}
