/**
 * Sign-in with OpenID Connect: code flow with PKCE at the one provider that the operator has named.
 *
 * <p>Invariants: a person is identified by issuer and subject, never by a mail address, and no claim grants permissions. The provider's addresses
 * come from the operator's settings and the provider's own description, over TLS unless all of it is on this machine. A token counts only if the
 * provider has signed it with RS256 or ES256, for this client and this attempt of this browser, recently. The state of an attempt travels in its
 * {@code state}, encrypted for its browser: nothing is stored here, and every node can continue it.
 *
 * <p>Threading: {@link OidcSignIn} blocks and is thread-safe; no lock is held during a request to the provider.
 */
@NullMarked
package dev.tollgate.customers.oidc;

import org.jspecify.annotations.NullMarked;
