package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The texts of a call as a row of a table. Pure. */
public final class CallLine {

    public static final String NOTHING = "–";

    private static final int TAGS_CHARS_MAX = 60;

    private CallLine() {}

    /** Returns the tokens of the prompt, if it is known what was used. */
    public static String in(CallRow call) {
        return !call.isPriced() ? NOTHING : Display.number(call.usage().inputTokens());
    }

    /** Returns the tokens of the answer, if it is known what was used. */
    public static String out(CallRow call) {
        return !call.isPriced() ? NOTHING : Display.number(call.usage().candidatesTokens());
    }

    public static String firstByte(CallRow call) {
        long micros = call.firstByteMicros();
        return micros < 0 ? NOTHING : Display.seconds(micros / 1_000);
    }

    /** Returns how long the call took, or has been running. */
    public static String took(CallRow call, Instant now) {
        return Display.seconds(millis(call, now));
    }

    /** Returns the same for a call's own page, where a short time has its milliseconds. */
    public static String tookExactly(CallRow call, Instant now) {
        long millis = millis(call, now);
        return millis < 10 ? Display.took(millis) : Display.seconds(millis);
    }

    private static long millis(CallRow call, Instant now) {
        Duration took = call.took();
        Duration time = took == null ? Duration.between(call.startedAt(), now) : took;
        return Math.max(0, time.toMillis());
    }

    /** Returns the charge in the amounts that a page shows first, once the call has ended; free if there is none. */
    public static String amount(CallRow call, Money money) {
        return call.endedAt() == null
                ? NOTHING
                : call.chargeMicros() == 0 ? say("free") : money.each(call.chargeMicros());
    }

    /** Returns the charge, once the call has ended, with the unit of credits. */
    public static String charged(CallRow call, Money money) {
        return money == Money.DOLLARS || call.endedAt() == null
                ? amount(call, money)
                : money.withUnit(Display.charge(call.chargeMicros()));
    }

    /** Returns the charge to the micro-credit, for a title. */
    public static String exact(CallRow call) {
        return call.endedAt() == null ? say("not charged yet") : Money.exact(call.chargeMicros());
    }

    /** Returns the current name of the key, or the id of a deleted key. */
    public static String key(CallRow call) {
        String name = call.keyName();
        return name == null ? call.keyId() : name.isEmpty() ? say("Playground") : name;
    }

    /** Returns the model, with the tags below it in one line, which ends where the column does. */
    public static Cell model(CallRow call, @Nullable CallLabels labels) {
        Cell model = Cell.name(call.modelId());
        String tags = labels == null ? "" : labels.tagsText();
        if (tags.isEmpty()) {
            return model;
        }
        String text = tags.length() <= TAGS_CHARS_MAX ? tags : tags.substring(0, TAGS_CHARS_MAX) + "…";
        return model.cutOnDesks(text, tags);
    }

    /** Returns the name of the API in one word. */
    public static Cell api(CallRow call) {
        return Cell.name(ProtocolName.briefOf(call.door()));
    }

    /** Returns a name. @param name null for none */
    public static Cell name(@Nullable String name) {
        return Cell.of(name == null ? Cell.NOTHING : name);
    }

    /** Returns the state in one word: an answer that a filter has stopped is not just completed. */
    public static String state(CallRow call) {
        return call.status() == TaskStatus.COMPLETED && !isComplete(call)
                ? say("filtered")
                : FilterChoice.state(call.status());
    }

    /** Returns whether the call has ended as it should: no filter has stopped its answer. */
    public static boolean isComplete(CallRow call) {
        return call.status() == TaskStatus.COMPLETED && AnswerWords.filter(call).isEmpty();
    }

    /** Returns the style of the state. */
    public static String badge(CallRow call) {
        return switch (call.status()) {
            case PROCESSING -> "run";
            case COMPLETED -> isComplete(call) ? "ok" : "warn";
            case FAILED -> "bad";
            case CANCELLED -> "warn";
        };
    }
}
