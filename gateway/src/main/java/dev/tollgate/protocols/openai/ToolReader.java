package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.Shown;
import dev.tollgate.protocols.door.CustomTool;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Reads {@code tools} and the deprecated {@code functions}. */
final class ToolReader {

    private final JsonBody json;
    private final List<Tool> tools = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> custom = new HashSet<>(0);
    private int count;

    ToolReader(JsonBody json) {
        this.json = json;
    }

    List<Tool> tools() {
        json.array(json.limits().toolsMax(), () -> {
            OneTool one = new OneTool(ChatPlaces.NAMES.at("tools", count++));
            add(one.tool(), "." + one.type);
        });
        return tools;
    }

    /** Returns the names of the tools whose input is text. */
    Set<String> custom() {
        return custom;
    }

    List<Tool> functions() {
        json.array(
                json.limits().toolsMax(),
                () -> add(new OneTool(ChatPlaces.FUNCTION.at("functions", count++)).function(), ""));
        return tools;
    }

    /** Standing on the tool's end. What a search tool has besides its name has no effect. */
    private void add(Tool tool, String parent) {
        String path = json.path() + parent;
        if (!names.add(tool.name())) {
            throw JsonBody.invalid(
                    path + ".name",
                    "must differ from the other tools' names, " + Shown.quoted(tool.name()) + " is there twice.");
        }
        if (!tool.isSearch()) {
            tools.add(tool);
            return;
        }
        ignoreIf(tool.description() != null, path + ".description");
        ignoreIf(tool.parameters() != null, path + ".parameters");
        ignoreIf(tool.strict() != null, path + ".strict");
        tools.add(new Tool(tool.place(), tool.name(), null, null, null));
    }

    private void ignoreIf(boolean isGiven, String path) {
        if (isGiven) {
            json.ignored(path);
        }
    }

    private final class OneTool {
        private final Place place;
        private String type = "function";
        private boolean hasType;
        private boolean hasFunction;
        private @Nullable String name;
        private @Nullable String description;
        private @Nullable ObjectNode parameters;
        private @Nullable Boolean strict;
        private @Nullable String grammar;

        OneTool(Place place) {
            this.place = place;
        }

        Tool tool() {
            type = "custom".equals(json.ahead("type")) ? "custom" : type;
            json.object(this::member);
            if (!hasType) {
                throw json.required("type");
            }
            if (!hasFunction) {
                throw json.required(type);
            }
            return type.equals("custom") ? customTool() : built("function.name");
        }

        private Tool customTool() {
            String its = json.given(name, "custom.name");
            custom.add(its);
            String path = json.path() + ".custom.format.grammar.definition";
            return new Tool(
                    place, its, CustomTool.described(description, grammar, path), CustomTool.parameters(), null);
        }

        private void member(String member) {
            if (member.equals("type")) {
                json.oneOf(List.of("function", "custom"));
                hasType = true;
            } else if (member.equals(type)) {
                json.object(type.equals("custom") ? this::customMember : this::functionMember);
                hasFunction = true;
            } else {
                json.ignore();
            }
        }

        private void customMember(String member) {
            switch (member) {
                case "name" -> name = json.nonEmptyString();
                case "description" -> description = json.string();
                case "format" -> json.object(this::formatMember);
                default -> json.ignore();
            }
        }

        private void formatMember(String member) {
            switch (member) {
                case "type" -> json.oneOf(List.of("text", "grammar"));
                case "grammar" -> {
                    json.ignored(json.path());
                    json.object(this::grammarMember);
                }
                default -> json.ignore();
            }
        }

        private void grammarMember(String member) {
            switch (member) {
                case "syntax" -> json.oneOf(List.of("lark", "regex"));
                case "definition" -> grammar = json.string();
                default -> json.ignore();
            }
        }

        Tool function() {
            json.object(this::functionMember);
            return built("name");
        }

        private void functionMember(String member) {
            switch (member) {
                case "name" -> name = json.nonEmptyString();
                case "description" -> description = json.string();
                case "parameters" -> parameters = json.objectTree();
                case "strict" -> strict = json.bool();
                default -> json.ignore();
            }
        }

        private Tool built(String nameMember) {
            return new Tool(place, json.given(name, nameMember), description, parameters, strict);
        }
    }
}
