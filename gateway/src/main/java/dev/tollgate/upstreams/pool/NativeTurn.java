package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.Turns;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A side's turn in Gemini's own format. Neighbouring contents of one role are one turn for every rule (D55), since clients divide them
 * differently: Google's JS SDK keeps each chunk of a streamed answer as a content of its own.
 *
 * @param isModels whether it is the model's turn; every other role speaks for the user
 * @param from the index of its first content
 * @param contents at least one, as in the request
 */
public record NativeTurn(boolean isModels, int from, List<JsonNode> contents) {

    private static final String RESULT = "functionResponse";

    public NativeTurn {
        contents = List.copyOf(contents);
    }

    /** Returns the turns of a request; sides alternate. */
    public static List<NativeTurn> of(JsonNode contents) {
        List<NativeTurn> turns = new ArrayList<>();
        for (int from = 0; from < contents.size(); ) {
            boolean isModels = isModels(contents.get(from));
            List<JsonNode> together = new ArrayList<>();
            for (int at = from; at < contents.size() && isModels(contents.get(at)) == isModels; at++) {
                together.add(contents.get(at));
            }
            turns.add(new NativeTurn(isModels, from, together));
            from += together.size();
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
