package dev.tollgate.calls.replay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.calls.metering.ForwardingSink;
import dev.tollgate.calls.metering.Sink;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Repeats an upstream's refusal for a minute without asking again, if it depends only on the request, e.g. for a blocked prompt. Several clients
 * retry many times and do not read {@code x-should-retry} (D24). Thread-safe.
 */
final class RememberedRefusals {

    static final Duration REMEMBERED = Duration.ofMinutes(1);
    private static final int REFUSALS_MAX = 10_000;

    /** The identity of a request: its key, door and bytes. */
    record Print(String keyId, String bodyHash) {}

    private final Cache<Print, ApiError> refusals;

    /** @param elapsed elapsed time, independent of changes of the clock */
    RememberedRefusals(Ticker elapsed) {
        this.refusals = Caffeine.newBuilder()
                .maximumSize(REFUSALS_MAX)
                .expireAfterWrite(REMEMBERED)
                .ticker(elapsed)
                .build();
    }

    @Nullable
    ApiError find(Print print) {
        return refusals.getIfPresent(print);
    }

    /** Returns a sink that remembers the refusal of its call. */
    Sink watching(Print print, Sink sink) {
        return new Watch(print, sink);
    }

    private static boolean cannotChange(ApiError error) {
        return switch (error.code()) {
            case CONTEXT_LENGTH_EXCEEDED -> true;
            case UPSTREAM_ERROR -> "false".equals(error.headers().get("x-should-retry"));
            default -> false;
        };
    }

    private final class Watch extends ForwardingSink {

        private final Print print;
        private boolean answering;

        Watch(Print print, Sink sink) {
            super(sink);
            this.print = print;
        }

        @Override
        public void answering(int attempts) {
            answering = true;
            super.answering(attempts);
        }

        @Override
        public void failed(ApiError error) {
            if (!answering && cannotChange(error)) {
                refusals.put(print, error);
            }
            super.failed(error);
        }
    }
}
