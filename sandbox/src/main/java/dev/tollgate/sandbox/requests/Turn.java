package dev.tollgate.sandbox.requests;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Neighbouring contents of one role, which Google takes for one. Immutable.
 *
 * @param from the place of the first one
 */
record Turn(boolean isModels, int from, List<JsonNode> contents) {

    static List<Turn> of(List<JsonNode> contents) {
        List<Turn> turns = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= contents.size(); i++) {
            if (i == contents.size()
                    || GoogleRequest.isModel(contents.get(i)) != GoogleRequest.isModel(contents.get(from))) {
                turns.add(new Turn(
                        GoogleRequest.isModel(contents.get(from)), from, List.copyOf(contents.subList(from, i))));
                from = i;
            }
        }
        return turns;
    }

    List<JsonNode> data(String name) {
        return parts(name).stream().map(part -> part.get(name)).toList();
    }

    List<JsonNode> parts(String name) {
        return contents.stream()
                .flatMap(content -> GoogleRequest.partsWith(content, name).stream())
                .toList();
    }

    /** Returns whether a user has said something, besides what functions answered. */
    boolean isUsersOwn() {
        return !isModels
                && contents.stream()
                        .flatMap(content -> content.path("parts").valueStream())
                        .anyMatch(part -> !part.has("functionResponse"));
    }
}
