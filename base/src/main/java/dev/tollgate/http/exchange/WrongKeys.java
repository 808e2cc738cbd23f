package dev.tollgate.http.exchange;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Slows down callers that guess keys. Only wrong keys are counted, and only their response changes: a caller that shares an address with a
 * guesser and has the right key, the operator's included, never notices. Bounded: among the addresses that sent wrong keys within a minute
 * the latest are known. Thread-safe.
 */
public final class WrongKeys {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    /** The number of remembered addresses. */
    public static final int ADDRESSES_MAX = 50_000;

    private record Minute(long beganNanos, AtomicInteger wrong) {}

    private final int max;
    private final Ticker ticker;
    private final Cache<String, Minute> minutes;

    /** @param max within a minute from one address */
    public WrongKeys(int max, Ticker ticker) {
        this.max = max;
        this.ticker = ticker;
        this.minutes = Caffeine.newBuilder()
                .maximumSize(ADDRESSES_MAX)
                .expireAfterWrite(MINUTE)
                .ticker(ticker)
                .build();
    }

    /** Counts one. @return what to answer: the refusal itself, or that there were too many */
    ApiError count(String network, ApiError refusal) {
        Minute minute = minutes.get(network, unused -> new Minute(ticker.read(), new AtomicInteger()));
        if (minute.wrong().incrementAndGet() <= max) {
            return refusal;
        }
        Duration over = Duration.ofNanos(ticker.read() - minute.beganNanos());
        Duration left = MINUTE.minus(over);
        return ApiError.of(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        "Too many wrong keys, please slow down: " + max + " a minute may come from one address.")
                .retryAfter(left.isPositive() ? left : Duration.ofSeconds(1));
    }

    /** Returns how many addresses are known. */
    long addresses() {
        minutes.cleanUp();
        return minutes.estimatedSize();
    }
}
