package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.OpenCalls;
import dev.tollgate.base.conversation.Turns;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A side's turn in Gemini's own format, by {@link Turns#of}.
 *
 * @param isModels whether it is the model's turn; every other role speaks for the user
 * @param from the index of its first content
 * @param contents at least one, as in the request
 */
public record NativeTurn(boolean isModels, int from, List<JsonNode> contents) {

    private static final String CALL = "functionCall";
    private static final String RESULT = "functionResponse";

    public NativeTurn {
        contents = List.copyOf(contents);
    }

    /** Returns the turns of a request; sides alternate. */
    public static List<NativeTurn> of(JsonNode contents) {
        List<NativeTurn> turns = new ArrayList<>();
        int from = 0;
        for (List<JsonNode> turn : Turns.of(contents.valueStream().toList(), NativeTurn::isModels)) {
            turns.add(new NativeTurn(isModels(turn.getFirst()), from, turn));
            from += turn.size();
        }
        return List.copyOf(turns);
    }

    /** Returns the index of the current turn. */
    public static int currentFrom(List<NativeTurn> turns) {
        return Turns.currentFrom(
                turns, turn -> !turn.isModels() && !turn.parts().stream().allMatch(part -> part.has(RESULT)));
    }

    public List<JsonNode> parts() {
        return contents.stream()
                .flatMap(content -> content.path("parts").valueStream())
                .toList();
    }

    /** Returns the parts with this member, such as {@code functionCall}. */
    public List<JsonNode> parts(String data) {
        return parts().stream().filter(part -> part.has(data)).toList();
    }

    /**
     * Matches the results of a turn with the calls of the turn before: by their ids if all have one, otherwise by their order. An id means one call here, even if
     * the turn has it twice: Google's doors refuse the second result.
     *
     * @param calls parts, as the results are
     * @param answer takes each result, in order, with the call that it answers; null if it answers none that waits
     */
    public static void match(
            List<JsonNode> calls, List<JsonNode> results, BiConsumer<JsonNode, @Nullable JsonNode> answer) {
        boolean byId = calls.stream().allMatch(call -> call.path(CALL).has("id"))
                && results.stream().allMatch(result -> result.path(RESULT).has("id"));
        OpenCalls<JsonNode, JsonNode> open = new OpenCalls<>();
        for (JsonNode call : calls) {
            String key = byId ? call.path(CALL).path("id").asString("") : "";
            if (!byId || !open.has(key)) {
                open.add(key, call);
            }
        }
        for (JsonNode result : results) {
            answer.accept(
                    result, open.answer(byId ? result.path(RESULT).path("id").asString("") : "", result));
        }
    }

    /** Returns the index of the first content with this member; the turn's own index if there is none. */
    public int placeOf(String data) {
        for (int i = 0; i < contents.size(); i++) {
            if (contents.get(i).path("parts").valueStream().anyMatch(part -> part.has(data))) {
                return from + i;
            }
        }
        return from;
    }

    private static boolean isModels(JsonNode content) {
        return content.path("role").asString("").equals("model");
    }
}
