package dev.tollgate.pages.playground;

import dev.tollgate.customers.figures.AccountHistory.Charge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import tools.jackson.databind.json.JsonMapper;

/**
 * The charges of an account's last calls, by model and length of the prompt: they say what the next call will cost. Pure.
 *
 * @param byModel of each model the usual charges by {@link #step}
 */
record UsualCharges(Map<String, Map<Integer, Usual>> byModel) {

    /** Fewer calls say nothing about the next one. */
    private static final int CALLS_MIN = 5;

    /** Prompts up to this price are alike: many models charge no less. */
    private static final long SHORT_MICROS = 10_000;

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * Charges in micro-credits, from the tenth to the ninetieth of a hundred calls.
     *
     * @param median 0 unless it is within a factor of 1.5 of at least half of the charges
     */
    record Usual(long low, long median, long high) {}

    /** @param prompt returns the price of a call's prompt alone, in micro-credits */
    static UsualCharges of(List<Charge> charges, ToLongFunction<Charge> prompt) {
        Map<String, Map<Integer, List<Long>>> sorted = new HashMap<>();
        charges.stream()
                .sorted((one, other) -> Long.compare(one.micros(), other.micros()))
                .forEach(charge -> sorted.computeIfAbsent(charge.model(), _ -> new TreeMap<>())
                        .computeIfAbsent(step(prompt.applyAsLong(charge)), _ -> new ArrayList<>())
                        .add(charge.micros()));
        Map<String, Map<Integer, Usual>> byModel = new HashMap<>();
        sorted.forEach((model, steps) -> steps.forEach((step, micros) -> {
            if (micros.size() >= CALLS_MIN) {
                byModel.computeIfAbsent(model, _ -> new TreeMap<>()).put(step, usual(micros));
            }
        }));
        return new UsualCharges(byModel);
    }

    /** Returns the power of two below the price of a prompt. Prompts of one step are as long as each other; the page's script has the same rule. */
    static int step(long promptMicros) {
        return 63 - Long.numberOfLeadingZeros(Math.max(SHORT_MICROS, promptMicros));
    }

    /** @param micros sorted */
    private static Usual usual(List<Long> micros) {
        int last = micros.size() - 1;
        long median = micros.get(last / 2);
        long near = micros.stream()
                .filter(each -> 3 * each >= 2 * median && 2 * each <= 3 * median)
                .count();
        return new Usual(micros.get(last / 10), 2 * near >= micros.size() ? median : 0, micros.get(last * 9 / 10));
    }

    /** Returns what the page's script reads of a model: three charges by step. */
    String json(String model) {
        Map<Integer, long[]> written = new TreeMap<>();
        byModel.getOrDefault(model, Map.of())
                .forEach((step, usual) -> written.put(step, new long[] {usual.low(), usual.median(), usual.high()}));
        return JSON.writeValueAsString(written);
    }
}
