package dev.tollgate.base.conversation;

import java.util.List;

/** A choice of the tools that the model may or must call. */
public sealed interface ToolChoice {

    /** Absent or {@code auto}. */
    record Auto() implements ToolChoice {}

    record None() implements ToolChoice {}

    record Required() implements ToolChoice {}

    /** Gemini's own word: a call or text, but calls obey their schemas. */
    record Validated() implements ToolChoice {}

    record Named(String name) implements ToolChoice {}

    /** {@code allowed_tools}: only these, and at least one of them where {@code required}. */
    record Allowed(boolean required, List<String> names) implements ToolChoice {
        public Allowed {
            names = List.copyOf(names);
        }
    }
}
