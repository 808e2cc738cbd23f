package dev.tollgate.sandbox.generation;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A response before it is cut to length and into events.
 *
 * @param text empty where functions are called
 * @param calls {@code functionCall} parts, without signatures; not to be changed
 * @param grounding {@code groundingMetadata} of the whole text, or null
 * @param pictures what comes behind the text
 */
record DraftAnswer(
        String text, List<ObjectNode> calls, @Nullable ObjectNode grounding, Pictures pictures) {

    DraftAnswer {
        calls = List.copyOf(calls);
    }

    DraftAnswer(String text, List<ObjectNode> calls, @Nullable ObjectNode grounding) {
        this(text, calls, grounding, Pictures.NONE);
    }

    static DraftAnswer text(String text) {
        return new DraftAnswer(text, List.of(), null);
    }

    static DraftAnswer calls(List<ObjectNode> calls) {
        return new DraftAnswer("", calls, null);
    }

    DraftAnswer with(String words, Pictures images) {
        return new DraftAnswer(words, calls, grounding, images);
    }
}
