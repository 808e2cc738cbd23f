package dev.tollgate.pages.console;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.tasks.TaskResult;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The costs of a call's attempts in micro-credits.
 *
 * @param micros the sum; null if there is none, or the price of an attempt is not known
 * @param how in words
 * @param thrownAwayMicros the part of the attempts after the first; null if there are none
 */
record CallCosts(
        @Nullable Long micros, String how, @Nullable Long thrownAwayMicros) {

    static final String BY_LIST = "by list prices";

    /** Returns null if the task tells no costs. */
    static @Nullable CallCosts of(@Nullable TaskResult result) {
        if (result == null || result.costsJson() == null) {
            return null;
        }
        try {
            JsonNode attempts = ApiJson.MAPPER.readTree(String.valueOf(result.costsJson()));
            long sum = 0;
            boolean isReported = false;
            for (JsonNode attempt : attempts) {
                if (!attempt.path("cost").isIntegralNumber()) {
                    return new CallCosts(null, BY_LIST, null);
                }
                isReported |= attempt.path("reported").booleanValue(false);
                sum += attempt.path("cost").longValue();
            }
            long first = attempts.path(0).path("cost").longValue(0);
            return attempts.isEmpty()
                    ? new CallCosts(null, BY_LIST, null)
                    : new CallCosts(
                            sum,
                            isReported ? "as the channel reported" : BY_LIST,
                            attempts.size() == 1 ? null : Long.valueOf(sum - first));
        } catch (JacksonException e) {
            return new CallCosts(null, BY_LIST, null);
        }
    }
}
