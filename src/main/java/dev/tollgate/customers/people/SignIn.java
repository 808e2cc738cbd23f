package dev.tollgate.customers.people;

import java.time.Duration;

/** What becomes of a sign-in or a sign-up. */
public sealed interface SignIn {

    /** @param token for the cookie, kept nowhere; @param codeDue whether the second factor is asked for next */
    record Welcome(String token, Person person, boolean codeDue) implements SignIn {}

    /** The login, the password or both: nobody is told which. */
    record Wrong() implements SignIn {}

    /** After the right password only. */
    record Blocked() implements SignIn {}

    /** Too many failures lately. */
    record Wait(Duration left) implements SignIn {}

    /** If the address can be used, a mail is on its way: nobody is told more. */
    record Sent() implements SignIn {}

    /** Of a sign-up. */
    record Taken() implements SignIn {}

    /** Of a sign-up. @param field that is wrong; @param message a sentence */
    record Refused(String field, String message) implements SignIn {}
}
