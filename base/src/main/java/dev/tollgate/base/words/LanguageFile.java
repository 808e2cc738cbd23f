package dev.tollgate.base.words;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/**
 * The file of a language: its head, and for each template, class or script, the sentences that stand first in it, with their translations, in
 * the order of the source. An empty translation is missing, and so is one that begins with {@code "? "}, the translation of a former
 * sentence (L7, L9). Immutable.
 *
 * @param places the translations by English sentence, by place
 */
public record LanguageFile(Head head, Map<String, Map<String, String>> places) {

    /** The marks of a language. @param name in the language itself */
    public record Head(String name, Plural plural, Signs signs) {

        private static final Set<String> NAMES = Set.of("name", "plural", "decimal", "group");

        private static Head of(Map<String, String> entries) {
            if (!entries.keySet().equals(NAMES)) {
                throw new IllegalArgumentException(
                        "the head has " + new TreeSet<>(entries.keySet()) + "; it must have " + new TreeSet<>(NAMES));
            }
            return new Head(
                    entries.getOrDefault("name", ""),
                    Plural.of(entries.getOrDefault("plural", "")),
                    new Signs(sign(entries, "decimal"), sign(entries, "group")));
        }

        private static char sign(Map<String, String> entries, String name) {
            String sign = entries.getOrDefault(name, "");
            if (sign.length() != 1) {
                throw new IllegalArgumentException("\"" + name + "\" is \"" + sign + "\"; it must be one character");
            }
            return sign.charAt(0);
        }

        private Map<String, String> entries() {
            Map<String, String> entries = new LinkedHashMap<>();
            entries.put("name", name);
            entries.put("plural", plural.word());
            entries.put("decimal", String.valueOf(signs.decimal()));
            entries.put("group", String.valueOf(signs.group()));
            return entries;
        }
    }

    private static final String HEAD = "";
    private static final String TO_REVIEW = "? ";

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    public LanguageFile {
        Map<String, Map<String, String>> copied = new LinkedHashMap<>();
        places.forEach((place, its) -> copied.put(place, Collections.unmodifiableMap(new LinkedHashMap<>(its))));
        places = Collections.unmodifiableMap(copied);
    }

    /**
     * Reads a file and checks its translations.
     *
     * @param name of the file, for messages
     * @throws IllegalArgumentException with file, entry and reason if it is no such file, has a sentence twice, or a translation has other names,
     *     elements or forms than its English sentence
     */
    public static LanguageFile read(String name, InputStream file) throws IOException {
        return read(name, file, LanguageFile::check);
    }

    /** Reads a file whose translations a test has checked: to check thousands takes longer than all else of a start. */
    static LanguageFile readChecked(String name, InputStream file) throws IOException {
        return read(name, file, _ -> {});
    }

    private static LanguageFile read(String name, InputStream file, Consumer<LanguageFile> check) throws IOException {
        try (JsonParser json = JSON.createParser(file)) {
            LanguageFile read = read(json);
            check.accept(read);
            return read;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private static LanguageFile read(JsonParser json) {
        Map<String, Map<String, String>> places = new LinkedHashMap<>();
        Map<String, String> placeOf = new HashMap<>();
        require(json, JsonToken.START_OBJECT);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String place = json.currentName();
            require(json, JsonToken.START_OBJECT);
            Map<String, String> entries = new LinkedHashMap<>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String english = json.currentName();
                require(json, JsonToken.VALUE_STRING);
                entries.put(english, json.getString());
                String other = place.equals(HEAD) ? null : placeOf.put(english, place);
                if (other != null) {
                    throw new IllegalArgumentException("\"" + english + "\" is in " + other + " and in " + place);
                }
            }
            places.put(place, entries);
        }
        Map<String, String> head = places.remove(HEAD);
        return new LanguageFile(Head.of(head == null ? Map.of() : head), places);
    }

    private static void require(JsonParser json, JsonToken token) {
        if (json.nextToken() != token) {
            throw new IllegalArgumentException(
                    "line " + json.currentLocation().getLineNr() + " must be an object of objects of texts");
        }
    }

    /** Names everything that is wrong: a translator mends many. */
    private void check() {
        List<String> complaints = new ArrayList<>();
        places.forEach((place, entries) -> entries.forEach((english, translation) -> {
            String complaint = isThere(translation)
                    ? SentencePattern.english(english).complaint(translation, head.plural())
                    : null;
            if (complaint != null) {
                complaints.add(place + ": \"" + english + "\": \"" + translation + "\" " + complaint);
            }
        }));
        if (!complaints.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", complaints));
        }
    }

    /** Returns whether a translation is there and of the present sentence. */
    public static boolean isThere(@Nullable String translation) {
        return translation != null && !translation.isEmpty() && !translation.startsWith(TO_REVIEW);
    }

    /** Returns the translations that are there, by English sentence. */
    public Map<String, String> translations() {
        Map<String, String> all = new HashMap<>();
        places.values()
                .forEach(entries -> entries.forEach((english, translation) -> {
                    if (isThere(translation)) {
                        all.put(english, translation);
                    }
                }));
        return Map.copyOf(all);
    }

    public Language language(String tag) {
        return new Language(tag, head.name(), head.plural(), head.signs(), translations()::get);
    }

    /** Returns the file's text: a line for each sentence. */
    public String written() {
        StringBuilder text = new StringBuilder("{\n  \"\": {");
        String separator = "";
        for (Map.Entry<String, String> entry : head.entries().entrySet()) {
            text.append(separator).append(line(entry));
            separator = ", ";
        }
        text.append("}");
        places.forEach((place, entries) -> {
            text.append(",\n  ").append(quoted(place)).append(": {");
            String end = "\n    ";
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                text.append(end).append(line(entry));
                end = ",\n    ";
            }
            text.append(entries.isEmpty() ? "}" : "\n  }");
        });
        return text.append("\n}\n").toString();
    }

    private static String line(Map.Entry<String, String> entry) {
        return quoted(entry.getKey()) + ": " + quoted(entry.getValue());
    }

    private static String quoted(String text) {
        return "\"" + String.valueOf(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + "\"";
    }
}
