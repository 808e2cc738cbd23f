/**
 * {@code /dashboard/keys}: the list of keys, a key, and the form of a new one. The rules of a key are in {@code customers.keys}.
 *
 * <p>Threading: pages render on workers.
 */
@NullMarked
package dev.tollgate.pages.dashboard.keys;

import org.jspecify.annotations.NullMarked;
