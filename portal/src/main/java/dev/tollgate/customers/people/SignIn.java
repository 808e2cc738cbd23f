package dev.tollgate.customers.people;

import dev.tollgate.base.words.Sentence;
import java.time.Duration;

/** The outcome of a sign-in or a sign-up. */
public sealed interface SignIn {

    /** @param token for the cookie, kept nowhere; @param codeDue whether the second factor is asked for next */
    record Welcome(String token, Person person, boolean codeDue) implements SignIn {}

    /** The login or the password is wrong; the answer does not say which. */
    record Wrong() implements SignIn {}

    /** The account is blocked. Shown only after the right password. */
    record Blocked() implements SignIn {}

    /** The person has to wait after too many failures. */
    record Wait(Duration left) implements SignIn {}

    /** A mail is sent if the address can be used; the answer does not say whether. */
    record Sent() implements SignIn {}

    /** The address of a sign-up already has an account. */
    record Taken() implements SignIn {}

    /** An input of a sign-up is invalid. @param field its name @param message a sentence */
    record Invalid(String field, Sentence message) implements SignIn {}
}
