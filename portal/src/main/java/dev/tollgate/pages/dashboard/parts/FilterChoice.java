package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.customers.figures.CallPage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A choice that a filter offers. @param value as the URL has it */
public record FilterChoice(String value, String label) {

    /** Returns the ranges of time. */
    public static List<FilterChoice> ranges() {
        return List.of(
                new FilterChoice("today", say("Today")),
                new FilterChoice("7", say("7 days")),
                new FilterChoice("30", say("30 days")),
                new FilterChoice("90", say("90 days")),
                new FilterChoice("month", say("This month")),
                new FilterChoice("own", say("From … to")));
    }

    public static final List<FilterChoice> DOORS = Arrays.stream(ProtocolName.values())
            .map(it -> new FilterChoice(it.code(), it.title()))
            .toList();

    /** Returns the orders of a list of calls. */
    public static List<FilterChoice> orders() {
        return Arrays.stream(CallPage.Order.values())
                .map(it -> new FilterChoice(it.code(), it.title().said()))
                .toList();
    }

    /** Returns the states of calls. */
    public static List<FilterChoice> states() {
        return Arrays.stream(TaskStatus.values())
                .map(it -> new FilterChoice(it.code(), state(it)))
                .toList();
    }

    /** Returns a state in a word. */
    public static String state(TaskStatus status) {
        return switch (status) {
            case PROCESSING -> say("running");
            case COMPLETED -> say("completed");
            case FAILED -> say("failed");
            case CANCELLED -> say("cancelled");
        };
    }

    /** Returns what a call can be marked with. */
    public static List<FilterChoice> flags() {
        return List.of(
                new FilterChoice("estimated", say("usage estimated")),
                new FilterChoice("clamped", say("usage capped")),
                new FilterChoice("total_mismatch", say("total corrected")),
                new FilterChoice("shortfall", say("partly unpaid")));
    }

    static String label(List<FilterChoice> choices, String value) {
        return choices.stream()
                .filter(choice -> choice.value().equals(value))
                .findFirst()
                .map(FilterChoice::label)
                .orElse(value);
    }

    /** Values that are their own labels; what was chosen is offered even if it is none of them. */
    public static List<FilterChoice> of(List<String> values, @Nullable String chosen) {
        List<FilterChoice> choices = new ArrayList<>();
        values.forEach(value -> choices.add(new FilterChoice(value, value)));
        if (chosen != null && !values.contains(chosen)) {
            choices.add(new FilterChoice(chosen, chosen));
        }
        return choices;
    }
}
