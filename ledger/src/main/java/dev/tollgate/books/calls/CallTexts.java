package dev.tollgate.books.calls;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.calls.CallDetails.Bill;
import dev.tollgate.books.calls.CallDetails.CacheUsed;
import dev.tollgate.books.calls.CallDetails.Course;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.models.Count;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The JSON texts of a call, rendered from its row and its price alone (B7). Pure. The forms are part of the API: {@code usage} and
 * {@code pricing_detail} are the task's, the course and the costs the operator's.
 *
 * <p>The column {@code attempts} has the last two lists of a call with more than one attempt, or a failed one: {@code {"attempts":[…],"costs":[…]}}.
 */
public final class CallTexts {

    private static final Tariff UNPRICED = Tariff.of(0, 0);
    private static final String ATTEMPTS = "{\"attempts\":";
    private static final String COSTS = ",\"costs\":";

    private CallTexts() {}

    /** Returns the usage as it was printed; null without a price. @param pricing of the call's version */
    public static @Nullable WrittenJson usage(EndedCall call, @Nullable Pricing pricing) {
        Bill bill = call.details().bill();
        return bill == null || pricing == null
                ? null
                : Model.printed(bill.usage(), bill.form(), pricing).ofTask();
    }

    /**
     * Returns the origin of the charge: counts are raw tokens, prices credits per million of them, amounts credits (D41, D42).
     *
     * @param pricing of the call's version
     */
    public static @Nullable WrittenJson pricing(EndedCall call, @Nullable Pricing pricing) {
        Bill bill = call.details().bill();
        if (bill == null || pricing == null) {
            return null;
        }
        Usage usage = bill.usage();
        PriceRates rates = pricing.tariff().of(usage);
        Utf8Buffer json = Utf8Buffer.scratch();
        json.raw("{\"price_version\":").string(pricing.version());
        String group = Pricing.groupOf(pricing.version());
        if (group != null) {
            json.raw(",\"group\":").string(group);
        }
        json.raw(",\"input_per_million\":").credits(rates.inputMicros());
        json.raw(",\"output_per_million\":").credits(rates.outputMicros());
        json.raw(",\"prompt_tokens\":").number(usage.inputTokens());
        json.raw(",\"completion_tokens\":").number(usage.candidatesTokens());
        json.raw(",\"reasoning_tokens\":").number(usage.thoughtsTokens());
        json.raw(",\"reasoning_billed\":").raw(Boolean.toString(pricing.reasoningBilled()));
        parts(json, pricing.tariff(), rates, usage);
        if (bill.granted() != usage.tier()) {
            json.raw(",\"tier_granted\":").string(bill.granted().word());
        }
        json.raw(",\"exact\":").raw(pricing.exactCredits(usage).toPlainString());
        json.raw(",\"charged\":").credits(call.chargedMicros());
        rounding(json, pricing.rounding());
        return json.raw(call.chargedMicros() > call.dueMicros() ? ",\"hold_charged\":true}" : "}")
                .written();
    }

    /** Writes what has a rate of its own and is not zero, and the searches, which cost the operator something at any rate. */
    private static void parts(Utf8Buffer json, Tariff tariff, PriceRates rates, Usage usage) {
        for (Rate rate : Rate.PARTS) {
            long tokens = rate.tokens(usage, tariff);
            if (tokens > 0 && tariff.has(rate)) {
                json.raw(",\"").raw(rate.brief()).raw("_tokens\":").number(tokens);
                json.raw(",\"").raw(rate.inTask()).raw("\":").credits(rate.of(rates));
            }
        }
        if (usage.searches() > 0) {
            json.raw(",\"searches\":").number(usage.searches());
        }
        if (usage.searches() > 0 && tariff.has(Rate.SEARCH)) {
            json.raw(",\"search_per_1000\":").credits(rates.searchMicros());
            json.raw(tariff.searchCounts() == Tariff.SearchCounts.CALLS ? ",\"search_counts\":\"calls\"" : "");
        }
        if (usage.of(Count.MAPS) > 0) {
            json.raw(",\"maps\":").number(usage.of(Count.MAPS));
            json.raw(",\"maps_per_1000\":").credits(rates.mapsMicros());
        }
        if (usage.tier() != ServiceTier.STANDARD) {
            json.raw(",\"tier\":").string(usage.tier().word());
        }
        if (tariff.isAbove(usage.promptTokens())) {
            json.raw(",\"step\":").number(tariff.stepOf(usage));
        }
    }

    /** Writes the rule in words and in the members of the price lists. */
    private static void rounding(Utf8Buffer json, Pricing.Rounding rounding) {
        json.raw(",\"rounding\":").string(rounding.describe());
        json.raw(",\"rounding_rule\":{\"rule\":").string(rounding.form().word());
        json.raw(",\"step\":").credits(rounding.stepMicros());
        json.raw(",\"minimum\":").credits(rounding.minimumMicros()).raw('}');
    }

    /** Returns the cost of each attempt for the operator, so that it can be computed again. @param list the upstream's list price, or null */
    public static WrittenJson costs(EndedCall call, @Nullable Tariff list) {
        Course course = call.details().course();
        Bill bill = call.details().bill();
        if (course.attempts() != null) {
            return WrittenJson.of(costsIn(course.attempts()));
        }
        Utf8Buffer json = Utf8Buffer.scratch().raw('[');
        if (bill != null) {
            cost(
                    json,
                    course.costs().getFirst(),
                    bill.usage().at(bill.granted()),
                    list,
                    call.details().is(CallFlag.COST_REPORTED),
                    call.details().is(CallFlag.COST_REFUSED));
        }
        return json.raw(']').written();
    }

    /** Returns the text of the column {@code attempts}. */
    public static String attempts(String attempts, String costs) {
        return ATTEMPTS + attempts + COSTS + costs + "}";
    }

    /** Returns the text of the column {@code attempts}. @param attempts writes the list @param costs writes the list of their costs */
    public static String attempts(Consumer<Utf8Buffer> attempts, Consumer<Utf8Buffer> costs) {
        Utf8Buffer json = Utf8Buffer.scratch().raw(ATTEMPTS);
        attempts.accept(json);
        costs.accept(json.raw(COSTS));
        return json.raw('}').text();
    }

    private static String costsIn(String attempts) {
        return attempts.substring(attempts.indexOf(COSTS) + COSTS.length(), attempts.length() - 1);
    }

    private static String attemptsIn(String attempts) {
        return attempts.substring(ATTEMPTS.length(), attempts.indexOf(COSTS));
    }

    /**
     * Writes the cost of an attempt with its counts and rates.
     *
     * @param list the upstream's list price; null if it is not known
     * @param isReported whether the channel has reported this cost
     * @param isRefused whether the channel has reported an implausible cost, which is not used
     */
    public static void cost(
            Utf8Buffer json,
            AttemptCost attempt,
            Usage usage,
            @Nullable Tariff list,
            boolean isReported,
            boolean isRefused) {
        json.raw("{\"channel\":").string(attempt.channel()).raw(",\"model\":").string(attempt.upstreamModel());
        counts(json, list == null ? UNPRICED : list, usage);
        if (list != null) {
            rates(json, list, usage);
        }
        json.raw(isReported ? ",\"reported\":true" : isRefused ? ",\"flag\":\"reported_cost_refused\"" : "");
        json.raw(",\"cost\":");
        if (attempt.micros() == AttemptCost.UNKNOWN) {
            json.raw("null}");
        } else {
            json.number(attempt.micros()).raw('}');
        }
    }

    private static void counts(Utf8Buffer json, Tariff tariff, Usage usage) {
        json.raw(",\"prompt\":").number(usage.inputTokens());
        for (Rate rate : Rate.PARTS) {
            count(json, rate.brief(), rate.tokens(usage, tariff));
        }
        count(json, "completion", usage.candidatesTokens());
        count(json, "reasoning", usage.thoughtsTokens());
        count(json, "searches", usage.searches());
        count(json, "maps", usage.of(Count.MAPS));
        if (usage.tier() != ServiceTier.STANDARD) {
            json.raw(",\"tier\":").string(usage.tier().word());
        }
    }

    private static void count(Utf8Buffer json, String name, long count) {
        if (count > 0) {
            json.raw(",\"").raw(name).raw("\":").number(count);
        }
    }

    /** Writes the used rates of the step and tier. */
    private static void rates(Utf8Buffer json, Tariff tariff, Usage usage) {
        PriceRates rates = tariff.of(usage);
        json.raw(",\"input\":").credits(rates.inputMicros());
        for (Rate rate : Rate.PARTS) {
            if (rate.tokens(usage, tariff) > 0) {
                json.raw(",\"").raw(rate.key()).raw("\":").credits(rate.of(rates));
            }
        }
        json.raw(",\"output\":").credits(rates.outputMicros());
        if (usage.searches() > 0) {
            json.raw(",\"search_per_1000\":").credits(rates.searchMicros());
            json.raw(tariff.searchCounts() == Tariff.SearchCounts.CALLS ? ",\"search_counts\":\"calls\"" : "");
        }
        if (usage.of(Count.MAPS) > 0) {
            json.raw(",\"maps_per_1000\":").credits(rates.mapsMicros());
        }
    }

    /** Returns the course of a call: its steps in microseconds from the request's arrival, and its attempts. */
    public static WrittenJson course(EndedCall call) {
        CallDetails details = call.details();
        Course course = details.course();
        Utf8Buffer json = Utf8Buffer.scratch();
        json.raw("{\"request_id\":").string(course.requestId());
        steps(json, details.times());
        json.raw(",\"timed\":").number(details.timedMillis());
        json.raw(",\"channel\":").string(course.channel());
        json.raw(",\"upstream_model\":").string(course.upstreamModel());
        text(json, "upstream_id", course.upstreamId());
        json.raw(details.is(CallFlag.STREAMED) ? ",\"stream\":true" : ",\"stream\":false");
        text(json, "filter", course.filter());
        json.raw(details.is(CallFlag.COMPACTION) ? ",\"compaction\":true" : "");
        if (course.stoppedBy() != null) {
            json.raw(",\"stopped_by\":").raw(WrittenJson.of(course.stoppedBy()).utf8());
        }
        ignored(json, course);
        if (course.cache() != null) {
            json.raw(",\"cache\":");
            cache(json, course.cache(), call.usage().cachedTokens());
        }
        json.raw(",\"attempts\":")
                .raw(WrittenJson.of(attempts(course, details.times())).utf8());
        return json.raw('}').written();
    }

    private static void steps(Utf8Buffer json, Times times) {
        step(json, "reserved", times.reservedMicros());
        step(json, "asked", times.askedMicros());
        step(json, "first_byte", times.firstByteMicros());
        step(json, "done", times.doneMicros());
        step(json, "settled", times.settledMicros());
    }

    private static void step(Utf8Buffer json, String name, long micros) {
        if (micros != Times.NEVER) {
            json.raw(",\"").raw(name).raw("\":").number(micros);
        }
    }

    private static void text(Utf8Buffer json, String name, @Nullable String text) {
        if (text != null) {
            json.raw(",\"").raw(name).raw("\":").string(text);
        }
    }

    private static void ignored(Utf8Buffer json, Course course) {
        if (!course.ignored().isEmpty()) {
            json.raw(",\"ignored\":[");
            for (int i = 0; i < course.ignored().size(); i++) {
                json.raw(i == 0 ? "" : ",").string(course.ignored().get(i));
            }
            json.raw("]");
        }
    }

    /** Writes the use of the cache, as a task shows it, too. */
    static void cache(Utf8Buffer json, CacheUsed cache, long cachedTokens) {
        json.raw("{\"session\":").string(cache.session());
        json.raw(",\"expected_tokens\":").number(cache.expectedTokens());
        json.raw(",\"cached_tokens\":").number(cachedTokens);
        text(json, "reason", cache.reason());
        text(json, "at", cache.place());
        if (cache.idleSeconds() != null) {
            json.raw(",\"idle_seconds\":").number(cache.idleSeconds());
        }
        if (cache.savedMicros() != null && cache.missedMicros() != null) {
            json.raw(",\"saved\":").credits(cache.savedMicros());
            json.raw(",\"missed\":").credits(cache.missedMicros());
        }
        json.raw('}');
    }

    /** Returns the use of the cache as a task shows it; null if nothing is known of it. */
    public static @Nullable WrittenJson cache(EndedCall call) {
        CacheUsed cache = call.details().course().cache();
        if (cache == null) {
            return null;
        }
        Utf8Buffer json = Utf8Buffer.scratch();
        cache(json, cache, call.usage().cachedTokens());
        return json.written();
    }

    /** Returns the list of all attempts, as the course has it. */
    public static String attempts(Course course, Times times) {
        if (course.attempts() != null) {
            return attemptsIn(course.attempts());
        }
        if (course.channel().isEmpty() || times.firstByteMicros() < 0) {
            return "[]";
        }
        Utf8Buffer json = Utf8Buffer.scratch();
        attempt(
                json.raw('['),
                course.channel(),
                course.upstreamModel(),
                (times.firstByteMicros() - times.askedMicros()) / 1_000,
                "answered",
                null,
                0);
        return json.raw(']').written().toString();
    }

    /**
     * Writes an attempt.
     *
     * @param model the upstream's name of the model that was sent
     * @param millis to the first event of substance, or to the end without one
     * @param answered its name of the model that answered; null if that is the same one, or none did
     * @param hop its number in an answer of several requests; 0 if the answer is one
     */
    public static void attempt(
            Utf8Buffer json,
            String channel,
            String model,
            long millis,
            String outcome,
            @Nullable String answered,
            int hop) {
        json.raw("{\"channel\":").string(channel);
        json.raw(",\"model\":").string(model);
        json.raw(",\"ms\":").number(millis);
        json.raw(",\"outcome\":").string(outcome);
        text(json, "answered_by", answered);
        if (hop > 0) {
            json.raw(",\"hop\":").number(hop);
        }
        json.raw('}');
    }
}
