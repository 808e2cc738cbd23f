package dev.tollgate.calls.metering;

import dev.tollgate.http.limits.Quota;
import dev.tollgate.models.Model;
import dev.tollgate.upstreams.pool.Ask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a door wants to have asked, and for whom.
 *
 * @param accountId who pays
 * @param keyId whose windows it counts in
 * @param keyPrefix the beginning of that key, for the receipt
 * @param door the door's name, for the task
 * @param requestedModel the id or alias that the caller wrote
 * @param ask complete and checked
 * @param arrival null where it did not come by HTTP
 * @param askedTokensMax the maximum in force for each candidate, the model's default included; null where there is none
 * @param tokensMaxField what the caller calls that maximum; null if the caller sent none
 * @param quotas what it counts against, those at the door included
 * @param ignored what of the request has no effect, by its names (D5)
 */
public record MeteredRequest(
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
        List<String> ignored) {

    /** One that is not limited. */
    public MeteredRequest(
            String accountId,
            String keyId,
            String keyPrefix,
            String door,
            Model model,
            String requestedModel,
            Ask ask,
            @Nullable Arrival arrival,
            @Nullable Long askedTokensMax) {
        this(
                accountId,
                keyId,
                keyPrefix,
                door,
                model,
                requestedModel,
                ask,
                arrival,
                askedTokensMax,
                null,
                List.of(),
                List.of());
    }

    /**
     * The model as the answer names it (D20).
     *
     * @param upstreamVersion what the upstream calls itself, where it said so
     */
    public String answerModel(@Nullable String upstreamVersion) {
        return model.answersWithUpstreamName() && upstreamVersion != null ? upstreamVersion : requestedModel;
    }
}
