package dev.tollgate.contract;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question in no client's words: each client of the matrix gets the same question and sends it in its own way. Its calls have only the members
 * of OpenAI's protocol, so every client here drops thought signatures.
 *
 * @param effort the reasoning effort, as OpenAI's protocol writes it; null if absent
 * @param schema the response's JSON Schema; null for any text
 */
record Question(
        String model,
        boolean streams,
        List<Turn> turns,
        List<Tool> tools,
        int tokensMax,
        @Nullable String effort,
        boolean searches,
        @Nullable String schema) {

    enum Role {
        SYSTEM,
        USER,
        ASSISTANT,
        TOOL
    }

    /**
     * @param media of a user: URLs
     * @param calls of an assistant
     * @param callId of a tool's result
     */
    record Turn(
            Role role,
            String text,
            List<String> media,
            List<Call> calls,
            @Nullable String callId) {}

    /** @param arguments as JSON */
    record Call(String id, String name, String arguments) {}

    /** @param parameters as JSON Schema */
    record Tool(String name, String description, String parameters) {}

    static final Tool WEATHER = new Tool("get_weather", "Tells the weather in a city", """
            {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""");

    static Question to(String model, boolean streams) {
        return new Question(model, streams, List.of(), List.of(), 8192, null, false, null);
    }

    Question system(String text) {
        return with(new Turn(Role.SYSTEM, text, List.of(), List.of(), null));
    }

    Question user(String text, String... media) {
        return with(new Turn(Role.USER, text, List.of(media), List.of(), null));
    }

    /** What was answered goes into the history. */
    Question assistant(Said said) {
        return with(new Turn(Role.ASSISTANT, said.text(), List.of(), said.calls(), null));
    }

    Question result(Call call, String text) {
        return with(new Turn(Role.TOOL, text, List.of(), List.of(), call.id()));
    }

    private Question with(Turn turn) {
        List<Turn> longer = new ArrayList<>(turns);
        longer.add(turn);
        return new Question(model, streams, longer, tools, tokensMax, effort, searches, schema);
    }

    Question tool(Tool tool) {
        return new Question(model, streams, turns, List.of(tool), tokensMax, effort, searches, schema);
    }

    Question tokensMax(int max) {
        return new Question(model, streams, turns, tools, max, effort, searches, schema);
    }

    Question effort(String chosen) {
        return new Question(model, streams, turns, tools, tokensMax, chosen, searches, schema);
    }

    Question searching() {
        return new Question(model, streams, turns, tools, tokensMax, effort, true, schema);
    }

    Question schema(String chosen) {
        return new Question(model, streams, turns, tools, tokensMax, effort, searches, chosen);
    }
}
