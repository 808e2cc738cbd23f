package dev.tollgate.keys;

import dev.tollgate.http.Exchange;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.http.limits.Quota;
import dev.tollgate.http.limits.Quotas;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;

/** Counts a caller's request at the door, with the key and the account together. For every gate that lets a {@link KeyCaller} in. */
public final class RequestCount {

    /** Counts of tokens that an account may ask for in a minute (E44). */
    private static final long TOKEN_COUNTS = 600;

    private final Quotas quotas;
    private final InstantSource clock;
    private final Function<KeyCaller, List<Quota>> its;

    public RequestCount(Quotas quotas, InstantSource clock) {
        this(quotas, clock, KeyCaller::quotas);
    }

    private RequestCount(Quotas quotas, InstantSource clock, Function<KeyCaller, List<Quota>> its) {
        this.quotas = quotas;
        this.clock = clock;
        this.its = its;
    }

    /** Returns the count of requests for counts of tokens, which count against no other limit. */
    RequestCount ofTokenCounts() {
        return new RequestCount(quotas, clock, caller -> freeWork(caller.accountId()));
    }

    /** Returns what limits an account's free work: counts, estimates, and calls that are refused after kept content was opened for them (E44). */
    public static List<Quota> freeWork(String accountId) {
        CallLimits rates = CallLimits.NONE.withRequests(TOKEN_COUNTS);
        return List.of(new Quota("counts " + accountId, "this account", " for counts of tokens", true, rates));
    }

    /**
     * Tells the caller what is left.
     *
     * @throws dev.tollgate.base.error.ApiException 429 if nothing is
     */
    public void count(Exchange exchange, KeyCaller caller) {
        count(exchange, caller, false);
    }

    /**
     * Tells the caller what is left.
     *
     * @param isAnthropics whether Anthropic's headers are shown too
     * @throws dev.tollgate.base.error.ApiException 429 if nothing is
     */
    void count(Exchange exchange, KeyCaller caller, boolean isAnthropics) {
        List<Quota> counted = its.apply(caller);
        if (counted.isEmpty()) {
            return;
        }
        Quotas.OverLimit refused = quotas.arrive(counted);
        Quotas.Standing standing = quotas.standing(counted);
        RateHeaders.show(standing, exchange::setHeader);
        if (isAnthropics) {
            RateHeaders.showAnthropics(standing, clock.instant(), exchange::setHeader);
        }
        if (refused != null) {
            throw RateHeaders.refusal(refused).asException();
        }
    }
}
