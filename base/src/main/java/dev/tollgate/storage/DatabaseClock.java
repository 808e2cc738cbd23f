package dev.tollgate.storage;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The time by the clock of the database, which all nodes share: this machine's clock, corrected by the offset that each renewal of the lease
 * measures. An embedded database has no other clock than this machine's; nothing is measured there, and the offset stays zero.
 *
 * <p>The offset is wrong by at most half the round trip of its measurement. If this machine's clock is set, the time is wrong by that step
 * until the next renewal.
 *
 * <p>Made once, by the owner of the lease. Only the lease's thread measures; any thread may ask.
 */
public final class DatabaseClock implements InstantSource {

    /** The round trip above which a measurement does not replace an earlier one if both agree. */
    private static final Duration PROMPT = Duration.ofSeconds(1);

    /**
     * The largest difference between clocks that rules about times allow for. From it on the operator gets a report: a slow answer of the database cannot
     * explain it.
     */
    public static final Duration APART = Duration.ofMinutes(1);

    private final InstantSource own;
    private volatile Duration offset = Duration.ZERO;

    /** The round trip of the measurement in use, longer than any other before the first one. */
    private Duration roundTrip = Duration.ofNanos(Long.MAX_VALUE);

    /** @param own this machine's clock */
    public DatabaseClock(InstantSource own) {
        this.own = own;
    }

    /**
     * Takes an answer of the database that came just now. A slow one is used only if it is less slow than the one in use, or if both cannot
     * be right because this machine's clock was set in between.
     *
     * @param database the database's time in the answer
     * @param taken the time from question to answer, by a clock that cannot be set
     */
    void measured(Instant database, Duration taken) {
        Duration measured = Duration.between(own.instant().minus(taken.dividedBy(2)), database);
        if (taken.compareTo(PROMPT) <= 0 || taken.compareTo(roundTrip) < 0 || contradicts(measured, taken)) {
            roundTrip = taken;
            offset = measured;
        }
    }

    private boolean contradicts(Duration measured, Duration taken) {
        Duration apart = measured.minus(offset).abs();
        return apart.compareTo(taken.plus(roundTrip).dividedBy(2)) > 0;
    }

    /** Returns the database's time less this machine's, as last measured; zero for an embedded database. */
    public Duration offset() {
        return offset;
    }

    /** Returns what is wrong with this machine's clock, in a sentence for the operator; null if it is near the database's. */
    public @Nullable Sentence complaint() {
        Duration off = offset;
        if (off.abs().compareTo(APART) < 0) {
            return null;
        }
        return off.isNegative()
                ? sentence(
                        "This server's clock is {time} ahead of the database's. Set it (NTP): entries, expiry times and logs follow it.",
                        words(off.negated()))
                : sentence(
                        "This server's clock is {time} behind the database's. Set it (NTP): entries, expiry times and logs follow it.",
                        words(off));
    }

    private static Sentence words(Duration off) {
        return off.toHours() > 0
                ? sentence("{hours} h {minutes} min", Long.toString(off.toHours()), off.toMinutesPart())
                : sentence("{minutes} min {seconds} s", off.toMinutes(), off.toSecondsPart());
    }

    @Override
    public Instant instant() {
        return own.instant().plus(offset);
    }
}
