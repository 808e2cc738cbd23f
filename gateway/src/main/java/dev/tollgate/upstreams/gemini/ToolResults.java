package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.PartReferences;
import dev.tollgate.base.json.Ascii;
import dev.tollgate.base.json.Doubles;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.StrictUtf8;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.Tally;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A tool's result as the object that {@code functionResponse.response} must be: a JSON object as it is, any other JSON value
 * and any other text under {@code result} (D45). Digits and key order stay. JSON that arguments of a call must not hold is text, and so are a
 * string in quotes, JSON with a number that the provider's double does not hold, and JSON with a member that Gemini takes for the name of a medium.
 */
final class ToolResults {

    /** The depth to which a body may nest (D29); deeper text stays text. */
    private static final int DEPTH_MAX = 64;

    private static final String RESULT = "result";

    private ToolResults() {}

    /** @param memory charged while the text is parsed: comparing names needs far more memory than the names */
    static void write(JsonGenerator json, JsonText text, Lease memory) {
        if (!mayBeJson(text)) {
            writeText(json, text);
            return;
        }
        long room = 2L * text.utf8Bytes();
        memory.take(room);
        try {
            write(json, text, text.toString(), memory);
        } finally {
            memory.give(room);
        }
    }

    private static void write(JsonGenerator json, JsonText text, String decoded, Lease memory) {
        JsonToken first = wholeJson(decoded, memory);
        if (first == JsonToken.START_OBJECT) {
            json.writeRawValue(decoded);
        } else if (first == JsonToken.NOT_AVAILABLE) {
            writeText(json, text);
        } else {
            json.writeStartObject();
            json.writeName(RESULT);
            json.writeRawValue(decoded);
            json.writeEndObject();
        }
    }

    private static void writeText(JsonGenerator json, JsonText text) {
        json.writeStartObject();
        json.writeName(RESULT);
        text.write(json);
        json.writeEndObject();
    }

    /** Returns false for most texts that are no JSON value, by their ends: only the others are decoded. */
    private static boolean mayBeJson(JsonText text) {
        if (text.isEmpty()) {
            return false;
        }
        byte first = text.at(0);
        byte last = text.at(text.length() - 1);
        if (first == '\\' || first == ' ') {
            return true;
        }
        return switch (first) {
            case '{' -> last == '}' || endsUnclear(text);
            case '[' -> last == ']' || endsUnclear(text);
            case '-', 't', 'f', 'n' -> last == 'e' || last == 'l' || Ascii.isDigit(last) || endsUnclear(text);
            default -> Ascii.isDigit(first) && (Ascii.isDigit(last) || endsUnclear(text));
        };
    }

    private static boolean endsUnclear(JsonText text) {
        int length = text.length();
        return text.at(length - 1) == ' '
                || length >= 2 && text.at(length - 2) == '\\'
                || length >= 6 && text.at(length - 6) == '\\';
    }

    /** The first token if the text is one JSON value and nothing else, else {@code NOT_AVAILABLE}. */
    private static JsonToken wholeJson(String text, Lease memory) {
        Tally names = new Tally(memory);
        boolean mayHaveHalves = text.contains("\\ud") || text.contains("\\uD"); // only an escape can be half of a pair
        try (JsonParser parser = Json.STRICT.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null || first == JsonToken.VALUE_STRING) {
                return JsonToken.NOT_AVAILABLE;
            }
            int depth = 0;
            for (JsonToken token = first; token != null; token = parser.nextToken()) {
                if (token == JsonToken.PROPERTY_NAME) {
                    names.name(parser.currentName());
                    if (parser.currentName().equals(PartReferences.MEMBER)) {
                        return JsonToken.NOT_AVAILABLE;
                    }
                }
                if ((mayHaveHalves && hasHalf(parser, token))
                        || token.isNumeric() && !Doubles.hold(parser.getString())) {
                    return JsonToken.NOT_AVAILABLE;
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth > DEPTH_MAX || (depth == 0 && token.isStructEnd() && parser.nextToken() != null)) {
                    return JsonToken.NOT_AVAILABLE;
                }
                if (depth == 0 && token.isScalarValue() && parser.nextToken() != null) {
                    return JsonToken.NOT_AVAILABLE;
                }
            }
            return first;
        } catch (JacksonException notJson) {
            return JsonToken.NOT_AVAILABLE;
        } finally {
            names.giveBack();
        }
    }

    /** Returns whether a name or a string holds half of a surrogate pair, which has no UTF-8. */
    private static boolean hasHalf(JsonParser parser, JsonToken token) {
        boolean isText = token == JsonToken.PROPERTY_NAME || token == JsonToken.VALUE_STRING;
        return isText && StrictUtf8.length(parser.getString()) < 0;
    }
}
