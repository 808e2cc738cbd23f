package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.FunctionName;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.json.JsonBody;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Reads {@code response_format}. */
final class ResponseFormatReader {

    private static final List<String> TYPES = List.of("text", "json_object", "json_schema");
    private static final int NAME_CHARS_MAX = 64;

    private final JsonBody json;

    private @Nullable String type;
    private @Nullable String name;
    private @Nullable String description;
    private @Nullable ObjectNode schema;
    private @Nullable ObjectNode bareSchema;
    private @Nullable Boolean strict;
    private boolean hasJsonSchema;

    ResponseFormatReader(JsonBody json) {
        this.json = json;
    }

    ResponseFormat read() {
        json.object(this::member);
        return switch (json.given(type, "type")) {
            case "text" -> text();
            case "json_object" -> jsonObject();
            default -> jsonSchema();
        };
    }

    private void member(String member) {
        switch (member) {
            case "type" -> type = json.oneOf(TYPES);
            case "schema" -> bareSchema = json.objectTree();
            case "json_schema" -> {
                json.object(this::schemaMember);
                hasJsonSchema = true;
            }
            default -> json.ignore();
        }
    }

    private void schemaMember(String member) {
        switch (member) {
            case "name" -> name = schemaName();
            case "description" -> description = json.string();
            case "schema" -> schema = json.objectTree();
            case "strict" -> strict = json.bool();
            default -> json.ignore();
        }
    }

    private String schemaName() {
        String text = json.string();
        if (text.isEmpty() || text.length() > NAME_CHARS_MAX || !text.chars().allMatch(FunctionName::isAllowed)) {
            throw json.refuse("1 to 64 letters, digits, underscores or hyphens");
        }
        return text;
    }

    private ResponseFormat text() {
        ignoreIf(bareSchema != null, "schema");
        ignoreIf(hasJsonSchema, "json_schema");
        return new ResponseFormat.Text();
    }

    /** Reads the type {@code json_object}. A schema next to it comes from instructor's mode JSON_SCHEMA (protocol 3.5). */
    private ResponseFormat jsonObject() {
        ignoreIf(hasJsonSchema, "json_schema");
        return bareSchema == null
                ? new ResponseFormat.JsonObject()
                : new ResponseFormat.JsonSchema(null, null, bareSchema, null);
    }

    private ResponseFormat jsonSchema() {
        ignoreIf(bareSchema != null, "schema");
        if (!hasJsonSchema) {
            throw json.required("json_schema");
        }
        if (name == null) {
            throw json.required("json_schema.name");
        }
        if (schema == null) {
            ignoreIf(true, "json_schema.name");
            ignoreIf(description != null, "json_schema.description");
            ignoreIf(strict != null, "json_schema.strict");
            return new ResponseFormat.JsonObject();
        }
        return new ResponseFormat.JsonSchema(name, description, schema, strict);
    }

    private void ignoreIf(boolean isGiven, String member) {
        if (isGiven) {
            json.ignored(json.memberPath(member));
        }
    }
}
