package dev.tollgate.sandbox.samples;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What can be picked out of a prompt without understanding it: the things named, the numbers. Patterns run over the first
 * 2,000 characters only.
 */
public final class Prompt {

    private static final int LOOKED_AT_CHARACTERS_MAX = 2_000;
    private static final int THINGS_MAX = 8;
    private static final Pattern AFTER_PREPOSITION =
            Pattern.compile("\\b(?:in|for|at|near|of|from|to|about)\\s+([^.?!;\\n]{1,200})", Pattern.CASE_INSENSITIVE);

    /** In pairs only: what opens stands before a word, what closes behind one. An apostrophe in a word is neither. */
    private static final Pattern QUOTED = Pattern.compile(
            "(?<![\\p{L}\\p{N}])(?:\"([^\"\\n]{1,200})\"|“([^“”\\n]{1,200})”|„([^„“”\\n]{1,200})[“”]|«([^«»\\n]{1,200})»"
                    + "|'((?:[^'\\n]|(?<=[\\p{L}\\p{N}])'(?=[\\p{L}\\p{N}])){1,200})'|‘((?:[^‘’\\n]|(?<=[\\p{L}\\p{N}])’(?=[\\p{L}\\p{N}])){1,200})’)(?![\\p{L}\\p{N}])");

    private static final Pattern SUM = Pattern.compile("\\d{1,18}(?:\\s*[-+*/]\\s*\\d{1,18}){1,8}");
    private static final Pattern CAPITALS = Pattern.compile("(?<=\\s)\\p{Lu}[\\p{L}'-]{1,40}");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,15}(?:\\.\\d{1,6})?");
    private static final Pattern TRAILING = Pattern.compile(
            "\\s+(?:today|tomorrow|now|right now|please|tonight|in (?:celsius|fahrenheit))$", Pattern.CASE_INSENSITIVE);

    private final String text;

    public Prompt(String text) {
        this.text = text.substring(0, Math.min(text.length(), LOOKED_AT_CHARACTERS_MAX));
    }

    public String text() {
        return text;
    }

    private List<String> quoted() {
        List<String> quoted = new ArrayList<>();
        Matcher pair = QUOTED.matcher(text);
        while (quoted.size() < THINGS_MAX && pair.find()) {
            for (int group = 1; group <= pair.groupCount(); group++) {
                if (pair.group(group) != null) {
                    quoted.add(pair.group(group).strip());
                }
            }
        }
        return quoted.stream().filter(thing -> !thing.isEmpty()).toList();
    }

    /** Returns whether something stands in quotes. */
    public boolean quotes() {
        return !quoted().isEmpty();
    }

    /** A sum of whole numbers: digits and signs, and nothing else. */
    Optional<String> sum() {
        Matcher sum = SUM.matcher(text);
        return sum.find() ? Optional.of(sum.group()) : Optional.empty();
    }

    /** Quoted words, else what stands behind a preposition ("in Oslo and Rome" names two), else capitalised words. */
    public List<String> things() {
        List<String> quoted = quoted();
        if (!quoted.isEmpty()) {
            return quoted;
        }
        Matcher preposition = AFTER_PREPOSITION.matcher(text);
        if (preposition.find()) {
            return split(preposition.group(1));
        }
        Matcher capitals = CAPITALS.matcher(text);
        return capitals.find() ? List.of(capitals.group()) : List.of();
    }

    Optional<String> firstNumber() {
        Matcher number = NUMBER.matcher(text);
        return number.find() ? Optional.of(number.group()) : Optional.empty();
    }

    private static List<String> split(String phrase) {
        List<String> things = new ArrayList<>();
        for (String thing : phrase.split("\\s*,\\s*(?:and\\s+)?|\\s+and\\s+", THINGS_MAX)) {
            String bare = TRAILING.matcher(thing.strip()).replaceAll("").replaceFirst("^(?:the|in)\\s+", "");
            if (!bare.isEmpty()) {
                things.add(bare);
            }
        }
        return things;
    }
}
