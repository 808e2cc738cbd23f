package dev.tollgate.pages.dashboard;

import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.pages.frame.Texts;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;

/**
 * A call as a row of a table, in finished texts.
 *
 * @param time of its start
 * @param badge the style of its state
 * @param exact the credits to the micro-credit
 */
public record CallLine(
        String href,
        String time,
        String fullTime,
        String model,
        String key,
        String status,
        String badge,
        String in,
        String out,
        String firstByte,
        String took,
        String credits,
        String exact) {

    static final String NOTHING = "–";

    static CallLine of(CallRow call, Instant now, ZoneId zone) {
        CallRow.Tokens tokens = call.tokens();
        long firstByte = call.firstByteMicros();
        Duration took = call.took();
        boolean runs = took == null;
        return new CallLine(
                PageLink.toCall(call.id()),
                Texts.time(call.startedAt(), zone),
                Texts.fullTime(call.startedAt(), zone),
                call.modelId(),
                keyName(call),
                state(call),
                badge(call),
                call.pricingJson() == null ? NOTHING : Texts.number(tokens.prompt()),
                call.pricingJson() == null ? NOTHING : Texts.number(tokens.completion()),
                firstByte < 0 ? NOTHING : Texts.took(firstByte / 1_000),
                Texts.took(Math.max(
                        0, (runs ? Duration.between(call.startedAt(), now) : Objects.requireNonNull(took)).toMillis())),
                runs ? NOTHING : Texts.charge(call.chargeMicros()),
                runs ? "not charged yet" : Texts.exact(call.chargeMicros()) + " credits");
    }

    /** As it is called now; one that is not there any more has its id still. */
    static String keyName(CallRow call) {
        return call.keyName() == null ? call.keyId() : call.keyName();
    }

    /** Returns the state in one word: an answer that a filter has stopped is not just completed. */
    public static String state(CallRow call) {
        return switch (call.status()) {
            case PROCESSING -> "running";
            case COMPLETED -> AnswerWords.filter(call).isEmpty() ? "completed" : "filtered";
            case FAILED, CANCELLED -> call.status().code();
        };
    }

    /** Returns the style of the state. */
    public static String badge(CallRow call) {
        return switch (call.status()) {
            case PROCESSING -> "run";
            case COMPLETED -> AnswerWords.filter(call).isEmpty() ? "ok" : "warn";
            case FAILED -> "bad";
            case CANCELLED -> "warn";
        };
    }
}
