package dev.tollgate.calls.metering;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.lines.CallTerms;
import dev.tollgate.http.limits.Quota;
import dev.tollgate.keys.PriceCeiling;
import dev.tollgate.models.Model;
import dev.tollgate.upstreams.pool.Ask;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call as a door hands it over: translated and bounded. Everything that can be refused in advance has been (D2). Started once, by the meter.
 *
 * @param accountId the account that pays
 * @param keyId the key whose spend windows count the call
 * @param owner the owner of that key
 * @param keyPrefix the prefix of that key, for the receipt
 * @param ceiling the most that its tokens may cost (C18)
 * @param door the protocol's name, for the task
 * @param pricedAt the time of arrival, whose price the model has (P3)
 * @param requestedModel the id or alias that the caller wrote
 * @param ask complete and checked
 * @param arrival null if the call did not come by HTTP
 * @param askedTokensMax the maximum in force for each candidate, the model's default included; null if there is none
 * @param tokensMaxField the caller's name of that maximum; null if the caller sent none
 * @param quotas the limits that count the call, those at the door included
 * @param ignored the request's fields without effect, by the caller's names (D5)
 * @param labels its tags and end user, for reports
 * @param translation the translation before media are loaded and the prompt is counted
 */
public record MeteredCall(
        String accountId,
        String keyId,
        KeyOwner owner,
        String keyPrefix,
        PriceCeiling ceiling,
        String door,
        Model model,
        Instant pricedAt,
        String requestedModel,
        Ask ask,
        @Nullable Arrival arrival,
        @Nullable Long askedTokensMax,
        @Nullable String tokensMaxField,
        List<Quota> quotas,
        List<String> ignored,
        CallLabels labels,
        Translation translation) {

    /** Returns the lease of the request's memory. */
    public Lease memory() {
        return ask.memory();
    }

    /** Returns what differs by who waits for its answer. */
    public CallTerms terms() {
        return arrival == null ? CallTerms.OF_CALLER : arrival.terms();
    }

    /** Returns this call with a translation that has closer bounds. */
    MeteredCall with(Translation better) {
        return new MeteredCall(
                accountId,
                keyId,
                owner,
                keyPrefix,
                ceiling,
                door,
                model,
                pricedAt,
                requestedModel,
                ask,
                arrival,
                askedTokensMax,
                tokensMaxField,
                quotas,
                ignored,
                labels,
                better);
    }

    /**
     * Returns the model's name in the response (D20).
     *
     * @param upstreamVersion the upstream's name of the model; null if it sent none
     */
    public String answerModel(@Nullable String upstreamVersion) {
        return model.answersWithUpstreamName() && upstreamVersion != null ? upstreamVersion : requestedModel;
    }
}
