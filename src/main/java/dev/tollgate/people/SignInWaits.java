package dev.tollgate.people;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Makes guessing slow without locking anybody out: after five failures for one name (of a login, a known browser, whose codes are tried, a session), or
 * thirty from a network, within ten minutes the next try has to wait, twice as long each time, up to five minutes; likewise sign-ups after five
 * from a network. Of this node, in memory, the least recently met forgotten first. Thread-safe.
 */
final class SignInWaits {

    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int NAME_FAILURES = 5;
    private static final int NETWORK_FAILURES = 30;
    private static final int SIGN_UPS = 5;
    private static final int MAILS = 3;
    private static final int ASKED = 10;
    private static final int KEPT_MAX = 100_000;

    /** @param untilMillis before which nothing is tried */
    private record Failures(int count, long sinceMillis, long untilMillis) {}

    private final Cache<String, Failures> failures =
            Caffeine.newBuilder().maximumSize(KEPT_MAX).build();
    private final InstantSource clock;

    SignInWaits(InstantSource clock) {
        this.clock = clock;
    }

    /** What passwords that are typed at the door are counted by. */
    static String login(String login) {
        return "l" + login;
    }

    /** What a browser is counted by that is known for who signs in. */
    static String browser(String id) {
        return "b" + id;
    }

    /** What the second step is counted by, whatever session it is of. */
    static String codes(String personId) {
        return "c" + personId;
    }

    /** What passwords that are asked for again are counted by. */
    static String session(String hash) {
        return "p" + hash;
    }

    /** How long this try has to wait; zero for not at all. @param name one of the above */
    Duration wait(String name, String network) {
        Instant now = clock.instant();
        long until = Math.max(until(name), until("n" + network));
        return until <= now.toEpochMilli() ? Duration.ZERO : Duration.ofMillis(until - now.toEpochMilli());
    }

    /** Likewise where it is not known yet who it is. */
    Duration networkWait(String network) {
        long left = until("n" + network) - clock.millis();
        return left <= 0 ? Duration.ZERO : Duration.ofMillis(left);
    }

    private long until(String name) {
        Failures known = failures.getIfPresent(name);
        return known == null ? 0 : known.untilMillis();
    }

    void failed(String name, String network) {
        count(name, NAME_FAILURES);
        failedFrom(network);
    }

    /** Likewise where the try was counted by {@link #begin}. */
    void failedFrom(String network) {
        count("n" + network, NETWORK_FAILURES);
    }

    /**
     * As {@link #wait}, for what is checked so fast that many could be tried at the same moment: the try is counted before it is made, and
     * taken back by {@link #succeeded}.
     */
    synchronized Duration begin(String name, String network) {
        Duration wait = wait(name, network);
        if (wait.isZero()) {
            count(name, NAME_FAILURES);
        }
        return wait;
    }

    /** How long the next sign-up from a network has to wait. */
    Duration signUpWait(String network) {
        long left = until("s" + network) - clock.millis();
        return left <= 0 ? Duration.ZERO : Duration.ofMillis(left);
    }

    void signedUp(String network) {
        count("s" + network, SIGN_UPS);
    }

    void succeeded(String name) {
        failures.invalidate(name);
    }

    /** Whether an address may be sent another mail that anybody can ask for; if so, that counts. */
    boolean mayMail(String login) {
        boolean may = until("m" + login) <= clock.millis();
        if (may) {
            count("m" + login, MAILS);
        }
        return may;
    }

    /** How long the next mail that somebody of a network asks for has to wait. */
    Duration askWait(String network) {
        long left = until("a" + network) - clock.millis();
        return left <= 0 ? Duration.ZERO : Duration.ofMillis(left);
    }

    void asked(String network) {
        count("a" + network, ASKED);
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
