package dev.tollgate.gemini;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ApiException;
import dev.tollgate.openai.ChatRequest;
import dev.tollgate.openai.Tool;
import dev.tollgate.openai.ToolChoice;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.node.ObjectNode;

/** Writes {@code tools} and {@code toolConfig}. One writer serves one request. */
final class ToolsWriter {

    /** Of a schema without properties. */
    private static final Set<String> SAYS_NOTHING = Set.of("type", "properties", "required", "additionalProperties");

    private final JsonGenerator json;
    private final ChatRequest request;
    private final Set<String> ignored;
    private final List<Tool> declared;
    private final boolean searches;

    /** @param ignored takes dotted names of what could not be expressed */
    ToolsWriter(JsonGenerator json, ChatRequest request, Set<String> ignored) {
        this.json = json;
        this.request = request;
        this.ignored = ignored;
        this.declared = declared(request);
        this.searches = request.webSearch() || allowed(request).stream().anyMatch(Tool::isSearch);
    }

    void write() {
        requireKnownChoice();
        if (declared.isEmpty() && !searches) {
            return;
        }
        json.writeArrayPropertyStart("tools");
        if (!declared.isEmpty()) {
            writeDeclarations();
        }
        if (searches) {
            json.writeStartObject();
            json.writeObjectPropertyStart("googleSearch");
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        writeConfig();
    }

    private static List<Tool> declared(ChatRequest request) {
        return allowed(request).stream().filter(tool -> !tool.isSearch()).toList();
    }

    /** D22: of {@code allowed_tools} nothing else is declared. */
    private static List<Tool> allowed(ChatRequest request) {
        return request.toolChoice() instanceof ToolChoice.Allowed allowed
                ? request.tools().stream()
                        .filter(tool -> allowed.names().contains(tool.name()))
                        .toList()
                : request.tools();
    }

    private void requireKnownChoice() {
        Set<String> known = new LinkedHashSet<>();
        request.tools().forEach(tool -> known.add(tool.name()));
        List<String> wanted =
                switch (request.toolChoice()) {
                    case ToolChoice.Named named -> List.of(named.name());
                    case ToolChoice.Allowed allowed -> allowed.names();
                    default -> List.of();
                };
        for (String name : wanted) {
            if (!known.contains(name)) {
                throw refuse("tool_choice", "names '%s', which is not among the tools %s.".formatted(name, known));
            }
        }
        if (request.toolChoice() instanceof ToolChoice.Required && known.isEmpty() && !request.webSearch()) {
            throw refuse("tool_choice", "is 'required', but there are no tools.");
        }
    }

    /** All in one Tool object: several were refused by older versions. */
    private void writeDeclarations() {
        Set<String> names = new HashSet<>();
        json.writeStartObject();
        json.writeArrayPropertyStart("functionDeclarations");
        for (Tool tool : declared) {
            String param = (request.legacyFunctions() ? "functions." : "tools.")
                    + request.tools().indexOf(tool);
            if (!names.add(tool.name())) {
                throw refuse(param, "declares '%s' a second time.".formatted(tool.name()));
            }
            writeDeclaration(tool, param);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeDeclaration(Tool tool, String param) {
        String inside = request.legacyFunctions() ? param : param + ".function";
        json.writeStartObject();
        json.writeStringProperty("name", FunctionNames.checked(tool.name(), inside + ".name"));
        if (tool.description() != null) {
            json.writeStringProperty("description", WellFormed.text(tool.description()));
        }
        ObjectNode parameters = parameters(tool.parameters(), param, inside + ".parameters");
        if (parameters != null) {
            json.writeName("parametersJsonSchema");
            json.writeTree(parameters);
        }
        json.writeEndObject();
    }

    /** Null where there are none: a function without arguments must not say {@code parameters}. */
    private @Nullable ObjectNode parameters(@Nullable ObjectNode schema, String param, String path) {
        if (schema == null || schema.isEmpty()) {
            return null;
        }
        Set<String> removed = new LinkedHashSet<>();
        ObjectNode cleaned = new SchemaCleaner(schema, path, removed).clean();
        removed.forEach(keyword -> ignored.add(param + "." + keyword));
        boolean alternatives = cleaned.has("anyOf") || cleaned.has("oneOf");
        if (cleaned.path("properties").isEmpty()
                && !cleaned.path("additionalProperties").isObject()
                && !alternatives) {
            requireObject(cleaned, path);
            cleaned.propertyNames().stream()
                    .filter(keyword -> !SAYS_NOTHING.contains(keyword))
                    .forEach(keyword -> ignored.add(param + "." + keyword));
            return null;
        }
        if (!alternatives) {
            requireObject(cleaned, path);
        }
        return cleaned;
    }

    private void requireObject(ObjectNode schema, String path) {
        if (!schema.has("type")) {
            schema.put("type", "object");
        }
        boolean object = schema.get("type").isArray()
                ? schema.get("type").valueStream().anyMatch(type -> type.asString("")
                        .equals("object"))
                : schema.get("type").asString("").equals("object");
        if (!object) {
            throw refuse(path, "must be the schema of an object: a function's arguments have names.");
        }
        schema.put("type", "object");
    }

    private void writeConfig() {
        String mode = mode();
        boolean both = searches && !declared.isEmpty();
        if (mode == null && !both) {
            return;
        }
        json.writeObjectPropertyStart("toolConfig");
        if (mode != null) {
            json.writeObjectPropertyStart("functionCallingConfig");
            json.writeStringProperty("mode", mode);
            if (request.toolChoice() instanceof ToolChoice.Named named) {
                json.writeArrayPropertyStart("allowedFunctionNames");
                json.writeString(named.name());
                json.writeEndArray();
            }
            json.writeEndObject();
        }
        if (both) {
            // Gemini 3 takes functions beside its own tools only with this (wire.md 1.4).
            json.writeBooleanProperty("includeServerSideToolInvocations", true);
        }
        json.writeEndObject();
    }

    /** Null for AUTO, and for a search-only request, where the setting would be refused (G-07). */
    private @Nullable String mode() {
        if (declared.isEmpty()) {
            if (!(request.toolChoice() instanceof ToolChoice.Auto)) {
                ignored.add("tool_choice");
            }
            return null;
        }
        return switch (request.toolChoice()) {
            case ToolChoice.Auto auto -> declaredMode();
            case ToolChoice.None none -> "NONE";
            case ToolChoice.Required required -> "ANY";
            case ToolChoice.Validated validated -> "VALIDATED";
            case ToolChoice.Named named -> named(named.name());
            case ToolChoice.Allowed allowed -> allowed.required() ? "ANY" : declaredMode();
        };
    }

    private @Nullable String named(String name) {
        if (declared.stream().anyMatch(tool -> tool.name().equals(name))) {
            return "ANY";
        }
        ignored.add("tool_choice");
        return null;
    }

    /** A strict function's calls must obey its schema, which VALIDATED promises (wire.md 4.1). */
    private @Nullable String declaredMode() {
        return declared.stream().anyMatch(tool -> Boolean.TRUE.equals(tool.strict())) ? "VALIDATED" : null;
    }

    private static ApiException refuse(String param, String why) {
        return ApiError.invalid(param, "'" + param + "' " + why).asException();
    }
}
