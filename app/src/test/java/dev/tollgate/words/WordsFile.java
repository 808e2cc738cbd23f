package dev.tollgate.words;

import dev.tollgate.base.words.LanguageFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A language's file next to the sources.
 *
 * @param tag the language's, which is the file's name
 */
public record WordsFile(String tag, LanguageFile file) {

    static final Path FOLDER = Path.of("portal/src/main/resources/words");

    /** Before a translation of an older sentence, which counts as missing. */
    private static final String OLD = "? ";

    private static final double ALIKE = 0.7;

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    /** In Chinese: Han next to a Latin letter or digit, without a blank. Dates and times have none. */
    private static final Pattern CROWDED = Pattern.compile(
            "[\\p{IsHan}&&[^年月日时分秒至]][A-Za-z0-9]|(?<!日)至[A-Za-z0-9]|[A-Za-z0-9][\\p{IsHan}&&[^年月日时分秒]]|[年月日时分秒][A-Za-z]|[A-Za-z][年月日时分秒]");

    /** Returns the files of all languages. */
    public static List<WordsFile> all() {
        try (var files = Files.list(FOLDER)) {
            return files.filter(it -> it.toString().endsWith(".json"))
                    .sorted()
                    .map(WordsFile::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the tags of the languages that must lack nothing. */
    public static Set<String> complete() throws IOException {
        return Set.copyOf(Files.readAllLines(FOLDER.resolve("complete")));
    }

    private static WordsFile read(Path file) {
        try {
            return of(file.getFileName().toString().replaceFirst("\\.json$", ""), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static WordsFile of(String tag, String json) throws IOException {
        return new WordsFile(
                tag, LanguageFile.read(tag, new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8))));
    }

    /** Returns all translations, the missing ones included, by their English sentence. */
    public Map<String, String> entries() {
        Map<String, String> all = new LinkedHashMap<>();
        file.places().values().forEach(all::putAll);
        return all;
    }

    /** Returns the sentences without a translation, in the order of the sources. */
    public List<String> missing(Collection<String> sentences) {
        Map<String, String> entries = entries();
        return sentences.stream()
                .filter(it -> !LanguageFile.isThere(entries.get(it)))
                .toList();
    }

    // ---- what is wrong ----

    /** Returns what is wrong besides names, elements and forms, which the program checks, too. @param sentences those of the sources */
    public List<String> faults(Set<String> sentences) {
        List<String> faults = new ArrayList<>();
        file.places()
                .forEach((place, entries) -> entries.forEach((english, translation) -> {
                    List<String> its = new ArrayList<>();
                    if (!sentences.contains(english)) {
                        its.add("is used by no source");
                    }
                    if (LanguageFile.isThere(translation)) {
                        addFaults(english, translation, its);
                    }
                    its.forEach(
                            it -> faults.add(tag + ", " + place + ": '" + english + "': '" + translation + "' " + it));
                }));
        return faults;
    }

    private void addFaults(String english, String translation, List<String> faults) {
        List<String> forms = Shape.of(english).forms();
        for (String form : translation.split(" \\| ", -1)) {
            if (!form.equals(form.strip()) || form.contains("  ")) {
                faults.add("has a blank at an end, or two in a row");
            }
            if (CONTROL.matcher(form).find()) {
                faults.add("has a control or format character");
            }
            if (!end(form).equals(end(forms.getLast()))) {
                faults.add("does not end as English does");
            }
            if (tag.startsWith("zh") && CROWDED.matcher(form).find()) {
                faults.add("has Han beside a letter or digit without a blank");
            }
        }
    }

    private static String end(String text) {
        String last = text.isEmpty() ? "" : text.substring(text.length() - 1);
        return switch (last) {
            case ".", "。" -> ".";
            case "?", "？" -> "?";
            case ":", "：" -> ":";
            default -> "";
        };
    }

    // ---- writing ----

    /**
     * Returns the file for these sentences: without those that no source uses, and with new ones.
     *
     * @param isSame whether a new sentence gets the translation of an old one that is alike as it is; else it is marked as the old one's
     */
    public WordsFile with(Map<String, List<String>> sentences, boolean isSame) {
        Map<String, String> before = entries();
        Set<String> used = new HashSet<>();
        sentences.values().forEach(used::addAll);
        Map<String, Map<String, String>> after = new LinkedHashMap<>();
        sentences.forEach((place, its) -> {
            Map<String, String> dropped = new HashMap<>(file.places().getOrDefault(place, Map.of()));
            dropped.keySet().removeAll(used);
            Map<String, String> entries = new LinkedHashMap<>();
            for (String english : its) {
                String known = before.get(english);
                entries.put(english, known != null ? known : alike(english, dropped, isSame));
            }
            after.put(place, entries);
        });
        return new WordsFile(tag, new LanguageFile(file.head(), after));
    }

    /** Returns the translation of the sentence that is most alike; empty if none is. */
    private static String alike(String english, Map<String, String> dropped, boolean isSame) {
        String best = "";
        double most = ALIKE;
        for (Map.Entry<String, String> old : dropped.entrySet()) {
            double share = share(english, old.getKey());
            if (share >= most && !old.getValue().isEmpty()) {
                most = share;
                String text = old.getValue().startsWith(OLD) ? old.getValue().substring(OLD.length()) : old.getValue();
                best = isSame && LanguageFile.isThere(old.getValue()) ? text : OLD + text;
            }
        }
        return best;
    }

    /** Returns which part of the longer sentence's words the other one has, too. */
    static double share(String one, String other) {
        List<String> words = new ArrayList<>(Arrays.asList(one.split("\\s+")));
        List<String> others = Arrays.asList(other.split("\\s+"));
        int longer = Math.max(words.size(), others.size());
        long common = others.stream().filter(words::remove).count();
        return (double) common / longer;
    }

    public void write() throws IOException {
        Files.writeString(FOLDER.resolve(tag + ".json"), file.written());
    }
}
