package dev.tollgate.calls.metering;

import dev.tollgate.base.memory.Lease;
import dev.tollgate.http.limits.Quota;
import dev.tollgate.models.Model;
import dev.tollgate.upstreams.pool.Ask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that a door wants made, translated and bounded: all that can be refused beforehand has been (D2). Started once, by the meter.
 *
 * @param accountId the account that pays
 * @param keyId the key whose spend windows it counts in
 * @param keyPrefix the beginning of that key, for the receipt
 * @param door the protocol's name, for the task
 * @param requestedModel the id or alias that the caller wrote
 * @param ask complete and checked
 * @param arrival null if it did not come by HTTP
 * @param askedTokensMax the maximum in force for each candidate, the model's default included; null if there is none
 * @param tokensMaxField the caller's name of that maximum; null if the caller sent none
 * @param quotas what it counts against, those at the door included
 * @param ignored the request's names of what has no effect (D5)
 * @param translation as it is before media are loaded and the prompt is counted
 */
public record MeteredCall(
        String accountId,
        String keyId,
        String keyPrefix,
        String door,
        Model model,
        String requestedModel,
        Ask ask,
        @Nullable Arrival arrival,
        @Nullable Long askedTokensMax,
        @Nullable String tokensMaxField,
        List<Quota> quotas,
        List<String> ignored,
        Translation translation) {

    /** Returns what the request takes of the heap. */
    public Lease memory() {
        return ask.memory();
    }

    /** The same with a translation that is known better. */
    MeteredCall with(Translation better) {
        return new MeteredCall(
                accountId,
                keyId,
                keyPrefix,
                door,
                model,
                requestedModel,
                ask,
                arrival,
                askedTokensMax,
                tokensMaxField,
                quotas,
                ignored,
                better);
    }

    /**
     * Returns the model as the answer names it (D20).
     *
     * @param upstreamVersion the upstream's name of itself, if it said one
     */
    public String answerModel(@Nullable String upstreamVersion) {
        return model.answersWithUpstreamName() && upstreamVersion != null ? upstreamVersion : requestedModel;
    }
}
