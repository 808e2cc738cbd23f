package dev.tollgate.customers.people;

import java.time.Instant;

/**
 * A browser that somebody has signed in with.
 *
 * @param hash of its token; names it in lists, opens nothing
 * @param provedAt when the password was shown last
 * @param codeDue whether the second factor is still to come: then it opens nothing but the page that asks for it
 * @param address where it was begun from
 * @param agent the browser in its own words, cut
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
