/**
 * What customers see: the landing page, the door (signing up, in and out), the dashboard and the settings. One class a path, or a few paths that
 * belong together; a class has the same name as its template in {@code src/main/jte}, in words. Pages show what other packages say and do what
 * those let them do: there is no SQL here, no rule about money, and nothing that outlives a request.
 */
@NullMarked
package dev.tollgate.pages.dashboard;

import org.jspecify.annotations.NullMarked;
