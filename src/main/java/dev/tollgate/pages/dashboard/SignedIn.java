package dev.tollgate.pages.dashboard;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import java.util.function.Consumer;

/**
 * What follows wherever somebody is in, or half in. Thread-safe.
 *
 * @param told of everybody who is in; may block
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
        return PageStep.signedIn(
                request, in.token(), people.passwordSignIn().knownBrowser(person, request.visit()), home(person, to));
    }

    /** Where somebody goes who is in. */
    static String home(Person person, String to) {
        return person.isOperator() && to.equals(HOME) ? "/console" : to;
    }
}
