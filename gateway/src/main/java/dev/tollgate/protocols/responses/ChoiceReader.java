package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.protocols.door.FittedChoice;
import dev.tollgate.protocols.door.ToolNames;
import dev.tollgate.protocols.door.ToolNames.Own;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code tool_choice}, and fits it to the tools that are there. */
final class ChoiceReader {

    private static final String FIELD = "tool_choice";

    private final JsonBody json;
    private final List<Chosen> allowed = new ArrayList<>();

    private String word = "auto";
    private @Nullable String mode;

    /** @param type the caller's word; only functions and custom tools have a name */
    private record Chosen(
            String type,
            @Nullable String namespace,
            @Nullable String name) {

        boolean isFunction() {
            return type.equals("function") || type.equals("custom");
        }

        boolean isImages() {
            return type.equals("image_generation");
        }

        @Nullable
        ProviderTool provider() {
            return type.startsWith("web_search") ? ProviderTool.SEARCH : ToolsReader.provider(type);
        }
    }

    ChoiceReader(JsonBody json) {
        this.json = json;
    }

    void read() {
        if (json.isString()) {
            word = json.oneOf(List.of("none", "auto", "required"));
            return;
        }
        String type = json.isObject() ? json.ahead("type") : null;
        if (type == null) {
            throw json.refuse("none, auto, required or an object with a type");
        }
        if (type.equals("allowed_tools")) {
            word = type;
            json.object(this::allowedMember);
        } else {
            word = "named";
            allowed.add(chosen(type));
        }
    }

    private void allowedMember(String member) {
        switch (member) {
            case "type" -> json.skipWord();
            case "mode" -> mode = json.oneOf(List.of("auto", "required"));
            case "tools" ->
                json.array(json.limits().toolsMax(), () -> {
                    String type = json.isObject() ? json.ahead("type") : null;
                    if (type == null) {
                        throw json.refuse("an object with a type");
                    }
                    allowed.add(chosen(type));
                });
            default -> json.ignore();
        }
    }

    private Chosen chosen(String type) {
        var members = new Object() {
            @Nullable
            String namespace;

            @Nullable
            String name;
        };
        boolean isFunction = new Chosen(type, null, null).isFunction();
        json.object(member -> {
            if (isFunction && member.equals("name")) {
                members.name = json.nonEmptyString();
            } else if (isFunction && member.equals("namespace")) {
                members.namespace = json.nonEmptyString();
            } else if (member.equals("type")) {
                json.skipWord();
            } else {
                json.leaveOut();
            }
        });
        return new Chosen(type, members.namespace, isFunction ? json.given(members.name, "name") : null);
    }

    // ---- fitting, when the whole body has been read ----

    /** Returns whether images are demanded, which only the model decides about. */
    boolean demandsImages() {
        return word.equals("named") && allowed.getFirst().isImages();
    }

    /** Returns the tool of the provider's that is demanded; null if none is. */
    @Nullable
    ProviderTool demanded() {
        return word.equals("named") ? allowed.getFirst().provider() : null;
    }

    /** Returns whether the choice leaves a tool of the provider's to the model. */
    boolean leaves(ProviderTool tool) {
        return word.equals("allowed_tools")
                ? allowed.stream().anyMatch(it -> it.provider() == tool)
                : !word.equals("none");
    }

    /** @param tools functions, and tools of the provider's apart from a search @param hasImages whether there is a tool that makes images */
    FittedChoice fitted(List<Tool> tools, boolean hasSearch, boolean hasImages, ToolNames names) {
        boolean hasFunctions = tools.stream().anyMatch(tool -> tool.provider() == null);
        boolean hasTools = hasSearch || !tools.isEmpty();
        List<String> named = allowed.stream()
                .filter(Chosen::isFunction)
                .map(it -> flat(it, names))
                .toList();
        boolean namesProvider = allowed.stream()
                .map(Chosen::provider)
                .anyMatch(it -> it == ProviderTool.SEARCH
                        ? hasSearch
                        : it != null && tools.stream().anyMatch(tool -> tool.provider() == it));
        boolean namesAny = namesProvider || !named.isEmpty();
        boolean isRequired = "required".equals(mode);
        ToolChoice choice =
                switch (word) {
                    case "auto" -> new ToolChoice.Auto();
                    case "none" -> new ToolChoice.None();
                    case "required" -> {
                        requireTool(hasTools, "must be none or auto where no functions are given.");
                        yield new ToolChoice.Required();
                    }
                    case "named" -> {
                        if (hasImages && demandsImages()) {
                            yield new ToolChoice.Auto();
                        }
                        String type = MessageText.quoted(allowed.getFirst().type());
                        requireTool(namesAny, "demands " + type + ", which is not used here.");
                        yield new ToolChoice.Named(String.join("", named));
                    }
                    default -> {
                        requireTool(namesAny || !isRequired, "demands a tool and allows none that is used here.");
                        yield new ToolChoice.Allowed(isRequired, named);
                    }
                };
        return FittedChoice.of(json, FIELD, choice, hasFunctions, namesProvider);
    }

    private static String flat(Chosen one, ToolNames names) {
        String found = names.find(new Own(one.namespace(), String.valueOf(one.name())));
        requireTool(
                found != null,
                "names " + MessageText.quoted(String.valueOf(one.name())) + ", which is not among the tools.");
        return String.valueOf(found);
    }

    private static void requireTool(boolean isThere, String why) {
        if (!isThere) {
            throw JsonBody.invalid(FIELD, why);
        }
    }
}
