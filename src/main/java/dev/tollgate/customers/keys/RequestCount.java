package dev.tollgate.customers.keys;

import dev.tollgate.http.Exchange;
import dev.tollgate.http.limits.Quota;
import dev.tollgate.http.limits.Quotas;
import java.util.List;

/** Counts a caller's request at the door, with the key and the account together. For every gate that lets a {@link KeyCaller} in. */
public final class RequestCount {

    private final Quotas quotas;

    public RequestCount(Quotas quotas) {
        this.quotas = quotas;
    }

    /**
     * Tells the caller what is left.
     *
     * @throws dev.tollgate.base.error.ApiException 429 where nothing is
     */
    public void count(Exchange exchange, KeyCaller caller) {
        List<Quota> its = caller.quotas();
        if (its.isEmpty()) {
            return;
        }
        Quotas.Refused refused = quotas.arrive(its);
        RateAnswers.show(quotas.standing(its), exchange::setHeader);
        if (refused != null) {
            throw RateAnswers.refusal(refused).asException();
        }
    }
}
