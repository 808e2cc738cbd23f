package dev.tollgate.upstreams.pool;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What one side said in Gemini's own words: neighbouring contents of one role are one turn for every rule (D55), however a client has cut
 * them. Google's JS SDK keeps each chunk of a streamed answer as a content of its own.
 *
 * @param isModels whether it is the model's; every other role speaks for the user
 * @param from the place of its first content
 * @param contents at least one, as they stand in the request
 */
public record NativeTurn(boolean isModels, int from, List<JsonNode> contents) {

    private static final String RESULT = "functionResponse";

    public NativeTurn {
        contents = List.copyOf(contents);
    }

    /** Sides alternate in it. */
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

    /** The place of the first content behind the user's last own words: from there on signatures are demanded (protocol 2.4, rule 4). */
    public static int currentFrom(List<NativeTurn> turns) {
        for (NativeTurn turn : turns.reversed()) {
            if (!turn.isModels() && !turn.parts().stream().allMatch(part -> part.has(RESULT))) {
                return turn.from() + turn.contents().size();
            }
        }
        return 0;
    }

    public List<JsonNode> parts() {
        return contents.stream()
                .flatMap(content -> content.path("parts").valueStream())
                .toList();
    }

    /** Its parts that hold such data, e.g. {@code functionCall}. */
    public List<JsonNode> parts(String data) {
        return parts().stream().filter(part -> part.has(data)).toList();
    }

    /** The place of the first content with such data; that of the turn where there is none. */
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
