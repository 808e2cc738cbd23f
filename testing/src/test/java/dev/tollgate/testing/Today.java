package dev.tollgate.testing;

import java.time.Duration;
import java.time.Instant;

/**
 * The time as the tests have it. Models retire by the clock, and what most tests say of them holds before 1 December 2026: from then on
 * their clock is behind the real one by as much as it takes, and goes on at its pace.
 */
public final class Today {

    private static final Instant LAST_DAY = Instant.parse("2026-11-30T00:00:00Z");
    private static final Duration BEHIND = behind(Instant.now());

    private Today() {}

    private static Duration behind(Instant now) {
        return now.isBefore(LAST_DAY) ? Duration.ZERO : Duration.between(LAST_DAY.minus(Duration.ofDays(1)), now);
    }

    public static Instant instant() {
        return Instant.now().minus(BEHIND);
    }
}
