/**
 * {@code /dashboard/requests}: the log of calls, one call with its story and its charge, and calls that were refused. The operator and the
 * playground show calls and charges with the same words.
 *
 * <p>Threading: pages render on workers.
 */
@NullMarked
package dev.tollgate.pages.dashboard.requests;

import org.jspecify.annotations.NullMarked;
