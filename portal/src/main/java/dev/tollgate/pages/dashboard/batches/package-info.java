/**
 * {@code /dashboard/batches}: the batches of the keys whose calls a member sees, and one batch with what stops it. Contents are on no page: programs
 * read them with a key.
 *
 * <p>Threading: pages render on workers.
 */
@NullMarked
package dev.tollgate.pages.dashboard.batches;

import org.jspecify.annotations.NullMarked;
