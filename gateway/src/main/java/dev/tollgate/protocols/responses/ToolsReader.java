package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.protocols.door.CustomTool;
import dev.tollgate.protocols.door.ToolNames;
import dev.tollgate.protocols.door.ToolNames.Own;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Reads tools of a body, wherever they are declared (E6 to E10). */
final class ToolsReader {

    /** Tools that the caller runs on a schema that only the vendor's models know. */
    private static final Set<String> CALLERS = Set.of("local_shell", "shell", "apply_patch");

    private final JsonBody json;
    private final Map<Own, Found> found = new LinkedHashMap<>();
    private final Set<Own> top = new HashSet<>();

    /** The provider's tools apart from a search. */
    private final List<Tool> provided = new ArrayList<>(0);

    private @Nullable String search;
    private @Nullable ImageTool images;

    private record Found(
            String path,
            @Nullable String description,
            @Nullable ObjectNode parameters,
            @Nullable Boolean strict,
            boolean isCustom) {}

    ToolsReader(JsonBody json) {
        this.json = json;
    }

    /** Reads {@code tools} of the body. */
    void tools() {
        list(null, false);
    }

    /** Reads the tools of an input item, which may declare a tool again. */
    void additional() {
        list(null, true);
    }

    /** Returns the path of the tool that searches the web; null without one. */
    @Nullable
    String search() {
        return search;
    }

    /** Returns the provider's tools apart from a search. */
    List<Tool> provided() {
        return provided;
    }

    /** Returns the tool of the provider's that a type names; null if it is none that runs here. */
    static @Nullable ProviderTool provider(String type) {
        return switch (type) {
            case "web_search" -> ProviderTool.SEARCH;
            case "url_context" -> ProviderTool.URL_CONTEXT;
            case "code_interpreter", "code_execution" -> ProviderTool.CODE_EXECUTION;
            default ->
                type.startsWith("web_search_preview") || type.startsWith("web_search_20") ? ProviderTool.SEARCH : null;
        };
    }

    /** Returns the tool that makes images; null without one. */
    @Nullable
    ImageTool images() {
        return images;
    }

    /** Returns the functions under the names that the model sees. */
    List<Tool> named(ToolNames names) {
        List<Tool> tools = new ArrayList<>(found.size());
        found.forEach((own, it) -> {
            if (own.namespace() == null) {
                names.add(own, it.isCustom());
            }
        });
        found.forEach((own, it) -> {
            String name = own.namespace() == null ? names.flat(own) : names.add(own, it.isCustom());
            tools.add(new Tool(
                    ResponsesPlaces.NAMES.at(it.path()), name, it.description(), it.parameters(), it.strict()));
        });
        return tools;
    }

    private void list(@Nullable String namespace, boolean again) {
        json.array(json.limits().toolsMax(), () -> tool(namespace, again));
    }

    private void tool(@Nullable String namespace, boolean again) {
        if (!json.isObject()) {
            throw json.refuse("an object");
        }
        String type = json.ahead("type");
        String path = json.path();
        if (type == null) {
            throw JsonBody.invalid(path + ".type", "is required.");
        }
        switch (type) {
            case "function", "custom" -> new OneTool(namespace, type.equals("custom"), path).read(again);
            case "namespace" -> namespace(path, namespace, again);
            default -> other(path, type);
        }
    }

    private void other(String path, String type) {
        if (CALLERS.contains(type) || type.startsWith("computer")) {
            throw JsonBody.invalid(
                    path + ".type",
                    "must not be " + MessageText.quoted(type)
                            + ": the models here do not know that tool. Declare a function.");
        }
        ProviderTool tool = provider(type);
        if (tool == ProviderTool.SEARCH) {
            search = path;
            json.object(this::providerMember);
        } else if (tool != null) {
            if (provided.stream().noneMatch(it -> it.provider() == tool)) {
                provided.add(Tool.of(ResponsesPlaces.NAMES.at(path), tool));
            }
            json.object(this::providerMember);
        } else if (type.equals("image_generation")) {
            images = new ImageTool.Reader(json).read(path);
        } else {
            json.ignore();
        }
    }

    private void providerMember(String member) {
        if (!member.equals("type")) {
            json.ignore();
        }
    }

    private void namespace(String path, @Nullable String outer, boolean again) {
        String name = json.ahead("name");
        if (outer != null || name == null || name.isEmpty()) {
            throw JsonBody.invalid(path + ".name", "must be the name of a namespace, which holds no other.");
        }
        json.object(member -> {
            switch (member) {
                case "type", "name" -> json.skipWord();
                case "description" -> {
                    json.text();
                    json.leaveOut();
                }
                case "tools" -> list(name, again);
                default -> json.ignore();
            }
        });
    }

    private final class OneTool {

        private final @Nullable String namespace;
        private final boolean isCustom;
        private final String path;
        private @Nullable String name;
        private @Nullable String description;
        private @Nullable String grammar;
        private @Nullable ObjectNode parameters;
        private @Nullable Boolean strict;

        OneTool(@Nullable String namespace, boolean isCustom, String path) {
            this.namespace = namespace;
            this.isCustom = isCustom;
            this.path = path;
        }

        void read(boolean again) {
            json.object(this::member);
            Own own = new Own(namespace, json.given(name, "name"));
            if (!again && !top.add(own)) {
                throw JsonBody.invalid(
                        path + ".name",
                        "must differ from the other tools' names, " + MessageText.quoted(own.name())
                                + " is there twice.");
            }
            if (found.size() >= json.limits().toolsMax()) {
                throw JsonBody.invalid(
                        "tools", "must have at most " + json.limits().toolsMax() + " functions.");
            }
            String text = CustomTool.described(description, grammar, path + ".format.definition");
            found.put(own, new Found(path, text, isCustom ? CustomTool.parameters() : parameters, strict, isCustom));
        }

        private void member(String member) {
            switch (member) {
                case "type" -> json.skipWord();
                case "name" -> name = json.nonEmptyString();
                case "description" -> description = json.string();
                case "parameters" -> parameters = json.objectTree();
                case "strict" -> strict = json.bool();
                case "format" -> format();
                case "async" -> refuseAsync();
                default -> json.ignore();
            }
        }

        private void refuseAsync() {
            if (json.bool()) {
                throw json.invalid("must be false: the models here wait for each result.");
            }
        }

        private void format() {
            if (!isCustom || !json.isObject()) {
                json.ignore();
                return;
            }
            String at = json.path();
            json.object(member -> {
                if (member.equals("definition")) {
                    grammar = json.string();
                    json.ignored(at);
                } else {
                    json.skipWord();
                }
            });
        }
    }
}
