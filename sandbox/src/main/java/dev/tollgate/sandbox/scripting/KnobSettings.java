package dev.tollgate.sandbox.scripting;

import dev.tollgate.sandbox.routes.CallingProject;
import dev.tollgate.sandbox.routes.Target;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The knobs set for one call: words like {@code status=503 times=2}, behind the model's name ({@code
 * gemini-2.5-pro~status=503~times=2}), in what the user wrote last ({@code [[sandbox: eof after=2]]}) or in a script. Immutable.
 *
 * @param values an empty text for a knob that takes none
 * @param written as it was written, in all places together
 */
public record KnobSettings(Map<Knob, String> values, String written) {

    public static final KnobSettings NONE = new KnobSettings(Map.of(), "");

    private static final Pattern MARKER = Pattern.compile("\\[\\[sandbox:([^\\[\\]]{0,500})]]");
    private static final int CHARACTERS_MAX = 1_000;

    public KnobSettings {
        values = Map.copyOf(values);
    }

    /**
     * Reads words with spaces or commas between them; the last of two that say different things counts.
     *
     * @throws IllegalArgumentException naming the knob that there is not, or the value that it does not take
     */
    public static KnobSettings parse(String text) {
        if (text.length() > CHARACTERS_MAX) {
            throw new IllegalArgumentException("knobs have at most " + CHARACTERS_MAX + " characters");
        }
        Map<Knob, String> values = new EnumMap<>(Knob.class);
        for (String word : text.strip().split("[\\s,]+", -1)) {
            if (!word.isEmpty()) {
                int equals = word.indexOf('=');
                Knob knob = named(equals < 0 ? word : word.substring(0, equals));
                values.put(knob, checked(knob, equals < 0 ? "" : word.substring(equals + 1)));
            }
        }
        return values.isEmpty() ? NONE : new KnobSettings(values, text.strip());
    }

    /** The knobs in a text that a user wrote. */
    public static KnobSettings marked(String text) {
        Matcher marker = MARKER.matcher(text);
        StringBuilder words = new StringBuilder();
        while (marker.find()) {
            words.append(marker.group(1)).append(' ');
        }
        return words.isEmpty() ? NONE : parse(words.toString());
    }

    /** A text without its knobs. */
    public static String withoutMarks(String text) {
        return text.contains("[[sandbox:") ? MARKER.matcher(text).replaceAll("").strip() : text;
    }

    /** These and others, of which the others count where both set the same. */
    public KnobSettings and(KnobSettings others) {
        if (others.values.isEmpty()) {
            return this;
        }
        Map<Knob, String> all = new EnumMap<>(Knob.class);
        all.putAll(values);
        all.putAll(others.values);
        return new KnobSettings(all, (written + " " + others.written).strip());
    }

    public boolean has(Knob knob) {
        return values.containsKey(knob);
    }

    public String text(Knob knob) {
        return values.getOrDefault(knob, "");
    }

    public boolean is(Knob knob, String value) {
        return value.equals(values.get(knob));
    }

    public int number(Knob knob, int otherwise) {
        String value = text(knob);
        return value.isEmpty() ? otherwise : Integer.parseInt(value);
    }

    private static Knob named(String word) {
        return Knob.named(word.replace('-', '_'))
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no knob '" + word + "', only " + Knob.words()));
    }

    private static String checked(Knob knob, String value) {
        if (!knob.takes(value)) {
            throw new IllegalArgumentException("the knob " + knob.word() + " takes " + knob.allowed());
        }
        return value;
    }

    /** Counts the calls that came with the same knobs; the least used are forgotten. Safe for any thread. */
    public static final class KnobUses {

        private static final int KEPT_MAX = 10_000;

        private final LinkedHashMap<String, Integer> counts = new LinkedHashMap<>(16, 0.75f, true);

        /** The knobs if they still count for this call, else none. */
        public KnobSettings still(CallingProject caller, Target target, KnobSettings knobs) {
            if (!knobs.has(Knob.TIMES)) {
                return knobs;
            }
            String calls = caller.project() + "\n" + target.model() + "\n" + knobs.written();
            return next(calls) <= knobs.number(Knob.TIMES, 1) ? knobs : KnobSettings.NONE;
        }

        private synchronized int next(String calls) {
            int count = counts.merge(calls, 1, (left, right) -> Math.min(left + right, Integer.MAX_VALUE - 1));
            if (counts.size() > KEPT_MAX) {
                counts.pollFirstEntry();
            }
            return count;
        }
    }
}
