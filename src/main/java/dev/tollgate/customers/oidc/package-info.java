/**
 * Sign-in by OpenID Connect: code flow with PKCE at the one provider that the operator has named.
 *
 * <p>Invariants: who somebody is, is (issuer, subject), never an address of mail, and no claim says what they may do; where the provider is
 * asked comes from the operator's settings and the provider's own description, over TLS unless all of it is on this machine; a token counts only
 * where a key of the provider's has signed it with RS256 or ES256, for this client, for this attempt of this browser, lately. What an attempt
 * has to remember travels in its {@code state}, sealed for the browser that began it: nothing is kept here, and every node can go on with it.
 *
 * <p>Threading: {@link dev.tollgate.customers.oidc.OidcSignIn} blocks and is thread-safe; no lock is held while the provider is asked.
 */
@NullMarked
package dev.tollgate.customers.oidc;

import org.jspecify.annotations.NullMarked;
