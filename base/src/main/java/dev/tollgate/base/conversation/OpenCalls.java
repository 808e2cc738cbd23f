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
 * The calls of a turn of the model, and their results so far, in any form of a request. A result answers the first call with its key that waits; keys may
 * repeat between turns and even within one (protocol 4.8). Where the order alone matches calls with results, all have the same key. Each call and each result
 * costs the same however many there are: there may be ten thousand of both. Confined to a thread.
 *
 * @param <C> a call, as the form has it
 * @param <R> a result, as the form has it
 */
public final class OpenCalls<C, R> {

    private final List<C> calls = new ArrayList<>();
    private final List<@Nullable R> results = new ArrayList<>();
    /** The places of the calls that wait for a result, by key; empty once all with the key have one. */
    private final Map<String, Deque<Integer>> waiting = new HashMap<>();

    private int unanswered;

    /** A call with its result. */
    public record Answered<C, R>(C call, R result) {}

    public void add(String key, C call) {
        waiting.computeIfAbsent(key, _ -> new ArrayDeque<>(1)).add(calls.size());
        calls.add(call);
        results.add(null);
        unanswered++;
    }

    /** Returns whether a call has the key, with or without a result. */
    public boolean has(String key) {
        return waiting.containsKey(key);
    }

    /** Adds a result. @return the call that it answers; null if none with its key waits, and the result is not added then */
    public @Nullable C answer(String key, R result) {
        Deque<Integer> its = waiting.get(key);
        Integer first = its == null ? null : its.poll();
        if (first == null) {
            return null;
        }
        results.set(first, result);
        unanswered--;
        return calls.get(first);
    }

    /** Returns whether each call has a result. */
    public boolean isAnswered() {
        return unanswered == 0;
    }

    /** Returns the calls without a result, in their order. */
    public List<C> unanswered() {
        List<C> all = new ArrayList<>(unanswered);
        for (int i = 0; i < calls.size(); i++) {
            if (results.get(i) == null) {
                all.add(calls.get(i));
            }
        }
        return all;
    }

    /** Returns the calls with their results, in the order of the calls. Each must have one. */
    public List<Answered<C, R>> answered() {
        List<Answered<C, R>> all = new ArrayList<>(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            all.add(new Answered<>(calls.get(i), Objects.requireNonNull(results.get(i))));
        }
        return List.copyOf(all);
    }
}
