/**
 * {@code /dashboard/usage}: where the credits went, by day, model or key. The sums come from {@code customers.figures}.
 *
 * <p>Threading: pages render on workers.
 */
@NullMarked
package dev.tollgate.pages.dashboard.usage;

import org.jspecify.annotations.NullMarked;
