package dev.tollgate.customers.oidc;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A started sign-in at the provider.
 *
 * @param to the local path to open afterwards
 * @param invitation the token of an invitation link; null without one
 * @param nonce that the provider's token repeats
 * @param verifier the PKCE secret whose hash the provider received
 */
public record OidcAttempt(
        Purpose purpose, String to, @Nullable String invitation, String nonce, String verifier, Instant begunAt) {

    /** The purpose of a sign-in. */
    public enum Purpose {
        SIGN_IN,
        /** Adds the identity as a sign-in method of the person who is signed in. */
        CONNECT,
        /** Confirms the identity of the person who is signed in. */
        PROVE
    }
}
