/**
 * The dashboard: {@code /dashboard} itself is here, each path below it has a room of its own. A class has the name of its template in {@code
 * portal/src/main/jte}. Pages show and use other packages: there is no SQL in the rooms, no rule about money, and nothing that outlives a request.
 *
 * <p>Threading: pages render on workers.
 */
@NullMarked
package dev.tollgate.pages.dashboard;

import org.jspecify.annotations.NullMarked;
