package dev.tollgate.customers.oidc;

import java.net.URI;

/**
 * The registration of this server at the provider.
 *
 * @param issuer as the provider writes itself, to the letter
 * @param name what people call the provider
 * @param redirectUri where it sends browsers back to
 */
public record OidcClient(URI issuer, String clientId, String clientSecret, String name, String redirectUri) {

    /** Returns whether all of it is on this machine: then it goes without TLS. */
    boolean isOnThisMachine() {
        return "http".equals(issuer.getScheme());
    }

    @Override
    public String toString() {
        return "OidcClient[" + issuer + "]";
    }
}
