package dev.tollgate.books.verification;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A check of the costs in a task: each attempt costs its counts times its rates, and the first attempt of a charged call delivered the answer. */
final class CostCheck {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private CostCheck() {}

    /** @param priced the task's account of its charge; null if there is none @param course null if there is none */
    static void check(
            String name, String costs, @Nullable ChargeDetail priced, @Nullable String course, Findings findings) {
        try {
            JsonNode list = JSON.readTree(costs);
            if (!list.isArray()) {
                findings.add(name + " has costs that cannot be read");
                return;
            }
            for (JsonNode attempt : list) {
                if (!isWorthIt(attempt)) {
                    findings.add(name + " says that an attempt cost " + attempt.path("cost")
                            + " micro-credits, its counts and rates come to something else");
                }
            }
            if (priced != null && !isOfAnswer(list.path(0), priced, course)) {
                findings.add(name + " counts something else for its cost than for its price");
            }
        } catch (JacksonException | ArithmeticException e) {
            findings.add(name + " has costs that cannot be read");
        }
    }

    /** A cost that the channel reported is believed up to 100 times its list price. */
    private static boolean isWorthIt(JsonNode attempt) {
        JsonNode cost = attempt.path("cost");
        boolean isReported = attempt.path("reported").booleanValue(false);
        if (!attempt.has("input")) { // no price is known
            return isReported ? isAmount(cost) : cost.isNull();
        }
        BigDecimal listed = micros(attempt);
        return isAmount(cost)
                && (isReported
                        ? cost.decimalValue().compareTo(listed.movePointRight(2)) <= 0
                        : cost.decimalValue().compareTo(listed) == 0);
    }

    private static boolean isAmount(JsonNode cost) {
        return cost.isIntegralNumber() && cost.decimalValue().signum() >= 0;
    }

    /** Returns micro-credits, rounded up once: a count times credits per million is in micro-credits. */
    private static BigDecimal micros(JsonNode attempt) {
        long plain = attempt.path("prompt").longValue(0);
        BigDecimal parts = BigDecimal.ZERO;
        for (PromptPart part : PromptPart.values()) {
            long tokens = attempt.path(part.count()).longValue(0);
            parts = parts.add(times(attempt, part.rate(), tokens));
            plain -= tokens;
        }
        long searches = attempt.path("searches").longValue(0);
        boolean isByCall = attempt.path("search_counts").asString("").equals("calls");
        BigDecimal micros = times(attempt, "input", plain)
                .add(parts)
                .add(times(
                        attempt,
                        "output",
                        attempt.path("completion").longValue(0)
                                + attempt.path("reasoning").longValue(0)))
                .add(times(attempt, "search_per_1000", isByCall ? Math.min(1, searches) : searches)
                        .movePointRight(3));
        return micros.setScale(0, RoundingMode.CEILING);
    }

    private static BigDecimal times(JsonNode attempt, String rate, long count) {
        return count == 0
                ? BigDecimal.ZERO
                : attempt.required(rate).decimalValue().multiply(BigDecimal.valueOf(count));
    }

    private static boolean isOfAnswer(JsonNode attempt, ChargeDetail priced, @Nullable String course) {
        return attempt.path("prompt").longValue(0) == priced.tokens().prompt()
                && attempt.path("completion").longValue(0) == priced.tokens().completion()
                && attempt.path("reasoning").longValue(0) == priced.tokens().reasoning()
                && attempt.path("searches").longValue(0) == priced.tokens().searches()
                && attempt.path("tier").asString("standard").equals(priced.tierGranted())
                && (course == null
                        || course.contains(",\"channel\":\"%s\",\"upstream_model\":\"%s\""
                                .formatted(
                                        attempt.path("channel").asString(""),
                                        attempt.path("model").asString(""))));
    }
}
