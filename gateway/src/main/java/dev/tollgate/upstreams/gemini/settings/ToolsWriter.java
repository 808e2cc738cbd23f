package dev.tollgate.upstreams.gemini.settings;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes {@code tools} and {@code toolConfig}. One writer serves one conversation. */
public final class ToolsWriter {

    /** The keywords of a schema without properties. */
    private static final Set<String> SAYS_NOTHING = Set.of("type", "properties", "required", "additionalProperties");

    private static final String OBJECT = "must be the schema of an object: a function's arguments have names.";

    private final JsonGenerator json;
    private final Conversation conversation;
    private final Set<String> ignored;
    private final List<Tool> declared;
    private final Set<ProviderTool> provided;

    /** @param ignored takes dotted names of what could not be expressed */
    public ToolsWriter(JsonGenerator json, Conversation conversation, Set<String> ignored) {
        this.json = json;
        this.conversation = conversation;
        this.ignored = ignored;
        this.declared = declared(conversation);
        this.provided = conversation.withTools(allowed(conversation)).providerTools();
    }

    public void write() {
        requireKnownChoice();
        if (declared.isEmpty() && provided.isEmpty()) {
            return;
        }
        json.writeArrayPropertyStart("tools");
        if (!declared.isEmpty()) {
            writeDeclarations();
        }
        for (ProviderTool tool : provided) {
            json.writeStartObject();
            json.writeObjectPropertyStart(tool.key());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        writeConfig();
    }

    private static List<Tool> declared(Conversation conversation) {
        if (conversation.tools().isEmpty()) {
            return List.of();
        }
        return allowed(conversation).stream()
                .filter(tool -> tool.provider() == null)
                .toList();
    }

    /** D22: of {@code allowed_tools} nothing else is declared. */
    private static List<Tool> allowed(Conversation conversation) {
        return conversation.toolChoice() instanceof ToolChoice.Allowed allowed
                ? conversation.tools().stream()
                        .filter(tool -> allowed.names().contains(tool.name()))
                        .toList()
                : conversation.tools();
    }

    private void requireKnownChoice() {
        if (conversation.toolChoice() instanceof ToolChoice.Auto) {
            return;
        }
        Set<String> known = new LinkedHashSet<>();
        conversation.tools().forEach(tool -> known.add(tool.name()));
        List<String> wanted =
                switch (conversation.toolChoice()) {
                    case ToolChoice.Named named -> List.of(named.name());
                    case ToolChoice.Allowed allowed -> allowed.names();
                    default -> List.of();
                };
        for (String name : wanted) {
            if (!known.contains(name)) {
                throw refuse(
                        conversation.place().path(Member.TOOL_CHOICE),
                        "names '%s', which is not among the tools %s.".formatted(name, known));
            }
        }
        if (conversation.toolChoice() instanceof ToolChoice.Required && known.isEmpty() && !conversation.webSearch()) {
            throw refuse(conversation.place().path(Member.TOOL_CHOICE), "demands a call, but there are no tools.");
        }
    }

    /** All in one Tool object: several were refused by older versions. */
    private void writeDeclarations() {
        Set<String> names = new HashSet<>();
        json.writeStartObject();
        json.writeArrayPropertyStart("functionDeclarations");
        for (Tool tool : declared) {
            if (!names.add(tool.name())) {
                throw refuse(tool.place().path(), "declares '%s' a second time.".formatted(tool.name()));
            }
            writeDeclaration(tool);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeDeclaration(Tool tool) {
        json.writeStartObject();
        json.writeStringProperty("name", FunctionNames.checked(tool.name(), tool.place()));
        if (tool.description() != null) {
            json.writeStringProperty("description", tool.description());
        }
        ObjectNode parameters = parameters(tool.parameters(), tool.place());
        if (parameters != null) {
            json.writeName("parametersJsonSchema");
            json.writeTree(parameters);
        }
        json.writeEndObject();
    }

    /** Null if there are none: a function without arguments must not say {@code parameters}. */
    private @Nullable ObjectNode parameters(@Nullable ObjectNode schema, Place tool) {
        if (schema == null || schema.isEmpty()) {
            return null;
        }
        Set<String> removed = new LinkedHashSet<>();
        String path = tool.path(Member.PARAMETERS);
        ObjectNode cleaned = new SchemaCleaner(schema, path, removed).clean();
        removed.forEach(keyword -> ignored.add(tool.path() + "." + keyword));
        boolean alternatives = cleaned.has("anyOf") || cleaned.has("oneOf");
        if (cleaned.path("properties").isEmpty()
                && !cleaned.path("additionalProperties").isObject()
                && !alternatives) {
            requireObject(cleaned, path);
            cleaned.propertyNames().stream()
                    .filter(keyword -> !SAYS_NOTHING.contains(keyword))
                    .forEach(keyword -> ignored.add(tool.path() + "." + keyword));
            return null;
        }
        if (alternatives && !cleaned.has("type")) {
            requireObjects(cleaned, "anyOf", path);
            requireObjects(cleaned, "oneOf", path);
        }
        requireObject(cleaned, path);
        return cleaned;
    }

    /** Gemini takes alternatives at the root only together with a type, which therefore must hold for each of them. */
    private static void requireObjects(ObjectNode schema, String keyword, String path) {
        for (int i = 0; i < schema.path(keyword).size(); i++) {
            if (!mayBeObject(schema.path(keyword).path(i).path("type"))) {
                throw refuse(path + "." + keyword + "." + i, OBJECT);
            }
        }
    }

    private static boolean mayBeObject(JsonNode type) {
        return type.isMissingNode()
                || type.asString("").equals("object")
                || type.valueStream().anyMatch(name -> name.asString("").equals("object"));
    }

    private void requireObject(ObjectNode schema, String path) {
        if (!schema.has("type")) {
            schema.put("type", "object");
        }
        if (!mayBeObject(schema.path("type"))) {
            throw refuse(path, OBJECT);
        }
        schema.put("type", "object");
    }

    private void writeConfig() {
        String mode = mode();
        boolean both = !provided.isEmpty() && !declared.isEmpty();
        if (mode == null && !both) {
            return;
        }
        json.writeObjectPropertyStart("toolConfig");
        if (mode != null) {
            json.writeObjectPropertyStart("functionCallingConfig");
            json.writeStringProperty("mode", mode);
            if (conversation.toolChoice() instanceof ToolChoice.Named named) {
                json.writeArrayPropertyStart("allowedFunctionNames");
                json.writeString(named.name());
                json.writeEndArray();
            }
            json.writeEndObject();
        }
        if (both) {
            // Gemini 3 accepts functions together with its own tools only with this field (protocol 1.4).
            json.writeBooleanProperty("includeServerSideToolInvocations", true);
        }
        json.writeEndObject();
    }

    /** Null for AUTO, and for a request with the provider's tools alone, where the setting would be refused (G-07). */
    private @Nullable String mode() {
        if (declared.isEmpty()) {
            if (!(conversation.toolChoice() instanceof ToolChoice.Auto)) {
                ignored.add(conversation.place().path(Member.TOOL_CHOICE));
            }
            return null;
        }
        return switch (conversation.toolChoice()) {
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
        ignored.add(conversation.place().path(Member.TOOL_CHOICE));
        return null;
    }

    /** A strict function's calls must obey its schema, which VALIDATED promises (protocol 4.1). */
    private @Nullable String declaredMode() {
        return declared.stream().anyMatch(tool -> Boolean.TRUE.equals(tool.strict())) ? "VALIDATED" : null;
    }

    private static ApiException refuse(String param, String why) {
        return ApiError.invalid(param, "'" + param + "' " + why).asException();
    }
}
