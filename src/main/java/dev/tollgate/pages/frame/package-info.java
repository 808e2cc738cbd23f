/**
 * What all pages have in common: who looks at them, how they are rendered and guarded. The pages themselves are in the packages
 * above ({@code portal} and others), one class for each path; their templates lie in {@code src/main/jte}.
 *
 * <p>Every page is whole as the server sends it; scripts only improve it. A page's work (reads, passwords, rendering) runs aside, never on an event
 * loop, and sees an immutable {@link dev.tollgate.pages.frame.PageRequest}. A route that takes a form is made by {@link dev.tollgate.pages.frame.Pages#post}
 * alone, which checks where the form comes from and its token before the page sees it; {@code GET} changes nothing.
 *
 * <p>Pages know cookies and nothing of API keys; the API knows keys and nothing of cookies.
 */
@NullMarked
package dev.tollgate.pages.frame;

import org.jspecify.annotations.NullMarked;
