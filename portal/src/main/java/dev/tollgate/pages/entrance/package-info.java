/**
 * The pages before the dashboard: {@code /}, sign-up, sign-in, a forgotten password, and the targets of mailed links. What they decide is decided
 * by {@code customers.people} and {@code customers.oidc}.
 *
 * <p>Threading: pages render on workers.
 */
@NullMarked
package dev.tollgate.pages.entrance;

import org.jspecify.annotations.NullMarked;
