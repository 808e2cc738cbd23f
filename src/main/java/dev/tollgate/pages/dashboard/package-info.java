/**
 * Customers' pages: the landing page, sign-up and sign-in, the dashboard and the settings. One class for each path, or for a few related paths; a
 * class has the name of its template in {@code src/main/jte}. Pages show and use other packages: there is no SQL here, no rule about money, and
 * nothing that outlives a request.
 *
 * <p>Threading: pages render on workers.
 */
@NullMarked
package dev.tollgate.pages.dashboard;

import org.jspecify.annotations.NullMarked;
