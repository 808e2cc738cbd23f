package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.Shown;
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
    private int count;

    ToolReader(JsonBody json) {
        this.json = json;
    }

    List<Tool> tools() {
        json.array(
                json.limits().toolsMax(),
                () -> add(new OneTool(ChatPlaces.NAMES.at("tools", count++)).tool(), ".function"));
        return tools;
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
        private boolean hasType;
        private boolean hasFunction;
        private @Nullable String name;
        private @Nullable String description;
        private @Nullable ObjectNode parameters;
        private @Nullable Boolean strict;

        OneTool(Place place) {
            this.place = place;
        }

        Tool tool() {
            json.object(this::member);
            if (!hasType) {
                throw json.required("type");
            }
            if (!hasFunction) {
                throw json.required("function");
            }
            return built("function.name");
        }

        private void member(String member) {
            switch (member) {
                case "type" -> {
                    json.oneOf(List.of("function"));
                    hasType = true;
                }
                case "function" -> {
                    json.object(this::functionMember);
                    hasFunction = true;
                }
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
