package dev.tollgate.customers.people.identity;

import org.jspecify.annotations.Nullable;

/**
 * A person's identity at an external sign-in service.
 *
 * @param subject the issuer's permanent id of the person; issuer and subject together are the identity
 * @param email the address that the provider has verified; null if there is none
 * @param name empty if the provider sends none
 * @param label the text on pages: an address, a name or the subject
 */
public record Identity(
        String issuer, String subject, @Nullable String email, String name, String label) {

    /** Returns issuer and subject as one text, which can never be a login. */
    public static String name(String issuer, String subject) {
        return issuer + "\n" + subject;
    }

    /** Returns issuer and subject as one text. */
    public String both() {
        return name(issuer, subject);
    }
}
