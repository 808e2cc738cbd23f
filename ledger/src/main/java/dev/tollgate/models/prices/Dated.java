package dev.tollgate.models.prices;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A version that was set: from its time on it replaces all others of its kind that are not earlier. */
interface Dated {

    /** A call is priced by its arrival; its body takes less time than this. */
    Duration OPEN_MAX = Duration.ofDays(1);

    /** Returns its number over all of its kind, from 1 in the order of the commits. */
    long sequence();

    /** Returns the time at which it was set. */
    Instant at();

    /** Returns the time from which it is in force; null if that is at once. */
    @Nullable
    Instant from();

    /** Returns the time from which it is in force. */
    default Instant since() {
        return Objects.requireNonNullElse(from(), at());
    }

    /** Returns whether it was in force when it was set, by its own row. */
    default boolean wasInForce() {
        Instant from = from();
        return from == null || !from.isAfter(at());
    }

    /**
     * Returns the earliest time from which a new version may be in force: now, unless the clock was set back. Then calls of the former clock keep their
     * version: the new one follows them, and the newest version that was ever in force.
     *
     * @param versions of one kind, as {@link #merged} returns them
     * @param newest as {@link NewestCall} returns it
     */
    static <V extends Dated> Instant earliest(List<V> versions, Instant newest) {
        Instant earliest = newest;
        for (V version : versions) {
            boolean isAhead = version.wasInForce() && version.since().isAfter(earliest);
            earliest = isAhead ? version.since().plusMillis(1) : earliest;
        }
        return earliest;
    }

    /** Returns the refusal of a time before the earliest one. */
    static ApiError tooEarly(Instant from, Instant earliest) {
        return ApiError.invalid(
                "from",
                sentence(
                        "{field} is {value}, but the clock was set back: allowed is {time} or a later time, or null for the earliest one.",
                        FIELD,
                        from,
                        earliest));
    }

    /** Returns the versions in their order, without those that a newer one replaces for all times, or replaced before any open call arrived. */
    static <V extends Dated> List<V> merged(List<V> held, List<V> more) {
        List<V> merged = new ArrayList<>();
        Stream.concat(held.stream(), more.stream())
                .sorted(Comparator.comparingLong(Dated::sequence))
                .forEach(version -> {
                    merged.removeIf(older -> !older.since().isBefore(version.since()));
                    merged.add(version);
                });
        Instant open = merged.getLast().at().minus(OPEN_MAX);
        while (merged.size() > 1 && merged.get(1).since().isBefore(open)) {
            merged.removeFirst();
        }
        return List.copyOf(merged);
    }

    /** Returns the version in force at a time; null if there is none. @param versions as {@link #merged} returns them */
    static <V extends Dated> @Nullable V at(List<V> versions, Instant when) {
        V found = null;
        for (V version : versions) {
            if (version.since().isAfter(when)) {
                break;
            }
            found = version;
        }
        return found;
    }
}
