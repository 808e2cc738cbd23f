package dev.tollgate.http.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;

/** Requests a minute of each key, or so much a minute of something else, as a bucket that refills evenly. */
public final class RequestRates {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int BUCKETS_MAX = 100_000;

    /** A changed limit is a new bucket: the old one is left to expire. */
    private record Held(String keyId, long requestsPerMinute) {}

    private final TimeMeter time;
    private final Cache<Held, Bucket> buckets;

    public RequestRates() {
        this(TimeMeter.SYSTEM_NANOTIME);
    }

    RequestRates(TimeMeter time) {
        this.time = time;
        this.buckets = Caffeine.newBuilder()
                .maximumSize(BUCKETS_MAX)
                .expireAfterAccess(MINUTE.multipliedBy(2))
                .build();
    }

    /**
     * Counts a request.
     *
     * @param requestsPerMinute at least 1
     */
    public Rate take(String keyId, long requestsPerMinute) {
        return take(keyId, requestsPerMinute, 1);
    }

    /**
     * Counts so many at once, or none of them.
     *
     * @param perMinute at least 1
     * @param amount at least 1, at most as many a minute
     */
    public Rate take(String keyId, long perMinute, long amount) {
        Bucket bucket = buckets.get(new Held(keyId, perMinute), this::newBucket);
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(amount);
        long spent = perMinute - probe.getRemainingTokens();
        Duration untilFull = MINUTE.multipliedBy(spent).dividedBy(perMinute);
        return new Rate(
                probe.isConsumed(),
                perMinute,
                probe.getRemainingTokens(),
                Duration.ofNanos(probe.getNanosToWaitForRefill()),
                untilFull);
    }

    /** Takes back a request that was counted. @param requestsPerMinute as when it was counted */
    public void giveBack(String keyId, long requestsPerMinute) {
        buckets.get(new Held(keyId, requestsPerMinute), this::newBucket).addTokens(1);
    }

    private Bucket newBucket(Held held) {
        return Bucket.builder()
                .withCustomTimePrecision(time)
                .addLimit(limit ->
                        limit.capacity(held.requestsPerMinute()).refillGreedy(held.requestsPerMinute(), MINUTE))
                .build();
    }

    /**
     * @param allowed whether the request may go on
     * @param limit requests a minute
     * @param remaining requests left now
     * @param retryAfter until one more is allowed; zero where this one was
     * @param reset until all are back
     */
    public record Rate(boolean allowed, long limit, long remaining, Duration retryAfter, Duration reset) {

        /** The reset as OpenAI writes durations: {@code 1s}, {@code 6m0s}; rounded up to whole seconds. */
        public String resetText() {
            long seconds = (reset.toMillis() + 999) / 1000;
            return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
        }
    }
}
