package dev.tollgate.http.limits;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts requests and tokens a minute, and calls at once, against the quotas of their key, account and model. What is refused by one of them is
 * counted by none. Each of several nodes grants its share.
 *
 * <p>Tokens are only known when a call has ended: it takes an estimate when it begins and is put right by what it has used, which may overdraw
 * what there is, so that the next ones wait. So the average holds, and one call at most is too much.
 *
 * <p>Thread-safe and without locks. A count is pinned while it changes, so that it is not removed; a call pins it until it
 * ends. A full and unpinned count is removed, which changes nothing. Beyond {@value #KNOWN_MAX} it is not counted at all:
 * no caller is refused because there are many others.
 */
public final class Quotas {

    static final int KNOWN_MAX = 100_000;

    private static final int FORGOTTEN_EVERY = 1_000;
    static final Duration SOON = Duration.ofSeconds(1);

    /** The wait of a call that leaves half of the calls at once to others. */
    static final Duration HALF_AGAIN = Duration.ofSeconds(5);

    private final IntSupplier nodes;
    private final LongSupplier nanos;
    private final ConcurrentHashMap<String, QuotaCount> counts = new ConcurrentHashMap<>();
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicBoolean forgetting = new AtomicBoolean();

    /** @param nodes how many share the limits now, at least 1 */
    public Quotas(IntSupplier nodes) {
        this(nodes, sinceNow());
    }

    /** @param nanos begins at 0 or later, never goes back */
    Quotas(IntSupplier nodes, LongSupplier nanos) {
        this.nodes = nodes;
        this.nanos = nanos;
    }

    private static LongSupplier sinceNow() {
        long begin = System.nanoTime();
        return () -> System.nanoTime() - begin;
    }

    /** The part of a quota that is used up. */
    public enum Limit {
        REQUESTS,
        TOKENS,
        CONCURRENCY
    }

    /** The decision whether a request continues. */
    public sealed interface Entry {}

    /**
     * The request is refused for now.
     *
     * @param most what the quota allows
     * @param wanted what would have been counted
     * @param retryAfter when it might be allowed
     */
    public record OverLimit(Quota quota, Limit limit, long most, long wanted, Duration retryAfter) implements Entry {}

    /** A call that is counted as long as it runs. To be left once; a second time does nothing. */
    public static final class Pass implements Entry {

        private static final Pass FREE = new Pass(List.of(), 0, () -> 0);

        private final List<QuotaCount.Stay> stays;
        private final long tokens;
        private final LongSupplier nanos;
        private final AtomicBoolean left = new AtomicBoolean();

        private Pass(List<QuotaCount.Stay> stays, long tokens, LongSupplier nanos) {
            this.stays = stays;
            this.tokens = tokens;
            this.nanos = nanos;
        }

        /** The call has ended. @param tokensUsed prompt, thoughts and answer */
        public void leave(long tokensUsed) {
            if (!stays.isEmpty() && left.compareAndSet(false, true)) {
                long now = nanos.getAsLong();
                stays.forEach(stay -> stay.leave(tokensUsed - tokens, now));
            }
        }
    }

    /** The rest of the tightest limits; null if there is none. */
    public record Standing(
            @Nullable Level requests, @Nullable Level tokens) {}

    /**
     * @param limit a minute, of this node's share
     * @param remaining now
     * @param reset until all is there again
     */
    public record Level(long limit, long remaining, Duration reset) {

        private boolean isTighterThan(@Nullable Level other) {
            return other == null
                    || remaining < other.remaining
                    || (remaining == other.remaining && reset.compareTo(other.reset) > 0);
        }

        /** The reset as OpenAI writes durations: {@code 1s}, {@code 6m0s}, {@code 1h0m0s}; rounded up to whole seconds. */
        public String resetText() {
            long seconds = reset.plusNanos(999_999_999).toSeconds();
            if (seconds < 60) {
                return seconds + "s";
            }
            String minutes = seconds / 60 % 60 + "m" + seconds % 60 + "s";
            return seconds < 3_600 ? minutes : seconds / 3_600 + "h" + minutes;
        }
    }

    // ---- what can be asked ----

    /**
     * Counts a request with all quotas that count at the door, or with none.
     *
     * @return null if it may go on
     */
    public @Nullable OverLimit arrive(List<Quota> quotas) {
        return arrive(quotas, 1);
    }

    /** Counts a request that is as much work as several. @param requests their number */
    public @Nullable OverLimit arrive(List<Quota> quotas, int requests) {
        return takeRequests(quotas, true, requests);
    }

    /** Takes back what {@link #arrive} has counted. */
    public void takeBack(List<Quota> quotas, int requests) {
        giveRequests(quotas, true, null, requests);
    }

    /**
     * Counts further requests of a call before it begins, with all quotas or with none. If a quota refuses them, the request that {@link #arrive} has counted
     * is taken back, too.
     *
     * @return null if they fit
     */
    public @Nullable OverLimit further(List<Quota> quotas, int requests) {
        OverLimit refused = takeRequests(quotas, true, requests);
        if (refused == null) {
            refused = takeRequests(quotas, false, requests);
            if (refused == null) {
                return null;
            }
            giveRequests(quotas, true, null, requests);
        }
        giveRequests(quotas, true, null, 1);
        return refused;
    }

    /** Takes back what {@link #further} has counted. */
    public void takeBackFurther(List<Quota> quotas, int requests) {
        giveRequests(quotas, true, null, requests);
        giveRequests(quotas, false, null, requests);
    }

    /** Counts a request that makes no call with the other quotas, or takes it back from those at the door. Returns the refusal; null if it fits. */
    public @Nullable OverLimit ask(List<Quota> quotas) {
        OverLimit refused = takeRequests(quotas, false, 1);
        if (refused != null) {
            giveRequests(quotas, true, null, 1);
        }
        return refused;
    }

    /**
     * Begins a call whose request was counted at the door; where it is refused, that is taken back.
     *
     * @param tokens an estimate of what it will use
     */
    public Entry enter(List<Quota> quotas, long tokens) {
        if (quotas.isEmpty()) {
            return Pass.FREE;
        }
        OverLimit refused = ask(quotas);
        if (refused != null) {
            return refused;
        }
        long now = nanos.getAsLong();
        List<QuotaCount.Stay> stays = new ArrayList<>(quotas.size());
        for (Quota quota : quotas) {
            QuotaCount count = pinned(quota.id());
            QuotaCount.Stay stay = new QuotaCount.Stay(
                    count, share(quota.rates().tokens()), quota.rates().concurrency() != null);
            refused = stay.enter(quota, share(quota.rates().concurrency()), tokens, now);
            if (refused != null) {
                count.unpin();
                stays.forEach(entered -> entered.leave(-tokens, now));
                giveRequests(quotas, true, null, 1);
                giveRequests(quotas, false, null, 1);
                return refused;
            }
            stays.add(stay);
        }
        return new Pass(stays, tokens, nanos);
    }

    /** Returns the rest, without counting anything. */
    public Standing standing(List<Quota> quotas) {
        long now = nanos.getAsLong();
        Level requests = null;
        Level tokens = null;
        for (Quota quota : quotas) {
            QuotaCount count = counts.get(quota.id());
            Long ofRequests = quota.rates().requests();
            if (ofRequests != null) {
                Level level = level(count == null ? null : count.requests, share(ofRequests), now);
                requests = level.isTighterThan(requests) ? level : requests;
            }
            Long ofTokens = quota.rates().tokens();
            if (ofTokens != null) {
                Level level = level(count == null ? null : count.tokens, share(ofTokens), now);
                tokens = level.isTighterThan(tokens) ? level : tokens;
            }
        }
        return new Standing(requests, tokens);
    }

    /**
     * Returns the first quota of which not more than half is left, without counting anything; null if there is none. Says when more may be left.
     *
     * @param counted requests of the asking call that were counted at the door
     */
    public @Nullable OverLimit halfUsed(List<Quota> quotas, int counted) {
        long now = nanos.getAsLong();
        for (Quota quota : quotas) {
            QuotaCount count = counts.get(quota.id());
            OverLimit used = count == null ? null : halfUsed(quota, count, quota.isAtDoor() ? counted : 0, now);
            if (used != null) {
                return used;
            }
        }
        return null;
    }

    private @Nullable OverLimit halfUsed(Quota quota, QuotaCount count, int counted, long now) {
        Long requests = quota.rates().requests();
        long wait = requests == null ? 0 : count.requests.untilHalf(share(requests), counted, now);
        if (requests != null && wait > 0) {
            return new OverLimit(quota, Limit.REQUESTS, requests, 1, Duration.ofNanos(wait));
        }
        Long tokens = quota.rates().tokens();
        wait = tokens == null ? 0 : count.tokens.untilHalf(share(tokens), 0, now);
        if (tokens != null && wait > 0) {
            return new OverLimit(quota, Limit.TOKENS, tokens, 1, Duration.ofNanos(wait));
        }
        Long calls = quota.rates().concurrency();
        return calls != null && 2L * count.inside() >= share(calls)
                ? new OverLimit(quota, Limit.CONCURRENCY, calls, 1, HALF_AGAIN)
                : null;
    }

    private static Level level(@Nullable MinuteBucket bucket, long limit, long now) {
        return bucket == null
                ? new Level(limit, limit, Duration.ZERO)
                : new Level(limit, bucket.remaining(limit, now), Duration.ofNanos(bucket.untilFull(now)));
    }

    // ---- how it is counted ----

    private @Nullable OverLimit takeRequests(List<Quota> quotas, boolean atDoor, int number) {
        long now = nanos.getAsLong();
        for (Quota quota : quotas) {
            Long requests = quota.rates().requests();
            if (requests == null || quota.isAtDoor() != atDoor) {
                continue;
            }
            QuotaCount count = pinned(quota.id());
            long wait = count.requests.take(share(requests), number, now);
            count.unpin();
            if (wait > 0) {
                giveRequests(quotas, atDoor, quota, number);
                return new OverLimit(quota, Limit.REQUESTS, requests, number, Duration.ofNanos(wait));
            }
        }
        return null;
    }

    /** @param end the first that has taken none; null: all have */
    private void giveRequests(List<Quota> quotas, boolean atDoor, @Nullable Quota end, int number) {
        for (Quota quota : quotas) {
            if (quota == end) {
                return;
            }
            Long requests = quota.rates().requests();
            if (requests != null && quota.isAtDoor() == atDoor) {
                QuotaCount count = pinned(quota.id());
                count.requests.give(share(requests), number);
                count.unpin();
            }
        }
    }

    private long share(@Nullable Long limit) {
        return limit == null ? 0 : Math.ceilDiv(limit, Math.max(1, nodes.getAsInt()));
    }

    private QuotaCount pinned(String id) {
        while (true) {
            QuotaCount known = counts.get(id);
            if (known == null) {
                known = newCount(id);
            }
            if (known.pin()) {
                return known;
            }
            Thread.onSpinWait(); // it is being forgotten
        }
    }

    private QuotaCount newCount(String id) {
        if (made.incrementAndGet() % FORGOTTEN_EVERY == 0) {
            forgetIdle();
        }
        QuotaCount fresh = new QuotaCount();
        if (counts.size() >= KNOWN_MAX) {
            return fresh; // counts for itself alone
        }
        QuotaCount other = counts.putIfAbsent(id, fresh);
        return other == null ? fresh : other;
    }

    private void forgetIdle() {
        if (forgetting.compareAndSet(false, true)) {
            Thread.ofVirtual().name("forget-quotas").start(() -> {
                try {
                    forgetIdleNow();
                } finally {
                    forgetting.set(false);
                }
            });
        }
    }

    void forgetIdleNow() {
        long now = nanos.getAsLong();
        counts.forEach((id, count) -> {
            if (count.forget(now)) {
                counts.remove(id, count);
            }
        });
    }

    /** Returns the number of known counts. */
    int known() {
        return counts.size();
    }
}
