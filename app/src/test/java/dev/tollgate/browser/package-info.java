/**
 * Pages as a browser shows them: Debian's Chromium, driven by Playwright. A test of pages declares {@code @ResourceLock(Shared.BROWSER)} and
 * opens a {@link dev.tollgate.browser.Visit}; where there is no Chromium, or no Node.js for Playwright, it is left out with {@code NOT RUN}.
 * There is one browser, which starts with the first visit and ends with the tests; each visit has cookies and storage of its own.
 *
 * <p>Playwright takes one thread at a time: the lock sees to that, and a visit without it fails.
 */
package dev.tollgate.browser;
