package dev.tollgate.pages.frame;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * A reading of the books for public pages. One visitor reads it once in a while, and the others see what was read before: strangers cannot make the
 * server read more. Thread-safe; blocks.
 */
public final class SharedReading<T> {

    private record Read<T>(Instant at, T value) {}

    private final Function<Instant, T> reading;
    private final Duration every;
    private final InstantSource clock;
    private final AtomicBoolean isReading = new AtomicBoolean();
    private volatile Read<T> last;

    /** @param reading reads it at a time; may block @param none until the first reading has ended */
    public SharedReading(Function<Instant, T> reading, T none, Duration every, InstantSource clock) {
        this.reading = reading;
        this.every = every;
        this.clock = clock;
        this.last = new Read<>(Instant.EPOCH, none);
    }

    public T get() {
        Instant now = clock.instant();
        Read<T> known = last;
        boolean isDue = Duration.between(known.at, now).abs().compareTo(every) >= 0;
        if (!isDue || !isReading.compareAndSet(false, true)) {
            return known.value;
        }
        try {
            last = new Read<>(now, reading.apply(now));
        } finally {
            isReading.set(false);
        }
        return last.value;
    }
}
