package dev.tollgate.operator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The steps of a golden file and their results. What is random is replaced by a name with a number, in the order of first appearance:
 * {@code {acc:1}}. A later step may name it so.
 */
final class Transcript {

    /** Each with one group for the kind, unless the kind is fixed. */
    private static final Pattern NAMED = Pattern.compile("\\b(acc|key|per|team|mail|chatcmpl)[_-][A-Za-z0-9]{20,40}\\b"
            + "|\\b(sk)-[0-9a-f]{64}\\b|(?<=/)(invite|reset)/[A-Za-z0-9_-]{20,}");

    /** What differs from run to run and is never named by a later step. */
    private static final Map<Pattern, String> MASKED = Map.of(
            Pattern.compile("\\bsk-[0-9a-f]{8}\\b"), "{prefix}",
            Pattern.compile("\\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z"), "{time}",
            Pattern.compile("(?<=\"mark\"{1,2} ?: ?\"{1,2})[0-9a-f]{16}(?=\")"), "{mark}",
            Pattern.compile("\"milliseconds\" ?: ?[0-9]+"), "\"milliseconds\" : {n}",
            Pattern.compile("\\b([0-9A-Z]{5}-){3}[0-9A-Z]{5}\\b"), "{code}");

    private final List<String> lines = new ArrayList<>();
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, String> values = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, String> fixed;

    /** @param fixed what is shown by another name, like the folder of the data, by its text */
    Transcript(Map<String, String> fixed) {
        this.fixed = Map.copyOf(fixed);
    }

    /** Runs each step that is not empty and no comment, and writes down its result. */
    void play(String script, Function<String, String> step) {
        for (String line : script.lines().toList()) {
            lines.add(line);
            if (!line.isBlank() && !line.startsWith("#")) {
                String result = masked(step.apply(meant(line)));
                if (!result.isEmpty()) {
                    lines.add(result);
                }
            }
        }
    }

    void add(String text) {
        lines.add(masked(text));
    }

    String text() {
        return String.join("\n", lines);
    }

    /** The step with the values of all names. */
    private String meant(String line) {
        String meant = line;
        for (Map.Entry<String, String> value : values.entrySet()) {
            meant = meant.replace(value.getKey(), value.getValue());
        }
        return meant;
    }

    private String masked(String text) {
        String masked = text;
        for (Map.Entry<String, String> each : fixed.entrySet()) {
            masked = masked.replace(each.getKey(), each.getValue());
        }
        masked = NAMED.matcher(masked).replaceAll(found -> Matcher.quoteReplacement(name(found.group(), kind(found))));
        for (Map.Entry<Pattern, String> mask : MASKED.entrySet()) {
            masked = mask.getKey().matcher(masked).replaceAll(Matcher.quoteReplacement(mask.getValue()));
        }
        return masked.stripTrailing();
    }

    private static String kind(MatchResult found) {
        for (int group = 1; group < found.groupCount(); group++) {
            if (found.group(group) != null) {
                return found.group(group);
            }
        }
        return found.group(found.groupCount());
    }

    private String name(String value, String kind) {
        return names.computeIfAbsent(value, it -> {
            String name = "{" + kind + ":" + counts.merge(kind, 1, Integer::sum) + "}";
            values.put(name, value);
            return name;
        });
    }
}
