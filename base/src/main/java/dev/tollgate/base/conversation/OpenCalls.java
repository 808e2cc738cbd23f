package dev.tollgate.base.conversation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a turn of the assistant, and their results so far. Adjacent messages of the assistant are one turn (D55). A result answers the first call with
 * its id that waits; ids may repeat between turns and even within one (protocol 4.8). Each call and each result costs the same however many there are: there
 * may be ten thousand of both. Confined to a thread.
 */
public final class OpenCalls {

    private final Message.Assistant caller;
    private final List<Message.ToolCall> calls = new ArrayList<>();
    private final List<Message.@Nullable ToolResult> results = new ArrayList<>();
    /** The places of the calls that wait for a result, by key; empty once all with the key have one. */
    private final Map<String, Deque<Integer>> waiting = new HashMap<>();

    private int unanswered;

    /** A call with its result. */
    public record Answered(Message.ToolCall call, Message.ToolResult result) {}

    /** @param caller the first message of the turn, whose calls are added like the calls of the others */
    public OpenCalls(Message.Assistant caller) {
        this.caller = caller;
    }

    /** Returns the key by which a result names its call. A form without ids has results that name the function. */
    public static String key(Message.ToolCall call) {
        return Objects.requireNonNullElse(call.id(), call.name());
    }

    /** Returns the first message of the turn. */
    public Message.Assistant caller() {
        return caller;
    }

    public void add(Message.ToolCall call) {
        waiting.computeIfAbsent(key(call), _ -> new ArrayDeque<>(1)).add(calls.size());
        calls.add(call);
        results.add(null);
        unanswered++;
    }

    /** Returns whether a call has the key, with or without a result. */
    public boolean has(String key) {
        return waiting.containsKey(key);
    }

    /** Adds a result. @return false if it answers no call that waits; it is not added then */
    public boolean answer(Message.ToolResult result) {
        Deque<Integer> its = waiting.get(result.toolCallId());
        Integer first = its == null ? null : its.poll();
        if (first == null) {
            return false;
        }
        results.set(first, result);
        unanswered--;
        return true;
    }

    /** Returns whether no call has a result yet. */
    public boolean isUntouched() {
        return unanswered == calls.size();
    }

    /** Returns whether each call has a result. */
    public boolean isAnswered() {
        return unanswered == 0;
    }

    /** Returns the keys of the calls without a result, in the order of the calls. */
    public List<String> unanswered() {
        List<String> keys = new ArrayList<>(unanswered);
        for (int i = 0; i < calls.size(); i++) {
            if (results.get(i) == null) {
                keys.add(key(calls.get(i)));
            }
        }
        return keys;
    }

    /** Returns the calls with their results, in the order of the calls. Each must have one. */
    public List<Answered> answered() {
        List<Answered> all = new ArrayList<>(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            all.add(new Answered(calls.get(i), Objects.requireNonNull(results.get(i))));
        }
        return List.copyOf(all);
    }
}
