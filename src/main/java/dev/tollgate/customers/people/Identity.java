package dev.tollgate.customers.people;

import org.jspecify.annotations.Nullable;

/**
 * Somebody as a provider of sign-ins knows them.
 *
 * @param subject whom the issuer means, for ever; the two together are the identity
 * @param email an address that the provider has seen to be theirs; null for none
 * @param name empty where the provider tells none
 * @param label what is shown to them: an address, a name, or the subject
 */
public record Identity(
        String issuer, String subject, @Nullable String email, String name, String label) {

    /** Both in one text that no login can be. */
    public static String name(String issuer, String subject) {
        return issuer + "\n" + subject;
    }

    String both() {
        return name(issuer, subject);
    }
}
