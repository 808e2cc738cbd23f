package dev.tollgate.pages.docs;

import dev.tollgate.base.words.Language;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.SharedReading;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;

/** The speeds of models within the last days, of all calls of this installation. Thread-safe; blocks. */
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
                    ? tokensASecondTenths / 10
                            + String.valueOf(Language.now().signs().decimal())
                            + tokensASecondTenths % 10
                    : Display.number((tokensASecondTenths + 5) / 10);
        }
    }

    private final SharedReading<Map<String, Speed>> reading;

    /** @param reading reads the speeds at a time, by the model's id; may block */
    public ModelSpeeds(Function<Instant, Map<String, Speed>> reading, InstantSource clock) {
        this.reading = new SharedReading<>(reading, Map.of(), EVERY, clock);
    }

    /** Returns the speeds by the model's id; a model with few calls has none. */
    Map<String, Speed> speeds() {
        return reading.get();
    }
}
