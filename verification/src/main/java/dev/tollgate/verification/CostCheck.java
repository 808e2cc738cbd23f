package dev.tollgate.verification;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A check of what a call cost the operator: each attempt costs its counts at the upstream's list price, and the first attempt of a charged call
 * delivered the answer. A cost that the channel reported is believed up to 100 times the list price.
 */
final class CostCheck {

    private CostCheck() {}

    /** @param list the list price; null if the call has none, or it cannot be read */
    static void check(AuditedCall call, @Nullable Terms list, Findings findings) {
        try {
            if (call.attempts() != null) {
                attempts(call, list, Terms.JSON.readTree(call.attempts()), findings);
            } else if (call.counts() != null) {
                answer(call, call.counts(), list, call.cost(), findings);
            }
        } catch (JacksonException | ArithmeticException e) {
            findings.add(call.name() + " has attempts that cannot be read");
        }
    }

    /** Compares the cost of a charged answer with the counts of the row. */
    private static void answer(
            AuditedCall call, Terms.Counts counts, @Nullable Terms list, @Nullable Long cost, Findings findings) {
        BigDecimal listed = list == null ? null : list.cost(counts, call.granted());
        if (!isWorth(cost, listed, call.isCostReported())) {
            findings.add(call.name() + " cost " + micros(cost) + ", its counts at the list price " + call.costPrice()
                    + " come to " + (listed == null ? "nothing known" : listed + " micro-credits"));
        }
    }

    private static boolean isWorth(@Nullable Long cost, @Nullable BigDecimal listed, boolean isReported) {
        if (cost == null || cost < 0) {
            return cost == null && listed == null && !isReported;
        }
        return isReported
                ? listed == null || BigDecimal.valueOf(cost).compareTo(listed.movePointRight(2)) <= 0
                : listed != null && BigDecimal.valueOf(cost).compareTo(listed) == 0;
    }

    private static void attempts(AuditedCall call, @Nullable Terms list, JsonNode json, Findings findings) {
        JsonNode costs = json.path("costs");
        if (!costs.isArray() || !json.path("attempts").isArray()) {
            findings.add(call.name() + " has attempts that cannot be read");
            return;
        }
        Long sum = 0L;
        for (JsonNode attempt : costs) {
            Long cost = cost(attempt);
            sum = sum == null || cost == null ? null : Long.valueOf(Math.addExact(sum, cost));
            if (!isItsCost(attempt, list, cost)) {
                findings.add(call.name() + " says that an attempt cost " + micros(cost)
                        + ", its counts at the list price " + call.costPrice() + " come to something else");
            }
        }
        if (sum == null ? call.cost() != null : !sum.equals(call.cost())) {
            findings.add(call.name() + " cost " + micros(call.cost()) + ", its attempts come to " + micros(sum));
        }
        if (call.counts() != null) {
            answer(call, call.counts(), list, cost(costs.path(0)), findings);
            if (!isOfAnswer(call, call.counts(), costs.path(0))) {
                findings.add(
                        call.name() + " has other counts, another tier or another channel than the first of its costs");
            }
        }
    }

    private static @Nullable Long cost(JsonNode attempt) {
        JsonNode cost = attempt.path("cost");
        return cost.isIntegralNumber() ? Long.valueOf(cost.longValue()) : null;
    }

    private static boolean isItsCost(JsonNode attempt, @Nullable Terms list, @Nullable Long cost) {
        boolean isReported = attempt.path("reported").booleanValue(false);
        if (!attempt.has("input")) { // no list price was known
            return list == null && isWorth(cost, null, isReported);
        }
        Terms.Counts counts = counts(attempt);
        BigDecimal own = Terms.Rates.read(attempt, attempt, BigDecimal.ONE).cost(counts);
        return (list == null || list.isCost(own, counts, attempt.path("tier").asString("standard")))
                && isWorth(cost, own, isReported);
    }

    private static Terms.Counts counts(JsonNode attempt) {
        long prompt = attempt.path("prompt").longValue(0);
        long cached = attempt.path("cached").longValue(0);
        long audio = attempt.path("audio").longValue(0);
        long cachedAudio = attempt.path("cached_audio").longValue(0);
        long images = attempt.path("output_image").longValue(0);
        return new Terms.Counts(
                prompt,
                prompt - cached - audio - cachedAudio,
                cached,
                audio,
                cachedAudio,
                attempt.path("completion").longValue(0) - images,
                images,
                attempt.path("reasoning").longValue(0),
                attempt.path("searches").longValue(0),
                attempt.path("maps").longValue(0));
    }

    private static boolean isOfAnswer(AuditedCall call, Terms.Counts own, JsonNode first) {
        Terms.Counts told = counts(first);
        return told.input() == own.input()
                && told.cached() + told.cachedAudio() == own.cached() + own.cachedAudio()
                && told.completion() + told.images() == own.completion() + own.images()
                && told.reasoning() == own.reasoning()
                && told.searches() == own.searches()
                && told.maps() == own.maps()
                && first.path("tier").asString("standard").equals(call.granted())
                && first.path("reported").booleanValue(false) == call.isCostReported()
                && first.path("channel").asString("").equals(call.channel())
                && first.path("model").asString("").equals(call.upstreamModel());
    }

    private static String micros(@Nullable Long cost) {
        return cost == null ? "an unknown amount" : cost + " micro-credits";
    }
}
