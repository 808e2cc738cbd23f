package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.customers.figures.CallPage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A choice that a filter offers. @param value as the URL has it */
public record FilterChoice(String value, String label) {

    public static final List<FilterChoice> RANGES = List.of(
            new FilterChoice("today", "Today"),
            new FilterChoice("7", "7 days"),
            new FilterChoice("30", "30 days"),
            new FilterChoice("90", "90 days"),
            new FilterChoice("month", "This month"),
            new FilterChoice("own", "From … to"));

    public static final List<FilterChoice> DOORS = Arrays.stream(ProtocolName.values())
            .map(it -> new FilterChoice(it.code(), it.title()))
            .toList();

    public static final List<FilterChoice> ORDERS = Arrays.stream(CallPage.Order.values())
            .map(it -> new FilterChoice(it.code(), it.title()))
            .toList();

    public static final List<FilterChoice> FLAGS = List.of(
            new FilterChoice("estimated", "usage estimated"),
            new FilterChoice("clamped", "usage capped"),
            new FilterChoice("total_mismatch", "total corrected"),
            new FilterChoice("shortfall", "partly unpaid"));

    /** Returns the name of an API. @param code as a call has it */
    public static String door(String code) {
        return label(DOORS, code);
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
