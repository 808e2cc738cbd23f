package dev.tollgate.sandbox.generation;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A response before it is cut to length and into events.
 *
 * @param text empty where functions are called
 * @param calls {@code functionCall} parts, without signatures; not to be changed
 * @param code parts that stand before the text
 * @param grounding {@code groundingMetadata} of the whole text, or null
 * @param pages {@code urlContextMetadata}, or null
 * @param pictures what comes behind the text
 */
record DraftAnswer(
        String text,
        List<ObjectNode> calls,
        List<ObjectNode> code,
        @Nullable ObjectNode grounding,
        @Nullable ObjectNode pages,
        Pictures pictures) {

    DraftAnswer {
        calls = List.copyOf(calls);
        code = List.copyOf(code);
    }

    static DraftAnswer text(String text) {
        return new DraftAnswer(text, List.of(), List.of(), null, null, Pictures.NONE);
    }

    static DraftAnswer calls(List<ObjectNode> calls) {
        return new DraftAnswer("", calls, List.of(), null, null, Pictures.NONE);
    }

    DraftAnswer with(String words, Pictures images) {
        return new DraftAnswer(words, calls, code, grounding, pages, images);
    }

    DraftAnswer with(List<ObjectNode> itsCode, @Nullable ObjectNode itsPages) {
        return new DraftAnswer(text, calls, itsCode, grounding, itsPages, pictures);
    }

    DraftAnswer on(ObjectNode sources) {
        return new DraftAnswer(text, calls, code, sources, pages, pictures);
    }
}
