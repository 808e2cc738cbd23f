package dev.tollgate.customers.people;

import java.time.Instant;

/**
 * A signed-in browser.
 *
 * @param hash the hash of its token; it identifies the session in lists and cannot open it
 * @param provedAt when the person last entered the password
 * @param codeDue whether the second factor is due; until then the session opens only the page for the code
 * @param address the IP address of the sign-in
 * @param agent the browser's user agent, cut
 */
public record BrowserSession(
        String hash,
        Person person,
        Instant begunAt,
        Instant seenAt,
        Instant provedAt,
        boolean codeDue,
        String address,
        String agent) {}
