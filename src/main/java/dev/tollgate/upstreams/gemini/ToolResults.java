package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.Tally;
import dev.tollgate.upstreams.connections.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A tool's result as the object that {@code functionResponse.response} must be: a JSON object as it is, any other JSON value
 * and any other text under {@code result} (D45). Digits and key order stay.
 */
final class ToolResults {

    /** As deep as a body may nest (D29); deeper text is text. */
    private static final int DEPTH_MAX = 64;

    private ToolResults() {}

    /** @param memory charged while the text is parsed: comparing names needs far more memory than the names */
    static void write(JsonGenerator json, String text, Lease memory) {
        JsonToken first = wholeJson(text, memory);
        if (first == JsonToken.START_OBJECT) {
            json.writeRawValue(text);
            return;
        }
        json.writeStartObject();
        json.writeName("result");
        if (first == JsonToken.NOT_AVAILABLE) {
            json.writeString(WellFormed.text(text));
        } else {
            json.writeRawValue(text);
        }
        json.writeEndObject();
    }

    /** The first token if the text is one JSON value and nothing else, else {@code NOT_AVAILABLE}. */
    private static JsonToken wholeJson(String text, Lease memory) {
        Tally names = new Tally(memory);
        try (JsonParser parser = Json.STRICT.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return JsonToken.NOT_AVAILABLE;
            }
            int depth = 0;
            for (JsonToken token = first; token != null; token = parser.nextToken()) {
                if (token == JsonToken.PROPERTY_NAME) {
                    names.name(parser.currentName());
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
}
