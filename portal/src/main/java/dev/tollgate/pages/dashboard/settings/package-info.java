/**
 * {@code /dashboard/settings}: a person and their account, their sign-in, their address, and the end of it all. The changes are made by {@code
 * customers.people} and {@code customers.departure}.
 *
 * <p>Threading: pages render on workers.
 */
@NullMarked
package dev.tollgate.pages.dashboard.settings;

import org.jspecify.annotations.NullMarked;
