package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.protocols.door.FittedChoice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads {@code tools} and {@code tool_choice}. Functions are declared, a web search becomes the model's own (E7), tools that the provider runs are
 * left out and named, and tools whose schema only the vendor's models know are refused (E6).
 */
final class DeclaredTools {

    /** Tools of one request with those that are declared only when they are needed. */
    private static final int LISTED_MAX = 2_000;

    private static final List<String> CHOICES = List.of("auto", "any", "tool", "none");

    /** Prefixes of the types of tools that the caller runs and that have no schema in the request. */
    private static final List<String> WITHOUT_SCHEMA =
            List.of("bash_", "text_editor_", "computer_", "memory_", "browser_");

    private final JsonBody json;
    private final List<Listed> listed = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> leftOut = new HashSet<>();
    private @Nullable String searchPath;
    private @Nullable String searchName;
    private @Nullable String choice;
    private @Nullable String chosen;
    private boolean oneCall;

    /** @param deferred whether it is declared only if the conversation refers to it (E10) */
    private record Listed(Tool tool, boolean deferred) {}

    DeclaredTools(JsonBody json) {
        this.json = json;
    }

    void tools() {
        int[] index = {0};
        json.array(LISTED_MAX, () -> new OneTool(MessagesPlaces.NAMES.at("tools", index[0]++)).read());
    }

    void toolChoice() {
        json.object(member -> {
            switch (member) {
                case "type" -> choice = json.oneOf(CHOICES);
                case "name" -> chosen = json.nonEmptyString();
                case "disable_parallel_tool_use" -> oneCall = json.bool();
                default -> json.ignore();
            }
        });
        if (json.given(choice, "type").equals("tool") && chosen == null) {
            throw json.required("name");
        }
    }

    // ---- when the whole body has been read ----

    /** Returns the place of the body, in which the search tool asks for a search. */
    Place body() {
        return (searchPath == null ? MessagesPlaces.NAMES : MessagesPlaces.NAMES.with(Member.WEB_SEARCH, searchPath))
                .at("");
    }

    /** Returns whether the model may search. */
    boolean searches() {
        return searchPath != null && !"none".equals(choice);
    }

    /** Returns whether the caller takes one call at a time. */
    boolean oneCall() {
        return oneCall;
    }

    /** Returns the functions to declare. @param referenced the names of deferred tools that the conversation refers to */
    List<Tool> declared(Set<String> referenced) {
        List<Tool> declared = listed.stream()
                .filter(it -> !it.deferred() || referenced.contains(it.tool().name()))
                .map(Listed::tool)
                .toList();
        if (declared.size() > json.limits().toolsMax()) {
            throw JsonBody.invalid(
                    "tools",
                    "must declare at most " + json.limits().toolsMax() + " functions, got " + declared.size() + ".");
        }
        return declared;
    }

    /** Returns the choice among the declared functions. */
    ToolChoice choice(List<Tool> declared) {
        boolean isDeclared = declared.stream().anyMatch(tool -> tool.name().equals(chosen));
        boolean namesSearch = !isDeclared && chosen != null && chosen.equals(searchName);
        ToolChoice wanted =
                switch (choice) {
                    case "any" -> new ToolChoice.Required();
                    case "tool" -> new ToolChoice.Named(String.valueOf(chosen));
                    case "none" -> new ToolChoice.None();
                    case null, default -> new ToolChoice.Auto();
                };
        if (wanted instanceof ToolChoice.Required && declared.isEmpty() && searchPath == null) {
            throw JsonBody.invalid("tool_choice", "must be none or auto if no tools are declared.");
        }
        if (wanted instanceof ToolChoice.Named named && !isDeclared && !namesSearch) {
            String why = leftOut.contains(named.name())
                    ? ", a tool that this server cannot run."
                    : ", which is not declared.";
            throw JsonBody.invalid("tool_choice.name", "names " + MessageText.quoted(named.name()) + why);
        }
        return FittedChoice.of(json, "tool_choice", wanted, !declared.isEmpty(), namesSearch)
                .choice();
    }

    private final class OneTool {

        private final Place place;
        private @Nullable String type;
        private @Nullable String name;
        private @Nullable String description;
        private @Nullable ObjectNode schema;
        private boolean deferred;
        private final List<String> others = new ArrayList<>(0);

        OneTool(Place place) {
            this.place = place;
        }

        void read() {
            json.object(this::member);
            if (type == null || type.equals("custom")) {
                others.forEach(json::ignored);
                function();
            } else if (type.startsWith("web_search_20")) {
                others.forEach(json::ignored);
                searchPath = place.path();
                searchName = name;
            } else if (WITHOUT_SCHEMA.stream().anyMatch(type::startsWith)) {
                throw JsonBody.invalid(
                        place.path() + ".type",
                        "names a tool that only its vendor's models know: " + MessageText.quoted(type)
                                + ". Declare a function with an 'input_schema' instead.");
            } else {
                json.ignored(place.path());
                leftOut.add(String.valueOf(name));
            }
        }

        private void member(String member) {
            switch (member) {
                case "type" -> type = json.string();
                case "name" -> name = json.nonEmptyString();
                case "description" -> description = json.string();
                case "input_schema" -> schema = json.objectTree();
                case "defer_loading" -> deferred = json.bool();
                case "cache_control" -> {
                    json.ignored("cache_control");
                    json.skip();
                }
                default -> {
                    others.add(json.path());
                    json.skip();
                }
            }
        }

        private void function() {
            String own = json.given(name, "name");
            Tool tool = new Tool(place, own, description, json.given(schema, "input_schema"), null);
            if (!names.add(own)) {
                throw JsonBody.invalid(
                        json.memberPath("name"),
                        "must differ from the other tools' names, " + MessageText.quoted(own) + " is there twice.");
            }
            listed.add(new Listed(tool, deferred));
        }
    }
}
