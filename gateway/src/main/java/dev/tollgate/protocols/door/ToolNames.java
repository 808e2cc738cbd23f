package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.FunctionName;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.Ascii;
import dev.tollgate.calls.replay.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tools of one request by the names that the model sees, and the way back to the caller's (E8). Not thread-safe while tools are added. */
public final class ToolNames {

    private static final int CHARS_MAX = 64;

    /** The namespace whose members keep their bare names upstream. */
    private static final String BARE = "functions";

    private static final int HASH_CHARS = 6;

    private final Map<Own, String> flat = new HashMap<>();
    private final Map<String, Declared> declared = new HashMap<>();

    /** @param namespace null for a tool outside all namespaces */
    public record Own(@Nullable String namespace, String name) {}

    /** @param isCustom whether its input is text (E9) */
    public record Declared(Own own, boolean isCustom) {}

    /** Adds a tool and returns the name that the model sees. Bare names come first, so that they stay what they are. */
    public String add(Own own, boolean isCustom) {
        String name = plain(own);
        if (declared.containsKey(name)) {
            name = cut(name, joined(own));
        }
        flat.put(own, name);
        declared.put(name, new Declared(own, isCustom));
        return name;
    }

    /** Returns the name that the model sees of a declared tool; a namespace may be left out if only one has the name. Null if there is none. */
    public @Nullable String find(Own own) {
        String found = flat.get(own);
        if (found != null || own.namespace() != null) {
            return found;
        }
        List<String> members = flat.entrySet().stream()
                .filter(it -> it.getKey().name().equals(own.name()))
                .map(Map.Entry::getValue)
                .toList();
        return members.size() == 1 ? members.getFirst() : null;
    }

    /** Returns the name that the model sees; for a tool of an earlier request the name that the rule makes. */
    public String flat(Own own) {
        String name = flat.get(own);
        return name == null ? plain(own) : name;
    }

    /** Returns the tool that the model has called; null for a name that is not declared. */
    public @Nullable Declared declared(String name) {
        return declared.get(name);
    }

    /** Returns a call as the caller knows its tool. */
    public Message.ToolCall shown(Message.ToolCall call) {
        Declared its = declared.get(call.name());
        return its == null ? call : named(call, its.own().name());
    }

    // ---- the names of a whole conversation ----

    /** Returns the input of a call of a custom tool; null for a function's. @param call by the model's name */
    public @Nullable String input(Message.ToolCall call) {
        Declared its = declared.get(call.name());
        return its == null || !its.isCustom() ? null : CustomTool.input(call.arguments());
    }

    /** Returns the conversation with the model's names of its tools, its choice and its earlier calls. To be called once, without namespaces. */
    public Conversation of(Conversation said) {
        return of(said, Set.of());
    }

    /** @param custom the names of custom tools */
    public Conversation of(Conversation said, Set<String> custom) {
        if (custom.isEmpty()
                && said.tools().stream().allMatch(tool -> FunctionName.isLegal(tool.name()))
                && said.messages().stream().allMatch(ToolNames::isLegal)) {
            return said;
        }
        said.tools().stream()
                .map(Tool::name)
                .filter(FunctionName::isLegal)
                .forEach(it -> add(own(it), custom.contains(it)));
        said.tools().stream()
                .map(Tool::name)
                .filter(it -> !flat.containsKey(own(it)))
                .forEach(it -> add(own(it), custom.contains(it)));
        return said.with(
                said.messages().stream().map(this::of).toList(),
                said.tools().stream().map(this::of).toList(),
                of(said.toolChoice()));
    }

    private static boolean isLegal(Message message) {
        return !(message instanceof Message.Assistant it)
                || it.toolCalls().stream().allMatch(call -> FunctionName.isLegal(call.name()));
    }

    private static Own own(String name) {
        return new Own(null, name);
    }

    private String of(String name) {
        return flat(own(name));
    }

    private Tool of(Tool tool) {
        return new Tool(tool.place(), of(tool.name()), tool.description(), tool.parameters(), tool.strict());
    }

    private ToolChoice of(ToolChoice choice) {
        return switch (choice) {
            case ToolChoice.Named it -> new ToolChoice.Named(of(it.name()));
            case ToolChoice.Allowed it ->
                new ToolChoice.Allowed(
                        it.required(), it.names().stream().map(this::of).toList());
            default -> choice;
        };
    }

    private Message of(Message message) {
        return switch (message) {
            case Message.Assistant it ->
                new Message.Assistant(
                        it.place(),
                        it.text(),
                        it.toolCalls().stream()
                                .map(call -> named(call, of(call.name())))
                                .toList(),
                        it.thoughtSignature(),
                        it.files());
            case Message.ToolResult it
            when it.place().name(Place.Member.ANSWERED).equals("name") ->
                new Message.ToolResult(it.place(), of(it.toolCallId()), it.parts());
            default -> message;
        };
    }

    private static Message.ToolCall named(Message.ToolCall call, String name) {
        return new Message.ToolCall(call.place(), call.id(), name, call.arguments(), call.thoughtSignature());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ToolNames it && it.flat.equals(flat) && it.declared.equals(declared);
    }

    @Override
    public int hashCode() {
        return flat.hashCode();
    }

    @Override
    public String toString() {
        return flat.toString();
    }

    // ---- one name ----

    private static String joined(Own own) {
        return own.namespace() == null || own.namespace().equals(BARE)
                ? own.name()
                : own.namespace() + "__" + own.name();
    }

    private static String plain(Own own) {
        String joined = joined(own);
        StringBuilder legal = new StringBuilder(joined.length() + 1);
        if (joined.isEmpty() || Ascii.isDigit(joined.charAt(0)) || joined.charAt(0) == '-') {
            legal.append('_');
        }
        joined.chars().forEach(c -> legal.append(Ascii.isLetterOrDigit(c) || c == '-' ? (char) c : '_'));
        return legal.length() <= CHARS_MAX && legal.toString().equals(joined) ? joined : cut(legal.toString(), joined);
    }

    private static String cut(String legal, String joined) {
        String hash = Sha256.of("", joined.getBytes(StandardCharsets.UTF_8)).substring(0, HASH_CHARS);
        return legal.substring(0, Math.min(legal.length(), CHARS_MAX - 1 - HASH_CHARS)) + "_" + hash;
    }
}
