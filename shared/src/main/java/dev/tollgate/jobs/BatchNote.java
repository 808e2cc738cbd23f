package dev.tollgate.jobs;

import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A note to the caller of a batch about its lines. Pages say it in their reader's language, by its code. Immutable.
 *
 * @param name of the model, or of the member of a line
 * @param lines that it is about
 * @param percent of the price; 0 if the note names none
 */
public record BatchNote(Code code, String name, int lines, int percent) {

    /** The kind of a note. */
    public enum Code {
        /** Lines of a model run at the service tier flex. */
        FLEX,
        /** Lines of a model that has the tier flex run without it. */
        NO_FLEX,
        /** A member of lines has no effect. */
        NO_EFFECT
    }

    /** Returns the note in English, as programs read it. */
    public String english() {
        String its = lines == 1 ? "1 line" : "%,d lines".formatted(lines);
        return switch (code) {
            case FLEX -> "'%s': %s at the service tier flex, at %d %% of the price.".formatted(name, its, percent);
            case NO_FLEX -> "'%s': %s without the service tier flex, at the price of any call.".formatted(name, its);
            case NO_EFFECT -> "'%s' has no effect in a batch. It is in %s.".formatted(name, its);
        };
    }

    /** Writes it for {@link #of}. */
    public void write(ObjectNode out) {
        out.put("code", code.name().toLowerCase(Locale.ROOT)).put("name", name);
        out.put("lines", lines).put("percent", percent);
    }

    /** Reads what {@link #write} has written. */
    public static BatchNote of(JsonNode note) {
        return new BatchNote(
                Code.valueOf(note.path("code").asString().toUpperCase(Locale.ROOT)),
                note.path("name").asString(),
                note.path("lines").asInt(),
                note.path("percent").asInt());
    }
}
