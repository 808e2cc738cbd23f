package dev.tollgate.pages.dashboard.requests;

import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.customers.figures.CallDetail;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.pages.dashboard.parts.GrantWords;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.live.LiveTexts;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The story of a call in sentences, for its customer and for the operator. Pure.
 *
 */
public record CallStory(CallDetail detail, Money money, Instant now) {

    /** The failures that another try may overcome. */
    private static final Set<String> PASSING = Set.of(
            "upstream_error", "internal_error", "rate_limit_exceeded", "insufficient_credits", "spend_limit_exceeded");

    /** Errors that the call itself causes. For other errors the cause is unknown. */
    private static final Set<String> LASTING = Set.of("invalid_request", "context_length_exceeded", "model_not_found");

    /** The upstream's errors that the same call would cause again; their error messages say so to the caller (D24). */
    private static final List<String> LASTING_WORDS =
            List.of("The upstream provider blocked the request", "The upstream provider refused the request");

    private static final String ADVICE = " Please try again.";

    private CallRow call() {
        return detail.call();
    }

    public List<String> sentences() {
        List<String> story = new ArrayList<>();
        story.add(begin());
        if (call().paidBy() != null) {
            story.add(GrantWords.paid(call().paidBy(), call().chargeMicros(), this::amount));
        }
        Long tokensMax = call().maxTokensApplied();
        if (tokensMax != null) {
            story.add(
                    "The balance covered " + Display.number(tokensMax) + " response tokens, so that was the maximum.");
        }
        if (!AnswerWords.filter(call()).isEmpty() && call().status() != TaskStatus.COMPLETED) {
            story.add("The provider's safety filter stopped the response (" + AnswerWords.filter(call()) + ").");
        }
        if (call().course().path("cache").isObject()) {
            story.add(ofCache(call().course().path("cache")));
        }
        for (String flag : call().flags()) {
            story.add(ofFlag(flag));
        }
        if (detail.refundedMicros() > 0) {
            story.add(amount(detail.refundedMicros()) + " were refunded afterwards.");
        }
        return story;
    }

    private String begin() {
        return switch (call().status()) {
            case PROCESSING -> LiveTexts.runs(call().startedAt(), detail.heldMicros(), now);
            case COMPLETED -> completed();
            case CANCELLED ->
                call().chargeMicros() == 0
                        ? "The caller disconnected before the response began. Nothing was charged."
                        : "The caller disconnected after " + tokens() + ". The reported usage was charged.";
            case FAILED -> failed();
        };
    }

    private String completed() {
        String filter = AnswerWords.filter(call());
        String charged = amount(call().chargeMicros()) + ".";
        if (filter.isEmpty()) {
            return "Answered with " + tokens() + " and charged " + charged;
        }
        return "The provider's safety filter stopped the response (" + filter + ") "
                + (call().usage().candidatesTokens() == 0 ? "before its first token" : "after " + tokens())
                + ". Charged "
                + charged;
    }

    private String failed() {
        String error = call().errorMessage() == null ? "The call failed." : call().errorMessage();
        String money = call().chargeMicros() == 0
                ? detail.heldMicros() == 0
                        ? "Nothing was charged."
                        : "The hold of " + amount(detail.heldMicros()) + " was released."
                : "Charged " + amount(call().chargeMicros()) + " for the response until then.";
        return withoutAdvice(error) + " " + money + again(call().errorCode(), error);
    }

    /** Removes the error message's advice, because this text puts it after the charge. */
    private static String withoutAdvice(String error) {
        return error.endsWith(ADVICE) ? error.substring(0, error.length() - ADVICE.length()) : error;
    }

    private static String again(@Nullable String code, String error) {
        if (code == null) {
            return "";
        }
        if (LASTING_WORDS.stream().anyMatch(error::startsWith)) {
            return " The same call will fail again.";
        }
        return PASSING.contains(code)
                ? " Trying again can help."
                : LASTING.contains(code) ? " The same call will fail again." : "";
    }

    private String amount(long micros) {
        return money == Money.DOLLARS ? money.each(micros) : Display.charge(micros) + " credits";
    }

    private String tokens() {
        return Display.count(call().usage().candidatesTokens(), "token");
    }

    private String ofCache(JsonNode cache) {
        long cached = cache.path("cached_tokens").asLong(0);
        long expected = cache.path("expected_tokens").asLong(0);
        String reason = why(cache);
        return "The provider read " + Display.number(cached)
                + (expected == 0 ? "" : " of " + Display.number(expected) + " expected")
                + " tokens from its cache" + (reason.isEmpty() ? "" : ": " + reason) + "."
                + credits(cache.path("saved"), " That saved %s.")
                + credits(cache.path("missed"), " Up to %s more could have been saved.");
    }

    private static String why(JsonNode cache) {
        return switch (cache.path("reason").asString("")) {
            case "below_minimum" -> "the prompt is too short for it";
            case "first_call" -> "the conversation had no response yet";
            case "no_record" -> "the server knew no earlier prompt of the session";
            case "prefix_changed" ->
                "the prompt has changed at " + cache.path("at").asString("");
            case "other_channel" -> "another channel answered, which has a cache of its own";
            case "expired" -> "the earlier prompt was an hour old";
            case "provider" -> "it did not use the cache";
            case String other -> other;
        };
    }

    private String credits(JsonNode amount, String sentence) {
        long micros = amount.decimalValue(BigDecimal.ZERO).movePointRight(6).longValue();
        return micros == 0 ? "" : sentence.formatted(amount(micros));
    }

    private static String ofFlag(String flag) {
        return switch (flag) {
            case "estimated" ->
                "The provider reported no usage. Tollgate estimated it from the request and the response.";
            case "clamped" ->
                "The provider reported impossible usage. Tollgate reduced it to the most that the call can use.";
            case "total_mismatch" -> "The provider's total was not the sum of its parts. The parts were charged.";
            case "shortfall" -> "The call used more than could be charged. You do not pay the rest.";
            default -> "Flag: " + flag + ".";
        };
    }
}
