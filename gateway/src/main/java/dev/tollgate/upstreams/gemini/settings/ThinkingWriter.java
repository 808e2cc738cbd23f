package dev.tollgate.upstreams.gemini.settings;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.models.Thinking;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.pool.ChatAsk;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes {@code thinkingConfig} (protocol 4.2). A budget and a level never stand together: Gemini refuses that. */
final class ThinkingWriter {

    private static final long DYNAMIC = -1;

    /** The caller's field for no thoughts that has no effort as its value. */
    private static final String SWITCH = "enabled";

    private final JsonGenerator json;
    private final ChatAsk ask;
    private final UpstreamModel model;
    private final Thinking thinking;
    private final @Nullable GoogleOptions google;
    private final Set<String> ignored;
    private final Place place;

    ThinkingWriter(JsonGenerator json, ChatAsk ask, UpstreamModel model, Set<String> ignored) {
        this.json = json;
        this.ask = ask;
        this.model = model;
        this.thinking = model.thinking();
        this.place = ask.conversation().place();
        this.google = ask.conversation().google();
        this.ignored = ignored;
    }

    void write() {
        if (thinking instanceof Thinking.None) {
            writeNothing();
            return;
        }
        json.writeObjectPropertyStart("thinkingConfig");
        // An absent value would hide the thoughts, so that both are said.
        json.writeBooleanProperty("includeThoughts", ask.includeThoughts());
        if (google != null && google.setsThinking()) {
            writeOptions(google);
        } else if (ask.effort() != null) {
            writeEffort(ask.effort());
        }
        json.writeEndObject();
    }

    private void writeNothing() {
        if (google != null && google.setsThinking()) {
            throw refuse(Member.THINKING, "is not supported by this model: it does not think.");
        }
        Effort asked = ask.conversation().reasoningEffort();
        if (asked != null && asked != Effort.NONE) {
            ignored.add(place.path(Member.REASONING_EFFORT));
        }
        if (Boolean.TRUE.equals(ask.conversation().includeThoughts())) {
            ignored.add(place.path(Member.INCLUDE_THOUGHTS));
        }
        if (google != null && Boolean.TRUE.equals(google.includeThoughts())) {
            ignored.add(place.path(Member.THINKING_SHOWN));
        }
    }

    private void writeEffort(Effort wanted) {
        Effort effort = wanted;
        if (wanted == Effort.NONE && model.lostSilence()) {
            effort = Objects.requireNonNullElse(thinking.least(), wanted);
            if (ask.conversation().reasoningEffort() == Effort.NONE) {
                ignored.add(place.path(Member.REASONING_EFFORT));
            }
        }
        switch (thinking) {
            case Thinking.Budget budget ->
                json.writeNumberProperty("thinkingBudget", mapped(budget.byEffort(), effort));
            case Thinking.Level level -> json.writeStringProperty("thinkingLevel", mapped(level.byEffort(), effort));
            case Thinking.None none -> {}
        }
    }

    private <T> T mapped(Map<Effort, T> byEffort, Effort effort) {
        T value = byEffort.get(effort);
        if (value == null) {
            String taken = byEffort.keySet().stream().map(Effort::word).sorted().collect(Collectors.joining(", "));
            throw refuse(
                    Member.REASONING_EFFORT,
                    place.name(Member.REASONING_EFFORT).equals(SWITCH)
                            ? "must not be false: this model always thinks; it takes the efforts " + taken + "."
                            : "'" + effort.word() + "' is not supported by this model; it takes " + taken + ".");
        }
        return value;
    }

    private void writeOptions(GoogleOptions options) {
        if (ask.conversation().reasoningEffort() != null) {
            throw refuse(
                    Member.REASONING_EFFORT,
                    "cannot be combined with " + place.path(Member.THINKING) + "; send one of them.");
        }
        if (options.thinkingBudget() != null && options.thinkingLevel() != null) {
            throw refuse(
                    Member.THINKING,
                    "takes " + place.name(Member.THINKING_BUDGET) + " or " + place.name(Member.THINKING_LEVEL)
                            + ", not both.");
        }
        if (options.thinkingBudget() != null) {
            writeBudget(checked(options.thinkingBudget()));
        }
        if (options.thinkingLevel() != null) {
            json.writeStringProperty("thinkingLevel", checked(options.thinkingLevel()));
        }
    }

    /** Writes a thinking budget. A successor without budgets gets the nearest level; the caller's number no longer applies (D5). */
    private void writeBudget(long tokens) {
        if (!model.translatesBudgets()) {
            json.writeNumberProperty("thinkingBudget", tokens);
            return;
        }
        String level = model.levelFor(tokens);
        if (level != null) {
            json.writeStringProperty("thinkingLevel", level);
        }
        if (tokens != DYNAMIC) {
            ignored.add(place.path(Member.THINKING_BUDGET));
        }
    }

    private long checked(long tokens) {
        Thinking said = model.translatesBudgets() ? model.asked().thinking() : thinking;
        if (said instanceof Thinking.Level level && !level.budgets()) {
            throw refuse(
                    Member.THINKING_BUDGET,
                    "is not supported by this model; send " + place.name(Member.THINKING_LEVEL) + ".");
        }
        long min = said instanceof Thinking.Budget budget ? budget.budgetMin() : Thinking.Level.BUDGET_MIN;
        long max = said instanceof Thinking.Budget budget ? budget.budgetMax() : Thinking.Level.BUDGET_MAX;
        if (tokens != DYNAMIC && (tokens < min || tokens > max)) {
            throw refuse(Member.THINKING_BUDGET, "must be -1 or between %d and %d for this model.".formatted(min, max));
        }
        return tokens;
    }

    private String checked(String said) {
        String level = said.toUpperCase(Locale.ROOT);
        if (!(thinking instanceof Thinking.Level levels)) {
            throw refuse(
                    Member.THINKING_LEVEL,
                    "is not supported by this model; send " + place.name(Member.THINKING_BUDGET) + ".");
        }
        if (!levels.byEffort().containsValue(level)) {
            throw refuse(
                    Member.THINKING_LEVEL,
                    "must be one of %s for this model."
                            .formatted(new TreeSet<>(levels.byEffort().values())));
        }
        return level;
    }

    private ApiException refuse(Member member, String why) {
        String field = place.path(member);
        return ApiError.invalid(field, "'" + field + "' " + why).asException();
    }
}
