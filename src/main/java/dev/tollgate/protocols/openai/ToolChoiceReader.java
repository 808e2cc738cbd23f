package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.Shown;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code tool_choice} and the deprecated {@code function_call}, then fits it to the tools that are there. */
final class ToolChoiceReader {

    private static final Map<String, ToolChoice> WORDS = Map.of(
            "none", new ToolChoice.None(),
            "auto", new ToolChoice.Auto(),
            "required", new ToolChoice.Required(),
            "validated", new ToolChoice.Validated());

    private final JsonBody json;
    private final String param;
    private final LinkedHashSet<String> names = new LinkedHashSet<>();

    private @Nullable String type;
    private final LinkedHashSet<String> allowed = new LinkedHashSet<>();
    private @Nullable String function;
    private boolean hasFunction;
    private boolean hasAllowed;
    private @Nullable String mode;
    private ToolChoice choice = new ToolChoice.Auto();

    ToolChoiceReader(JsonBody json) {
        this.json = json;
        this.param = json.path();
    }

    ToolChoiceReader toolChoice() {
        if (json.isString()) {
            choice = WORDS.getOrDefault(json.oneOf(List.of("none", "auto", "required", "validated")), choice);
        } else if (json.isObject()) {
            json.object(this::member);
            choice = objectChoice();
        } else {
            throw json.refuse("none, auto, required, validated or an object");
        }
        return this;
    }

    private void member(String member) {
        switch (member) {
            case "type" -> type = json.oneOf(List.of("function", "allowed_tools"));
            case "function" -> {
                hasFunction = true;
                json.object(this::functionMember);
            }
            case "allowed_tools" -> {
                hasAllowed = true;
                json.object(this::allowedMember);
            }
            default -> json.ignore();
        }
    }

    private void allowedMember(String member) {
        switch (member) {
            case "mode" -> mode = json.oneOf(List.of("auto", "required"));
            case "tools" -> json.array(json.limits().toolsMax(), this::allowedTool);
            default -> json.ignore();
        }
    }

    private void allowedTool() {
        int before = allowed.size();
        json.object(member -> {
            switch (member) {
                case "type" -> json.oneOf(List.of("function"));
                case "function" -> json.object(this::allowedFunction);
                default -> json.ignore();
            }
        });
        if (allowed.size() == before) {
            throw json.invalid("must name a function that is not named yet, as function.name.");
        }
    }

    private void allowedFunction(String member) {
        if (member.equals("name")) {
            allowed.add(json.nonEmptyString());
        } else {
            json.ignore();
        }
    }

    private void functionMember(String member) {
        if (member.equals("name")) {
            function = json.nonEmptyString();
        } else {
            json.ignore();
        }
    }

    private ToolChoice objectChoice() {
        if (type == null) {
            throw json.required("type");
        }
        if (type.equals("function")) {
            ignoreIf(hasAllowed, "allowed_tools");
            return named("function.name");
        }
        ignoreIf(hasFunction, "function");
        if (mode == null) {
            throw json.required("allowed_tools.mode");
        }
        if (allowed.isEmpty()) {
            throw json.required("allowed_tools.tools");
        }
        names.addAll(allowed);
        return new ToolChoice.Allowed(mode.equals("required"), List.copyOf(names));
    }

    private void ignoreIf(boolean isGiven, String member) {
        if (isGiven) {
            json.ignored(json.memberPath(member));
        }
    }

    /** {@code none}, {@code auto} or {@code {name}}. */
    ToolChoiceReader functionCall() {
        if (json.isString()) {
            choice = WORDS.getOrDefault(json.oneOf(List.of("none", "auto")), choice);
        } else if (json.isObject()) {
            json.object(this::functionMember);
            choice = named("name");
        } else {
            throw json.refuse("none, auto or an object");
        }
        return this;
    }

    private ToolChoice named(String member) {
        if (function == null) {
            throw json.required(member);
        }
        names.add(function);
        return new ToolChoice.Named(function);
    }

    // --- fitting to the tools, when the whole body has been read ---

    record Fitted(List<Tool> tools, ToolChoice choice) {}

    /**
     * Returns the tools that the choice leaves, and the choice among the functions. The upstream decides when to search: a choice can forbid its
     * search tool but not require it. Such a requirement is listed as without effect.
     */
    Fitted fitted(List<Tool> tools) {
        checkNames(tools);
        return switch (choice) {
            case ToolChoice.Auto auto -> new Fitted(tools, auto);
            case ToolChoice.None none -> new Fitted(withoutSearch(tools), none);
            case ToolChoice.Required required -> new Fitted(tools, demanded(tools, required));
            case ToolChoice.Validated validated -> new Fitted(tools, demanded(tools, validated));
            case ToolChoice.Named named -> new Fitted(tools, isSearch(named, tools) ? noDemand() : named);
            case ToolChoice.Allowed allowed -> allowed(tools, allowed);
        };
    }

    private void checkNames(List<Tool> tools) {
        boolean isDemand =
                switch (choice) {
                    case ToolChoice.Auto auto -> false;
                    case ToolChoice.None none -> false;
                    case ToolChoice.Validated validated -> false;
                    default -> true;
                };
        if (isDemand && tools.isEmpty()) {
            throw JsonBody.invalid(param, "must be none or auto where no tools are given.");
        }
        for (String name : names) {
            if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
                throw JsonBody.invalid(param, "names " + Shown.quoted(name) + ", which is not among the tools.");
            }
        }
    }

    private Fitted allowed(List<Tool> tools, ToolChoice.Allowed allowed) {
        List<Tool> left = tools.stream()
                .filter(tool -> !tool.isSearch() || names.contains(tool.name()))
                .toList();
        List<String> functions = left.stream()
                .filter(tool -> !tool.isSearch())
                .map(Tool::name)
                .filter(names::contains)
                .toList();
        if (functions.isEmpty()) {
            List<Tool> search = left.stream().filter(Tool::isSearch).toList();
            return new Fitted(search, allowed.required() ? noDemand() : new ToolChoice.Auto());
        }
        return new Fitted(left, new ToolChoice.Allowed(allowed.required(), functions));
    }

    private ToolChoice demanded(List<Tool> tools, ToolChoice demand) {
        return tools.stream().allMatch(Tool::isSearch) ? noDemand() : demand;
    }

    private static boolean isSearch(ToolChoice.Named named, List<Tool> tools) {
        return tools.stream().anyMatch(tool -> tool.isSearch() && tool.name().equals(named.name()));
    }

    private ToolChoice noDemand() {
        json.ignored(param);
        return new ToolChoice.Auto();
    }

    private static List<Tool> withoutSearch(List<Tool> tools) {
        return tools.stream().filter(tool -> !tool.isSearch()).toList();
    }
}
