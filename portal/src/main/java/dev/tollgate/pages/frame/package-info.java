/**
 * The common part of all pages: the visitor, rendering and protection. The pages themselves are in the packages above ({@code pages.dashboard} and
 * others), one class for each path; their templates are in {@code portal/src/main/jte}.
 *
 * <p>Invariants: every page is complete as the server sends it; scripts only improve it. {@link Pages#post} alone creates routes that accept a form;
 * it checks the form's origin and token before the page sees it. {@code GET} changes nothing. Pages know cookies and no API keys; the API knows keys
 * and no cookies.
 *
 * <p>Threading: a page's work (reads, passwords, rendering) runs on workers, never on an event loop, and sees an immutable {@link PageRequest}.
 *
 * <p>A page calls the method that JTE generates from its template, such as {@code JtebillingGenerated.render}, and passes what it has read: a
 * missing or wrong parameter does not compile. Templates write times and amounts with {@link dev.tollgate.pages.frame.Display}.
 */
@NullMarked
package dev.tollgate.pages.frame;

import org.jspecify.annotations.NullMarked;
