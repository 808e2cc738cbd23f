package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.protocols.door.FittedChoice;
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
    private @Nullable String function;
    private @Nullable String custom;
    private boolean hasFunction;
    private boolean hasCustom;
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
            case "type" -> type = json.oneOf(List.of("function", "custom", "allowed_tools"));
            case "custom" -> {
                hasCustom = true;
                json.object(this::customMember);
            }
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
        int before = names.size();
        json.object(member -> {
            switch (member) {
                case "type" -> json.oneOf(List.of("function", "custom"));
                case "function", "custom" -> json.object(this::allowedFunction);
                default -> json.ignore();
            }
        });
        if (names.size() == before) {
            throw json.invalid("must name a function that is not named yet, as function.name.");
        }
    }

    private void allowedFunction(String member) {
        if (member.equals("name")) {
            names.add(json.nonEmptyString());
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

    private void customMember(String member) {
        if (member.equals("name")) {
            custom = json.nonEmptyString();
        } else {
            json.ignore();
        }
    }

    private ToolChoice objectChoice() {
        String its = json.given(type, "type");
        ignoreIf(hasAllowed && !its.equals("allowed_tools"), "allowed_tools");
        ignoreIf(hasFunction && !its.equals("function"), "function");
        ignoreIf(hasCustom && !its.equals("custom"), "custom");
        if (its.equals("function")) {
            return named(function, "function.name");
        } else if (its.equals("custom")) {
            return named(custom, "custom.name");
        }
        boolean isRequired = json.given(mode, "allowed_tools.mode").equals("required");
        if (names.isEmpty()) {
            throw json.required("allowed_tools.tools");
        }
        return new ToolChoice.Allowed(isRequired, List.copyOf(names));
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
            choice = named(function, "name");
        } else {
            throw json.refuse("none, auto or an object");
        }
        return this;
    }

    private ToolChoice named(@Nullable String name, String member) {
        String its = json.given(name, member);
        names.clear(); // of allowed tools, which are without effect
        names.add(its);
        return new ToolChoice.Named(its);
    }

    // --- fitting to the tools, when the whole body has been read ---

    record Fitted(List<Tool> tools, ToolChoice choice) {}

    /** Returns the tools that the choice leaves, and the choice among the functions. */
    Fitted fitted(List<Tool> tools) {
        checkNames(tools);
        List<String> functions = tools.stream()
                .filter(tool -> tool.provider() == null)
                .map(Tool::name)
                .toList();
        boolean isAllowed = choice instanceof ToolChoice.Allowed;
        ToolChoice wanted = choice instanceof ToolChoice.Allowed allowed
                ? new ToolChoice.Allowed(
                        allowed.required(),
                        functions.stream().filter(names::contains).toList())
                : choice;
        FittedChoice fitted = FittedChoice.of(json, param, wanted, !functions.isEmpty(), !functions.containsAll(names));
        List<Tool> left = tools.stream()
                .filter(tool -> tool.provider() != null
                        ? isAllowed ? names.contains(tool.name()) : fitted.leavesSearch()
                        : fitted.leavesFunctions())
                .toList();
        return new Fitted(left, fitted.choice());
    }

    private void checkNames(List<Tool> tools) {
        if (tools.isEmpty() && (choice instanceof ToolChoice.Required || !names.isEmpty())) {
            throw JsonBody.invalid(param, "must be none or auto where no tools are given.");
        }
        for (String name : names) {
            if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
                throw JsonBody.invalid(param, "names " + MessageText.quoted(name) + ", which is not among the tools.");
            }
        }
    }
}
