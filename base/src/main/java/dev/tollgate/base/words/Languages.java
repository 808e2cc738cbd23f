package dev.tollgate.base.words;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The languages that an installation offers. Immutable. */
public final class Languages {

    /** English alone. */
    public static final Languages ENGLISH = new Languages(List.of(Language.ENGLISH), Language.ENGLISH);

    private static final String FOLDER = "/words/";
    private static final int HEADER_CHARS_MAX = 200;
    private static final String ANY = "*";
    private static final Pattern RANGE = Pattern.compile(
            "\\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\\*)\\s*(?:;\\s*[qQ]=(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?))?\\s*");
    private static final int WHOLE = 1_000;

    private final List<Language> offered;
    private final Language usual;

    private Languages(List<Language> offered, Language usual) {
        this.offered = List.copyOf(offered);
        this.usual = usual;
    }

    /** Read once: the files are a part of the program. */
    private static final class Complete {

        static final List<Language> ALL = Stream.of(
                        new String(resource("complete"), StandardCharsets.UTF_8).split("\\s+"))
                .filter(tag -> !tag.isEmpty())
                .map(tag -> file(tag, LanguageFile::readChecked).language(tag))
                .toList();
    }

    /** Returns the languages besides English that lack no sentence: those of the program's file {@code words/complete}. */
    public static List<Language> complete() {
        return Complete.ALL;
    }

    /** Returns the file of a language that the program contains, and checks it. */
    public static LanguageFile read(String tag) {
        return file(tag, LanguageFile::read);
    }

    private interface Reader {
        LanguageFile read(String name, InputStream file) throws IOException;
    }

    private static LanguageFile file(String tag, Reader reader) {
        String name = tag + ".json";
        try (InputStream file = open(name)) {
            return reader.read(FOLDER + name, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream file = open(name)) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String name) {
        return Objects.requireNonNull(Languages.class.getResourceAsStream(FOLDER + name), FOLDER + name);
    }

    /**
     * Returns English and those of the complete languages that are named.
     *
     * @param complete languages besides English
     * @param named tags; empty for all
     * @param usual the tag of the language of readers who have chosen none
     * @throws IllegalArgumentException if a tag is none of a complete language, or {@code usual} none of an offered one; the message begins with the tag
     */
    public static Languages of(List<Language> complete, List<String> named, String usual) {
        List<Language> all =
                Stream.concat(Stream.of(Language.ENGLISH), complete.stream()).toList();
        for (String tag : named) {
            if (all.stream().noneMatch(it -> it.tag().equals(tag))) {
                throw new IllegalArgumentException(
                        "'" + tag + "' is no language of this version; allowed: " + tags(all));
            }
        }
        Languages offered = new Languages(
                all.stream()
                        .filter(it -> it.isEnglish() || named.isEmpty() || named.contains(it.tag()))
                        .toList(),
                Language.ENGLISH);
        Language first = offered.find(usual);
        if (first == null) {
            throw new IllegalArgumentException("'" + usual + "' is not offered; allowed: " + tags(offered.offered));
        }
        return new Languages(offered.offered, first);
    }

    private static String tags(List<Language> languages) {
        return String.join(", ", languages.stream().map(Language::tag).toList());
    }

    /** Returns the offered languages, English first. */
    public List<Language> offered() {
        return offered;
    }

    /** Returns whether a reader can choose. */
    public boolean isChoice() {
        return offered.size() > 1;
    }

    /** Returns the language of readers who have chosen none. */
    public Language usual() {
        return usual;
    }

    /** Returns an offered language; null for an unknown tag or null. */
    public @Nullable Language find(@Nullable String tag) {
        return offered.stream().filter(it -> it.tag().equals(tag)).findFirst().orElse(null);
    }

    /** Returns the first of the chosen languages that is offered; the usual one if none is. @param chosen tags, with nulls */
    public Language first(@Nullable String... chosen) {
        for (String tag : chosen) {
            Language found = find(tag);
            if (found != null) {
                return found;
            }
        }
        return usual;
    }

    /**
     * Returns the tag of the offered language that a browser prefers (L17).
     *
     * @param header an {@code Accept-Language}, of which the first 200 characters are read
     * @return null if the header is missing, broken, or names no offered language
     */
    public @Nullable String accepted(@Nullable String header) {
        if (header == null || !isChoice()) {
            return null;
        }
        List<Range> ranges = new ArrayList<>();
        String read = header.length() <= HEADER_CHARS_MAX
                ? header
                : header.substring(0, Math.max(0, header.lastIndexOf(',', HEADER_CHARS_MAX)));
        for (String range : read.split(",")) {
            Matcher parts = RANGE.matcher(range);
            if (!parts.matches()) {
                return null;
            }
            ranges.add(new Range(parts.group(1), thousandths(parts.group(2))));
        }
        return ranges.stream()
                .filter(range -> range.quality > 0)
                .sorted(Comparator.comparingInt(
                        (Range range) -> -range.quality)) // a stable sort: the first of equals stays it
                .map(range -> offeredFor(range.tag))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private record Range(String tag, int quality) {}

    private static int thousandths(@Nullable String quality) {
        if (quality == null || quality.startsWith("1")) {
            return WHOLE;
        }
        String digits = quality.length() <= 2 ? "" : quality.substring(2);
        return Integer.parseInt((digits + "000").substring(0, 3));
    }

    private @Nullable String offeredFor(String range) {
        if (range.equals(ANY)) {
            return usual.tag();
        }
        return offered.stream()
                .map(Language::tag)
                .filter(tag -> tag.equalsIgnoreCase(range))
                .findFirst()
                .orElseGet(() -> offered.stream()
                        .map(Language::tag)
                        .filter(tag -> primary(tag).equals(primary(range)))
                        .findFirst()
                        .orElse(null));
    }

    private static String primary(String tag) {
        return tag.split("-")[0].toLowerCase(Locale.ROOT);
    }
}
