package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.protocols.door.CustomTool;
import dev.tollgate.protocols.door.ModelRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Reads {@code tools} and the deprecated {@code functions}. */
final class ToolReader {

    private static final String SECOND =
            "names a second tool. Write each tool of the provider's as an object of its own.";

    private static final List<String> TYPES = Stream.concat(
                    Stream.of("function", "custom"),
                    Stream.of(ProviderTool.values()).map(ProviderTool::snake))
            .toList();

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
            Tool tool = one.tool();
            add(tool, one.provider == null ? "." + one.type : "");
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

    /** Standing on the tool's end. What a tool of the provider's has besides its name has no effect. */
    private void add(Tool tool, String parent) {
        String path = json.path() + parent;
        if (!names.add(tool.name())) {
            throw JsonBody.invalid(
                    path + ".name",
                    "must differ from the other tools' names, " + MessageText.quoted(tool.name()) + " is there twice.");
        }
        if (tool.provider() == null) {
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
        private @Nullable ProviderTool provider;

        OneTool(Place place) {
            this.place = place;
        }

        Tool tool() {
            type = "custom".equals(json.ahead("type")) ? "custom" : type;
            json.object(this::member);
            if (provider != null && hasFunction) {
                throw JsonBody.invalid(place.path(), SECOND);
            }
            if (provider != null) {
                return Tool.of(place, provider);
            }
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
            ProviderTool its = ProviderTool.of(member);
            if (member.equals("fileSearch")
                    || member.equals("file_search")
                    || member.equals("type") && "file_search".equals(json.word())) {
                throw json.invalid("is not available: " + ModelRules.NO_FILE_SEARCH);
            }
            if (member.equals("type")) {
                provider = of(ProviderTool.of(json.oneOf(TYPES)));
                hasType = true;
            } else if (its != null) {
                provider = of(its);
                json.object(_ -> json.ignore());
            } else if (member.equals(type)) {
                json.object(type.equals("custom") ? this::customMember : this::functionMember);
                hasFunction = true;
            } else {
                json.ignore();
            }
        }

        /** Returns the one tool of the provider's that an object names, by its type or by a member, as LiteLLM's callers write it (Y25). */
        private @Nullable ProviderTool of(@Nullable ProviderTool named) {
            if (provider != null && named != null && named != provider) {
                throw json.invalid(SECOND);
            }
            return named == null ? provider : named;
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
