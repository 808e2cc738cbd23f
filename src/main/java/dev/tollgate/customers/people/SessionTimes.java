package dev.tollgate.customers.people;

import java.time.Duration;
import java.time.Instant;

/** The lifetimes of sessions: operators' are shorter, since more can be done with them. */
record SessionTimes(Duration idle, Duration whole) {

    private static final SessionTimes USERS = new SessionTimes(Duration.ofDays(7), Duration.ofDays(30));
    private static final SessionTimes OPERATORS = new SessionTimes(Duration.ofHours(12), Duration.ofDays(7));
    private static final Duration CODE = Duration.ofMinutes(10);
    private static final Duration PROVED = Duration.ofMinutes(10);

    static SessionTimes of(Role role) {
        return role == Role.OPERATOR ? OPERATORS : USERS;
    }

    boolean isAlive(BrowserSession session, Instant now) {
        if (session.codeDue()) { // only so long as it takes to find the phone
            return now.isBefore(session.begunAt().plus(CODE));
        }
        return now.isBefore(session.seenAt().plus(idle))
                && now.isBefore(session.begunAt().plus(whole));
    }

    static boolean isProved(BrowserSession session, Instant now) {
        return now.isBefore(session.provedAt().plus(PROVED));
    }
}
