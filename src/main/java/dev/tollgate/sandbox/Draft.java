package dev.tollgate.sandbox;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an answer says before it is cut to length and into events.
 *
 * @param text empty where functions are called
 * @param calls {@code functionCall} parts, without signatures; not to be changed
 * @param grounding {@code groundingMetadata} of the whole text, or null
 */
record Draft(String text, List<ObjectNode> calls, @Nullable ObjectNode grounding) {

    Draft {
        calls = List.copyOf(calls);
    }

    static Draft text(String text) {
        return new Draft(text, List.of(), null);
    }

    static Draft calls(List<ObjectNode> calls) {
        return new Draft("", calls, null);
    }
}
