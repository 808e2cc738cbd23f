package dev.tollgate.customers.oidc;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A sign-in at the provider that has begun.
 *
 * @param to where it goes on afterwards, a path of ours
 * @param invitation the token of a link that lets somebody in; null without
 * @param nonce that the provider's token repeats
 * @param verifier whose hash the provider was shown (PKCE)
 */
public record OidcAttempt(
        Purpose purpose, String to, @Nullable String invitation, String nonce, String verifier, Instant begunAt) {

    /** What it is for. */
    public enum Purpose {
        SIGN_IN,
        /** Of who is signed in: the identity becomes a way in. */
        CONNECT,
        /** Of who is signed in: to show once more that it is them. */
        PROVE
    }
}
