package dev.tollgate.sandbox.wire;

import dev.tollgate.sandbox.wire.GoogleError.Violation;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Reads JSON as protocol buffers do: names in camel or snake case, enums in any case, one object where a list is meant,
 * null and an enum's zero as absent; an unknown name or a value of the wrong type is a refusal that lists all of them (protocol 1.2).
 *
 * <p>The result is a new tree with camel-case names and upper-case enums. One reader reads one request, on one thread.
 */
public final class ProtoMessageReader {

    private static final int VIOLATIONS_MAX = 20;
    private static final int DIGITS_MAX = 40;
    private static final int QUOTED_CHARACTERS_MAX = 60;
    private static final List<String> DUMMY_SIGNATURES =
            List.of("context_engineering_is_the_way_to_go", "skip_thought_signature_validator");

    private final boolean vertex;
    private final List<Violation> violations = new ArrayList<>();

    private ProtoMessageReader(boolean vertex) {
        this.vertex = vertex;
    }

    /**
     * Reads a message.
     *
     * @param vertex whether Vertex AI reads it, which knows some other fields
     * @throws GoogleError.Failure 400 with {@code BadRequest.fieldViolations}
     */
    public static ObjectNode read(String type, JsonNode tree, boolean vertex) {
        ProtoMessageReader reader = new ProtoMessageReader(vertex);
        if (!tree.isObject()) {
            throw GoogleError.invalid("Invalid JSON payload received. Expected an object as the root.")
                    .asRefusal();
        }
        ObjectNode message = reader.message(type, tree, "");
        if (!reader.violations.isEmpty()) {
            throw GoogleError.badRequest(reader.violations).asRefusal();
        }
        return message;
    }

    /** The two values that Google documents for calls made elsewhere; they come as they are or in base64. */
    public static boolean isDummySignature(String signature) {
        return DUMMY_SIGNATURES.contains(signature)
                || DUMMY_SIGNATURES.stream().anyMatch(dummy -> base64(dummy).equals(signature));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private ObjectNode message(String type, JsonNode tree, String path) {
        Map<String, ProtoTypes.Field> fields = ProtoTypes.message(type, vertex);
        ObjectNode message = JsonTrees.object();
        for (Map.Entry<String, JsonNode> property : tree.properties()) {
            ProtoTypes.Field field = fields.get(property.getKey());
            if (field == null) {
                unknown(property.getKey(), path);
            } else if (!property.getValue().isNull()) {
                put(message, field, property.getValue(), path);
            }
        }
        if (type.equals("Part")) {
            oneDatum(message, path);
        }
        return message;
    }

    private void put(ObjectNode message, ProtoTypes.Field field, JsonNode value, String parent) {
        String path = parent.isEmpty() ? field.snakeName() : parent + "." + field.snakeName();
        if (field.repeated()) {
            message.set(field.name(), list(field.type(), value, path));
        } else if (field.map()) {
            message.set(field.name(), map(field.type(), value, path));
        } else {
            JsonNode read = value(field.type(), value, path);
            if (read != null) {
                message.set(field.name(), read);
            }
        }
    }

    private ArrayNode list(String type, JsonNode value, String path) {
        ArrayNode list = JsonTrees.array();
        List<JsonNode> elements = value.isArray() ? List.copyOf(value.values()) : List.of(value);
        for (int i = 0; i < elements.size(); i++) {
            JsonNode read = value(type, elements.get(i), path + "[" + i + "]");
            if (read != null) {
                list.add(read);
            }
        }
        return list;
    }

    private ObjectNode map(String type, JsonNode value, String path) {
        ObjectNode map = JsonTrees.object();
        int i = 0;
        for (Map.Entry<String, JsonNode> property : value.properties()) {
            JsonNode read = value(type, property.getValue(), path + "[" + i++ + "].value");
            if (read != null) {
                map.set(property.getKey(), read);
            }
        }
        return map;
    }

    private @Nullable JsonNode value(String type, JsonNode value, String path) {
        if (ProtoTypes.isMessage(type)) {
            return value.isObject() ? message(type, value, path) : wrong(path, type, value);
        }
        if (ProtoTypes.isEnum(type)) {
            return name(type, value, path);
        }
        return switch (type) {
            case "string" -> value.isString() ? value : wrong(path, "TYPE_STRING", value);
            case "bool" -> value.isBoolean() ? value : wrong(path, "TYPE_BOOL", value);
            case "number" -> isFinite(value) ? value : wrong(path, "TYPE_FLOAT", value);
            case "int32" -> integer(value, path);
            case "int64" -> value.isIntegralNumber() || value.isString() ? value : wrong(path, "TYPE_INT64", value);
            case "bytes" -> bytes(value, path);
            case "signature" -> isSignature(value) ? value : bytes(value, path);
            case "struct" ->
                value.isObject() ? value : wrong(path, "type.googleapis.com/google.protobuf.Struct", value);
            default -> value;
        };
    }

    private @Nullable JsonNode name(String type, JsonNode value, String path) {
        String name = value.isString() ? value.stringValue().toUpperCase(Locale.ROOT) : "";
        if (ProtoTypes.hasName(type, name)) {
            return name.endsWith("UNSPECIFIED") ? null : StringNode.valueOf(name);
        }
        return wrong(path, "type.googleapis.com/google.ai.generativelanguage.v1beta." + type, value);
    }

    private @Nullable JsonNode integer(JsonNode value, String path) {
        String digits = value.isString() ? value.stringValue() : value.toString();
        if (digits.length() > DIGITS_MAX) {
            return wrong(path, "TYPE_INT32", value);
        }
        try {
            return IntNode.valueOf(new BigDecimal(digits).intValueExact());
        } catch (ArithmeticException | NumberFormatException e) {
            return wrong(path, "TYPE_INT32", value);
        }
    }

    private static boolean isFinite(JsonNode value) {
        return value.isNumber() && Double.isFinite(value.decimalValue().doubleValue());
    }

    private @Nullable JsonNode bytes(JsonNode value, String path) {
        if (value.isString() && Base64Blob.isValid(value.stringValue())) {
            return value;
        }
        String reason = ", Base64 decoding failed for ";
        violate(path, "Invalid value at '" + path + "' (TYPE_BYTES)" + reason + quote(value));
        return null;
    }

    private static boolean isSignature(JsonNode value) {
        return value.isString() && DUMMY_SIGNATURES.contains(value.stringValue());
    }

    private void oneDatum(ObjectNode part, String path) {
        List<String> data = ProtoTypes.PART_DATA.stream().filter(part::has).toList();
        if (data.size() > 1) {
            violate(
                    path,
                    "Invalid value at '%s' (oneof), oneof field 'data' is already set. Cannot set '%s'"
                            .formatted(path, data.get(1)));
        }
    }

    private void unknown(String name, String path) {
        String where = path.isEmpty() ? "" : " at '" + path + "'";
        violate(path, "Invalid JSON payload received. Unknown name \"" + name + "\"" + where + ": Cannot find field.");
    }

    private @Nullable JsonNode wrong(String path, String type, JsonNode value) {
        violate(path, "Invalid value at '" + path + "' (" + type + "), " + quote(value));
        return null;
    }

    private static String quote(JsonNode value) {
        String text = value.toString();
        return text.length() <= QUOTED_CHARACTERS_MAX ? text : text.substring(0, QUOTED_CHARACTERS_MAX) + "…";
    }

    private void violate(String field, String description) {
        if (violations.size() < VIOLATIONS_MAX) {
            violations.add(new Violation(field, description));
        }
    }
}
