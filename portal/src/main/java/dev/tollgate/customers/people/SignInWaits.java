package dev.tollgate.customers.people;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes guessing slow without locking anyone out. Five tries for one name, 30 from an address and 240 from its wide network are free within
 * fifteen minutes; then each next one waits twice as long as the one before. Every try is counted before it is made and taken back if it was right, so that parallel tries are no more than others. Each node
 * counts in memory and forgets the least recently used names first. Thread-safe.
 */
final class SignInWaits {

    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    /** The longest wait that strangers can cause for a login. */
    private static final Duration LONGEST_BY_STRANGERS = Duration.ofSeconds(30);

    private static final int NAME_TRIES = 5;
    private static final int ADDRESS_TRIES = 30;
    private static final int ASKED = 10;
    private static final int SIGN_UPS = 5;
    private static final int KEPT_MAX = 100_000;

    /** The number of addresses that a wide network counts as. */
    private static final int WIDE_PLACES = 8;

    /**
     * A counter's name.
     *
     * @param free tries before the first wait
     * @param longest wait
     */
    record Name(String text, int free, Duration longest) {

        /** A wide network's counter for what an address may do {@code free} times. */
        private static Name wide(String kind, Visit visit, int free, Duration longest) {
            return new Name(kind + "/" + visit.wideNetwork(), WIDE_PLACES * free, longest);
        }

        private static Stream<Name> networks(String kind, Visit visit, int free, Duration longest) {
            return Stream.of(new Name(kind + visit.network(), free, longest), wide(kind, visit, free, longest));
        }
    }

    /** @param untilMillis before which nothing is tried */
    private record Tries(int count, long sinceMillis, long untilMillis) {}

    private final Cache<String, Tries> tries =
            Caffeine.newBuilder().maximumSize(KEPT_MAX).build();
    private final InstantSource clock;

    SignInWaits(InstantSource clock) {
        this.clock = clock;
    }

    /** Counts attempts at passwords for a login. */
    static Name login(String login) {
        return new Name("l" + login, NAME_TRIES, LONGEST_BY_STRANGERS);
    }

    /** Counts passwords typed in a browser that is known for the login. */
    static Name browser(String id) {
        return new Name("b" + id, NAME_TRIES, LONGEST);
    }

    /** Counts codes of a second factor, in all sessions of the person. */
    static Name codes(String personId) {
        return new Name("c" + personId, NAME_TRIES, LONGEST);
    }

    /** Counts passwords that a session asks for again. */
    static Name session(String hash) {
        return new Name("p" + hash, NAME_TRIES, LONGEST);
    }

    /** A try of a stranger: both the name and the networks may have to wait. @return zero if the try may be made; then it is counted */
    Duration begin(Name name, Visit visit) {
        return begin(Stream.concat(Stream.of(name), networks(visit)).toList());
    }

    /** A try of a stranger who has named no login. */
    Duration begin(Visit visit) {
        return begin(networks(visit).toList());
    }

    /** Counts an attempt by a recognised person; attempts from the same network do not delay it. */
    Duration beginKnown(Name name) {
        return begin(List.of(name));
    }

    private static Stream<Name> networks(Visit visit) {
        return Name.networks("n", visit, ADDRESS_TRIES, LONGEST_BY_STRANGERS);
    }

    private synchronized Duration begin(List<Name> names) {
        long left = names.stream().mapToLong(this::leftMillis).max().orElse(0);
        if (left <= 0) {
            names.forEach(this::count);
        }
        return Duration.ofMillis(Math.max(0, left));
    }

    private long leftMillis(Name name) {
        Tries known = tries.getIfPresent(name.text());
        return known == null ? 0 : known.untilMillis() - clock.millis();
    }

    /** The try was right: its name begins afresh, and its networks are as before. */
    void succeeded(Name name, Visit visit) {
        succeeded(name);
        succeeded(visit);
    }

    void succeeded(Visit visit) {
        networks(visit).forEach(this::takeBack);
    }

    void succeeded(Name name) {
        tries.invalidate(name.text());
    }

    /** The try was not made after all. */
    void unmade(Name name, Visit visit) {
        takeBack(name);
        succeeded(visit);
    }

    /** Counts what an address may do {@code free} times. @param kind a prefix of its own @return zero if it may be done; then it is counted */
    private Duration begin(String kind, Visit visit, int free) {
        return begin(Name.networks(kind, visit, free, LONGEST).toList());
    }

    /** @return how long a stranger has to wait who asks for a mail; zero if they may ask: then it is counted */
    Duration ask(Visit visit) {
        return begin("a", visit, ASKED);
    }

    /** Counts a request for a password reset; other mails do not delay it. */
    Duration askReset(Visit visit) {
        return begin("r", visit, ASKED);
    }

    /**
     * Limits sign-ups: five from an address and 40 from its wide network are free within fifteen minutes.
     *
     * @return how long the next sign-up has to wait; zero if this one may be made: then it is counted
     */
    Duration signUp(Visit visit) {
        return begin("s", visit, SIGN_UPS);
    }

    private void count(Name name) {
        long now = clock.millis();
        tries.asMap().compute(name.text(), (any, known) -> {
            boolean isNew = known == null || now - known.sinceMillis() > WINDOW.toMillis();
            int count = isNew ? 1 : known.count() + 1;
            long until = count < name.free() ? 0 : now + pauseMillis(count - name.free(), name.longest());
            return new Tries(count, isNew ? now : known.sinceMillis(), until);
        });
    }

    private void takeBack(Name name) {
        tries.asMap().computeIfPresent(name.text(), (any, known) -> {
            int count = known.count() - 1;
            return count <= 0
                    ? null
                    : new Tries(count, known.sinceMillis(), count < name.free() ? 0 : known.untilMillis());
        });
    }

    /** 1, 2, 4 … seconds. */
    private static long pauseMillis(int beyond, Duration longest) {
        return Math.min(longest.toMillis(), 1_000L << Math.min(beyond, 20));
    }
}
