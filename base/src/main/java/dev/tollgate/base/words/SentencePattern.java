package dev.tollgate.base.words;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A sentence with places for values: text, {@code {name}} for a value, and {@code <name>…</name>} for an element around a part of it. All else is
 * text. {@code " | "} separates the form for 1 from the form for all other numbers, chosen by {@code {n}}. {@code word::} in front of an English
 * sentence is a context, which separates two meanings and is not shown (L2).
 */
public final class SentencePattern {

    /** A part of a form. {@code at} is the number of its value, in the order in which English names them. */
    public sealed interface Part {

        record Text(String text) implements Part {}

        record Value(int at) implements Part {}

        record Element(int at, List<Part> parts) implements Part {}
    }

    private static final Pattern CONTEXT = Pattern.compile("^[a-z][a-z0-9-]*::");
    private static final Pattern PLACE = Pattern.compile("\\{([a-z][A-Za-z0-9]*)}|<(/?)([a-z][A-Za-z0-9]*)>");
    private static final String OR = " | ";
    private static final String NUMBER = "n";

    private final List<String> names;
    private final List<List<Part>> forms;
    private final Plural plural;

    private SentencePattern(List<String> names, List<List<Part>> forms, Plural plural) {
        this.names = List.copyOf(names);
        this.forms = List.copyOf(forms);
        this.plural = plural;
    }

    /**
     * Reads an English sentence.
     *
     * @throws IllegalArgumentException if an element is not closed, or if two forms have no {@code {n}}
     */
    public static SentencePattern english(String sentence) {
        List<String> names = new ArrayList<>();
        List<List<Part>> forms = new ArrayList<>();
        for (String form : CONTEXT.matcher(sentence).replaceFirst("").split(Pattern.quote(OR), -1)) {
            Reading reading = new Reading(name -> {
                if (!names.contains(name)) {
                    names.add(name);
                }
                return names.indexOf(name);
            });
            forms.add(reading.read(form));
            if (reading.strayTag != null) {
                throw new IllegalArgumentException(reading.strayTag + " has no counterpart in \"" + sentence + "\"");
            }
        }
        if (forms.size() > 1 && (forms.size() != Plural.ONE.forms() || !names.contains(NUMBER))) {
            throw new IllegalArgumentException("two forms and {n} belong together: \"" + sentence + "\"");
        }
        return new SentencePattern(names, forms, Plural.ONE);
    }

    /** Reads a translation of this English sentence. What is none of its names is text. */
    public SentencePattern translation(String text, Plural ofLanguage) {
        List<List<Part>> read = new ArrayList<>();
        for (String form : isPair() ? text.split(Pattern.quote(OR), -1) : new String[] {text}) {
            read.add(new Reading(names::indexOf).read(form));
        }
        return new SentencePattern(names, read, ofLanguage);
    }

    /** Returns what is wrong with a translation of this English sentence; null if nothing is. */
    public @Nullable String complaint(String text, Plural ofLanguage) {
        int formsWanted = isPair() ? ofLanguage.forms() : 1;
        String[] texts = text.split(Pattern.quote(OR), -1);
        if (texts.length != formsWanted) {
            return "has " + texts.length + " forms and needs " + formsWanted;
        }
        for (String form : texts) {
            Set<String> found = new HashSet<>();
            Reading reading = new Reading(name -> {
                found.add(name);
                return 0;
            });
            reading.read(form);
            if (reading.strayTag != null) {
                return reading.strayTag + " has no counterpart";
            }
            for (String name : names) {
                if (!found.remove(name) && !(isPair() && name.equals(NUMBER))) {
                    return "lacks " + written(name);
                }
            }
            if (!found.isEmpty()) {
                return "has " + written(found.iterator().next()) + ", which the English sentence lacks";
            }
        }
        return null;
    }

    private static String written(String name) {
        return name.startsWith("<") ? name : "{" + name + "}";
    }

    /** Returns the names of the values, in their order; of an element with its angle brackets. */
    public List<String> names() {
        return names;
    }

    /** Returns whether it has a form for 1 and one for other numbers. */
    public boolean isPair() {
        return names.contains(NUMBER) && forms.size() > 1;
    }

    /** Returns the parts to write for the values. @throws IllegalArgumentException if their number is wrong, or {@code {n}} is none */
    public List<Part> parts(Object... values) {
        if (values.length != names.size()) {
            throw new IllegalArgumentException("the values of " + names + " are " + values.length);
        }
        if (forms.size() == 1) {
            return forms.getFirst();
        }
        return values[names.indexOf(NUMBER)] instanceof Number n
                ? forms.get(Math.min(plural.form(n.longValue()), forms.size() - 1))
                : fail("{n} must be a number");
    }

    /** Returns the text for values that are written as texts. @throws IllegalArgumentException if it has an element */
    String text(Language language, Object... values) {
        List<Part> parts = parts(values);
        if (parts.size() == 1 && parts.getFirst() instanceof Part.Text(String only)) {
            return only;
        }
        StringBuilder text = new StringBuilder();
        for (int part = 0; part < parts.size(); part++) {
            switch (parts.get(part)) {
                case Part.Text _ -> text.append(besideValues(parts, part, language, values));
                case Part.Value(int at) -> text.append(language.text(values[at]));
                case Part.Element(int at, List<Part> _) ->
                    fail("the element " + names.get(at) + " is for rich() alone");
            }
        }
        return text.toString();
    }

    /**
     * Returns a text as it stands next to its values. A translation has a blank between a Chinese character and a value, which mostly begins and ends
     * with a letter or a digit; it goes if the value has a Chinese character at that end (L36), also one within an element.
     *
     * @param part the text's place among the parts
     * @param values where a value is none of a sentence, its text as a {@link CharSequence} if it can have words
     */
    public static String besideValues(List<Part> parts, int part, Language language, Object... values) {
        String text = ((Part.Text) parts.get(part)).text();
        int from = 0;
        int to = text.length();
        if (to < 2) {
            return text;
        }
        if (part > 0 && text.charAt(0) == ' ' && isWide(text.charAt(1))) {
            String before = wordsOf(parts.get(part - 1), language, values);
            from = !before.isEmpty() && isWide(before.charAt(before.length() - 1)) ? 1 : 0;
        }
        if (part + 1 < parts.size() && text.charAt(to - 1) == ' ' && isWide(text.charAt(to - 2))) {
            String after = wordsOf(parts.get(part + 1), language, values);
            to -= !after.isEmpty() && isWide(after.charAt(0)) ? 1 : 0;
        }
        return text.substring(from, to);
    }

    /** Returns the text of a part if it can have words; else none. */
    private static String wordsOf(Part part, Language language, Object... values) {
        return switch (part) {
            case Part.Text(String text) -> text;
            case Part.Value(int at) ->
                switch (values[at]) {
                    case Sentence sentence -> sentence.in(language);
                    case CharSequence text -> text.toString();
                    default -> "";
                };
            case Part.Element(int _, List<Part> inner) ->
                inner.stream().map(each -> wordsOf(each, language, values)).collect(Collectors.joining());
        };
    }

    /** Returns whether a character is a Chinese one, kana, or a sign of full width. */
    private static boolean isWide(char sign) {
        return sign >= '\u3001' && sign <= '\u9fff'
                || sign >= '\uff01' && sign <= '\uff5e'
                || sign == '“'
                || sign == '”';
    }

    private static <T> T fail(String why) {
        throw new IllegalArgumentException(why);
    }

    /** Reads one form. @param places gives the number of a name, -1 if it is text */
    private static final class Reading {

        private final ToIntFunction<String> places;
        private final Deque<Open> open = new ArrayDeque<>();
        private @Nullable String strayTag;

        /** An element whose end has not come yet. */
        private record Open(String tag, int at, List<Part> parts) {}

        Reading(ToIntFunction<String> places) {
            this.places = places;
        }

        List<Part> read(String form) {
            List<Part> whole = new ArrayList<>();
            open.push(new Open("", -1, whole));
            Matcher place = PLACE.matcher(form);
            int from = 0;
            while (place.find()) {
                text(form.substring(from, place.start()));
                from = place.end();
                if (place.group(1) != null) {
                    value(place.group(1), place.group());
                } else if (place.group(2).isEmpty()) {
                    begin(place.group());
                } else {
                    end("<" + place.group(3) + ">", place.group());
                }
            }
            text(form.substring(from));
            while (open.size() > 1) {
                Open unclosed = open.pop();
                stray(unclosed.tag);
                text(unclosed.tag);
                unclosed.parts.forEach(this::add);
            }
            return List.copyOf(whole);
        }

        private void value(String name, String written) {
            int at = places.applyAsInt(name);
            if (at < 0) {
                text(written);
            } else {
                add(new Part.Value(at));
            }
        }

        private void begin(String tag) {
            int at = places.applyAsInt(tag);
            if (at < 0) {
                text(tag);
            } else {
                open.push(new Open(tag, at, new ArrayList<>()));
            }
        }

        private void end(String tag, String written) {
            if (open.element().tag.equals(tag)) {
                Open ended = open.pop();
                add(new Part.Element(ended.at, List.copyOf(ended.parts)));
            } else {
                stray(written);
                text(written);
            }
        }

        private void stray(String tag) {
            if (strayTag == null) {
                strayTag = tag;
            }
        }

        private void text(String text) {
            if (!text.isEmpty()) {
                add(new Part.Text(text));
            }
        }

        /** Adds a part; a text that follows a text becomes a part of it. */
        private void add(Part part) {
            List<Part> parts = open.element().parts;
            if (part instanceof Part.Text(String next)
                    && !parts.isEmpty()
                    && parts.getLast() instanceof Part.Text(String before)) {
                parts.set(parts.size() - 1, new Part.Text(before + next));
            } else {
                parts.add(part);
            }
        }
    }
}
