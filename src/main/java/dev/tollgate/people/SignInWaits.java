package dev.tollgate.people;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Makes guessing slow without locking anybody out: after five failures for a login, or thirty from a network, within ten minutes the next try has
 * to wait, twice as long each time, up to five minutes; likewise sign-ups after five from a network. Of this node, in memory, the least recently met forgotten first. Thread-safe.
 */
final class SignInWaits {

    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int LOGIN_FAILURES = 5;
    private static final int NETWORK_FAILURES = 30;
    private static final int SIGN_UPS = 5;
    private static final int KEPT_MAX = 100_000;

    /** @param untilMillis before which nothing is tried */
    private record Failures(int count, long sinceMillis, long untilMillis) {}

    private final Cache<String, Failures> failures =
            Caffeine.newBuilder().maximumSize(KEPT_MAX).build();
    private final InstantSource clock;

    SignInWaits(InstantSource clock) {
        this.clock = clock;
    }

    /** How long this try has to wait; zero for not at all. */
    Duration wait(String login, String network) {
        Instant now = clock.instant();
        long until = Math.max(until("l" + login), until("n" + network));
        return until <= now.toEpochMilli() ? Duration.ZERO : Duration.ofMillis(until - now.toEpochMilli());
    }

    private long until(String name) {
        Failures known = failures.getIfPresent(name);
        return known == null ? 0 : known.untilMillis();
    }

    void failed(String login, String network) {
        count("l" + login, LOGIN_FAILURES);
        count("n" + network, NETWORK_FAILURES);
    }

    /** How long the next sign-up from a network has to wait. */
    Duration signUpWait(String network) {
        long left = until("s" + network) - clock.millis();
        return left <= 0 ? Duration.ZERO : Duration.ofMillis(left);
    }

    void signedUp(String network) {
        count("s" + network, SIGN_UPS);
    }

    void succeeded(String login) {
        failures.invalidate("l" + login);
    }

    private void count(String name, int free) {
        long now = clock.millis();
        failures.asMap().compute(name, (any, known) -> {
            boolean isNew = known == null || now - known.sinceMillis() > WINDOW.toMillis() + LONGEST.toMillis();
            int count = isNew ? 1 : known.count() + 1;
            return new Failures(count, isNew ? now : known.sinceMillis(), count < free ? 0 : now + pause(count - free));
        });
    }

    /** 1, 2, 4 … seconds. */
    private static long pause(int beyond) {
        return Math.min(LONGEST.toMillis(), 1_000L << Math.min(beyond, 20));
    }
}
