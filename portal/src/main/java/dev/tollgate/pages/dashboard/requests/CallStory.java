package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Language;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.customers.figures.CallDetail;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.pages.dashboard.parts.GrantWords;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.live.LiveTexts;
import dev.tollgate.pages.words.Joined;
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
        int hop = call().course().path("attempts").path(0).path("hop").asInt(0);
        if (hop > 0) {
            story.add(ofHop(hop));
        }
        Long tokensMax = call().maxTokensApplied();
        if (tokensMax != null) {
            story.add(say("The balance covered {tokens} response tokens, so that was the maximum.", tokensMax));
        }
        String filter = AnswerWords.filter(call());
        if (!filter.isEmpty() && call().status() != TaskStatus.COMPLETED) {
            story.add(say("The provider's safety filter stopped the response ({filter}).", filter));
        }
        if (call().course().path("cache").isObject()) {
            story.add(ofCache(call().course().path("cache")));
        }
        for (String flag : call().flags()) {
            story.add(ofFlag(flag));
        }
        if (detail.refundedMicros() > 0) {
            story.add(say("{amount} were refunded afterwards.", amount(detail.refundedMicros())));
        }
        return story;
    }

    /** The prompt of a later request has what the earlier ones have written, mostly from the cache. */
    private String ofHop(int hop) {
        long prompt = call().usage().promptTokens();
        if (hop == 1 || prompt == 0) {
            return say("Request {number} of a response that may come in several.", hop);
        }
        return say(
                "Request {number} of a long response. Its prompt of {tokens} tokens contains the text before it; {percent} % came from the cache.",
                hop, prompt, 100 * call().usage().cachedTokens() / prompt);
    }

    private String begin() {
        return switch (call().status()) {
            case PROCESSING -> LiveTexts.runs(call().startedAt(), detail.heldMicros(), now);
            case COMPLETED -> completed();
            case CANCELLED ->
                call().chargeMicros() == 0
                        ? say("The caller disconnected before the response began. Nothing was charged.")
                        : say(
                                "The caller disconnected after {n} token. The reported usage was charged."
                                        + " | The caller disconnected after {n} tokens. The reported usage was charged.",
                                tokens());
            case FAILED -> failed();
        };
    }

    private String completed() {
        String filter = AnswerWords.filter(call());
        String charged = amount(call().chargeMicros());
        if (filter.isEmpty()) {
            return say(
                    "Answered with {n} token and charged {amount}. | Answered with {n} tokens and charged {amount}.",
                    tokens(),
                    charged);
        }
        return tokens() == 0
                ? say(
                        "The provider's safety filter stopped the response ({filter}) before its first token. Charged {amount}.",
                        filter,
                        charged)
                : say(
                        "The provider's safety filter stopped the response ({filter}) after {n} token. Charged {amount}."
                                + " | The provider's safety filter stopped the response ({filter}) after {n} tokens. Charged {amount}.",
                        filter,
                        tokens(),
                        charged);
    }

    private String failed() {
        String message = call().errorMessage();
        return Joined.sentences(
                message == null || !Language.now().isEnglish()
                        ? ErrorWords.of(message == null ? null : call().errorCode())
                        : withoutAdvice(message),
                call().chargeMicros() != 0
                        ? say("Charged {amount} for the response until then.", amount(call().chargeMicros()))
                        : detail.heldMicros() == 0
                                ? say("Nothing was charged.")
                                : say("The hold of {amount} was released.", amount(detail.heldMicros())),
                again(call().errorCode(), message));
    }

    /** Removes the error message's advice, because this text puts it after the charge. */
    private static String withoutAdvice(String error) {
        return error.endsWith(ADVICE) ? error.substring(0, error.length() - ADVICE.length()) : error;
    }

    private static @Nullable String again(@Nullable String code, @Nullable String error) {
        if (code == null) {
            return null;
        }
        boolean lasts = LASTING.contains(code)
                || error != null && LASTING_WORDS.stream().anyMatch(error::startsWith);
        return lasts
                ? say("The same call will fail again.")
                : PASSING.contains(code) ? say("Trying again can help.") : null;
    }

    private String amount(long micros) {
        return money.withUnit(money == Money.DOLLARS ? money.each(micros) : Display.charge(micros));
    }

    private long tokens() {
        return call().usage().candidatesTokens();
    }

    private String ofCache(JsonNode cache) {
        long cached = cache.path("cached_tokens").asLong(0);
        long expected = cache.path("expected_tokens").asLong(0);
        long saved = micros(cache.path("saved"));
        long missed = micros(cache.path("missed"));
        return Joined.sentences(
                read(cached, expected, why(cache)),
                saved == 0 ? null : say("That saved {amount}.", amount(saved)),
                missed == 0 ? null : say("Up to {amount} more could have been saved.", amount(missed)));
    }

    private static String read(long cached, long expected, String reason) {
        if (reason.isEmpty()) {
            return expected == 0 || cached > expected // a later hop has also read what came before it
                    ? say("The provider read {cached} tokens from its cache.", cached)
                    : say("The provider read {cached} of {expected} expected tokens from its cache.", cached, expected);
        }
        return expected == 0
                ? say("The provider read {cached} tokens from its cache: {reason}.", cached, reason)
                : say(
                        "The provider read {cached} of {expected} expected tokens from its cache: {reason}.",
                        cached,
                        expected,
                        reason);
    }

    private static String why(JsonNode cache) {
        return switch (cache.path("reason").asString("")) {
            case "below_minimum" -> say("the prompt is too short for it");
            case "first_call" -> say("the conversation had no response yet");
            case "no_record" -> say("the server knew no earlier prompt of the session");
            case "prefix_changed" ->
                say("the prompt has changed at {place}", cache.path("at").asString(""));
            case "other_channel" -> say("another channel answered, which has a cache of its own");
            case "expired" -> say("the earlier prompt was an hour old");
            case "provider" -> say("it did not use the cache");
            case String other -> other;
        };
    }

    private static long micros(JsonNode amount) {
        return amount.decimalValue(BigDecimal.ZERO).movePointRight(6).longValue();
    }

    private static String ofFlag(String flag) {
        return switch (flag) {
            case "estimated" ->
                say("The provider reported no usage. Tollgate estimated it from the request and the response.");
            case "clamped" ->
                say("The provider reported impossible usage. Tollgate reduced it to the most that the call can use.");
            case "total_mismatch" -> say("The provider's total was not the sum of its parts. The parts were charged.");
            case "shortfall" -> say("The call used more than could be charged. You do not pay the rest.");
            default -> say("Flag: {flag}.", flag);
        };
    }
}
