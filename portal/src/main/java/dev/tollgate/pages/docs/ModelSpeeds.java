package dev.tollgate.pages.docs;

import dev.tollgate.pages.frame.Display;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The speeds of models within the last days, of all calls of this installation. Strangers see them too, so they are read once in five minutes, by
 * one visitor while the others see what was read before. Thread-safe; blocks.
 */
public final class ModelSpeeds {

    private static final Duration EVERY = Duration.ofMinutes(5);

    /**
     * @param firstByteMillis the median time to the first byte, interpolated
     * @param tokensASecondTenths of the output with thoughts, in tenths; -1 if no output was timed
     */
    public record Speed(long firstByteMillis, long tokensASecondTenths) {

        /** Returns the tokens a second; a dash if they are not known. */
        public String tokensASecond() {
            if (tokensASecondTenths < 0) {
                return "–";
            }
            return tokensASecondTenths < 100
                    ? tokensASecondTenths / 10 + "." + tokensASecondTenths % 10
                    : Display.number((tokensASecondTenths + 5) / 10);
        }
    }

    private record Reading(Instant at, Map<String, Speed> speeds) {}

    private final Function<Instant, Map<String, Speed>> reading;
    private final InstantSource clock;
    private final AtomicBoolean isReading = new AtomicBoolean();
    private volatile Reading last = new Reading(Instant.EPOCH, Map.of());

    /** @param reading reads the speeds at a time, by the model's id; may block */
    public ModelSpeeds(Function<Instant, Map<String, Speed>> reading, InstantSource clock) {
        this.reading = reading;
        this.clock = clock;
    }

    /** Returns the speeds by the model's id; a model with few calls has none. */
    Map<String, Speed> speeds() {
        Instant now = clock.instant();
        Reading known = last;
        boolean isDue = Duration.between(known.at(), now).abs().compareTo(EVERY) >= 0;
        if (!isDue || !isReading.compareAndSet(false, true)) {
            return known.speeds();
        }
        try {
            last = new Reading(now, reading.apply(now));
        } finally {
            isReading.set(false);
        }
        return last.speeds();
    }
}
