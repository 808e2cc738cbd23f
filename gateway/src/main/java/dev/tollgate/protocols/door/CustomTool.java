package dev.tollgate.protocols.door;

import dev.tollgate.base.json.Json;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.Utf8Buffer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A tool whose input is text: models see a function with one string (E9). */
public final class CustomTool {

    private static final int GRAMMAR_BYTES_MAX = 16 * 1024;
    private static final String INPUT = "input";

    private CustomTool() {}

    /** Returns the function's parameters. */
    public static ObjectNode parameters() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        schema.putObject("properties").putObject(INPUT).put("type", "string");
        schema.putArray("required").add(INPUT);
        return schema;
    }

    /**
     * Returns the function's description.
     *
     * @param grammar of the input; null for any text
     * @param path of the grammar
     * @throws dev.tollgate.base.error.ApiException a 400 for a grammar that is too long
     */
    public static @Nullable String described(@Nullable String description, @Nullable String grammar, String path) {
        if (grammar == null) {
            return description;
        }
        if (grammar.length() > GRAMMAR_BYTES_MAX) {
            throw JsonBody.invalid(path, "must have at most " + GRAMMAR_BYTES_MAX + " characters.");
        }
        String rule = "The input must follow this grammar:\n" + grammar;
        return description == null ? rule : description + "\n\n" + rule;
    }

    /** Returns the arguments of a call of the function. */
    public static String arguments(String input) {
        return Utf8Buffer.scratch().raw("{\"input\":").string(input).raw('}').text();
    }

    /** Returns the input of a call of the function; its arguments if they have none. */
    public static String input(String arguments) {
        try {
            JsonNode input = Json.MAPPER.readTree(arguments).get(INPUT);
            return input != null && input.isString() ? input.stringValue() : arguments;
        } catch (JacksonException e) {
            return arguments;
        }
    }
}
