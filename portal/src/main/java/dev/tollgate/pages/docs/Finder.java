package dev.tollgate.pages.docs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Sections of the documentation and fields of the API, in which readers look for words. Each search reads the list from its start to its end. Immutable. */
public final class Finder {

    /** The most characters of a question that count. */
    static final int QUESTION_CHARS_MAX = 100;

    /** The most answers to a question. */
    static final int PLACES_MAX = 20;

    /** The kinds of places, with what a reader sees behind the page's title. */
    enum Kind {
        PAGE(""),
        SECTION(""),
        SETTING(", setting"),
        FIELD(", field");

        private final String end;

        Kind(String end) {
            this.end = end;
        }
    }

    private static final int TEXT_CHARS_MAX = 160;
    private static final int EXCERPT_CHARS_BEFORE = 40;
    private static final String REFERENCE = Manual.ROOT + "/" + Reference.NAME;

    /** The share of a rank that a place of the book that is not shown keeps. */
    private static final double OTHER_BOOK = 0.15;

    /** Words that do not say what a question is about. */
    private static final Set<String> SMALL = Set.of(
            ("a add an and any api are as at be by can could do does for from get has have how i if in is it long many me mean means much my need not of off on or our"
                            + " per should so that the their there this to us use want we what when where which who why will with you your"
                            + " 什么 怎么 如何 哪些 可以 为什")
                    .split(" "));

    /** The documentation's words for words that readers use. */
    private static final Map<String, List<String>> OTHER_WORDS = Map.ofEntries(
            Map.entry("cost", List.of("price", "charge")),
            Map.entry("charge", List.of("price", "cost")),
            Map.entry("large", List.of("limit")),
            Map.entry("size", List.of("limit")),
            Map.entry("pay", List.of("payment", "top up")),
            Map.entry("cheap", List.of("service tier", "cached")),
            Map.entry("discount", List.of("service tier", "cached")),
            Map.entry("timeout", List.of("time limit", "connection")),
            Map.entry("slow", List.of("connection", "performance")),
            Map.entry("fast", List.of("performance")),
            Map.entry("picture", List.of("media", "image")),
            Map.entry("image", List.of("media")),
            Map.entry("audio", List.of("media")),
            Map.entry("pdf", List.of("media")),
            Map.entry("vector", List.of("embedding")),
            Map.entry("function", List.of("tool")),
            Map.entry("schema", List.of("structured output")),
            Map.entry("think", List.of("reasoning", "thought")),
            Map.entry("token", List.of("context")),
            Map.entry("user", List.of("member", "people")),
            Map.entry("person", List.of("member", "people")),
            Map.entry("erase", List.of("delet")),
            Map.entry("gdpr", List.of("your data")),
            Map.entry("docker", List.of("container", "image")),
            Map.entry("metric", List.of("prometheus")),
            Map.entry("login", List.of("sign in", "password")));

    /** The places where Chinese characters stand beside letters or digits. */
    private static final Pattern HAN_EDGE =
            Pattern.compile("(?<=\\p{IsHan})(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=\\p{IsHan})");

    /** A status of HTTP is an error. */
    private static final List<String> ERRORS = List.of("error");

    /**
     * Something that a reader may look for.
     *
     * @param page its title; empty for the place of the page itself
     * @param kind which pages show
     * @param text what it is about
     * @param words all of its text
     */
    public record Place(String title, String page, Kind kind, String href, String text, String words) {

        public Place {
            text = text.replaceAll("\\s+(?=[\\s,.;:)])", "");
            text = text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, blank(text, TEXT_CHARS_MAX)) + " …";
        }

        /** Returns the page's title, and what it is if it is no heading. */
        public String where() {
            return page + kind.end;
        }

        /** Returns the last blank before a character, or that character's place in a text without blanks. */
        private static int blank(String text, int before) {
            int blank = text.lastIndexOf(' ', before);
            return blank < before - EXCERPT_CHARS_BEFORE && Glossary.isOfHan(text) ? before : blank;
        }
    }

    /** Returns a place with the part of its text where the words are, unless its beginning has one of them. */
    private static Place excerpt(Place place, List<Word> words) {
        String all = place.words();
        String plain = all.toLowerCase(Locale.ROOT);
        int first = words.stream()
                .flatMap(word -> Stream.concat(Stream.of(word.begin()), word.others().stream()))
                .map(begin -> Pattern.compile(
                                (Glossary.isOfHan(begin) ? "" : "(?<![\\p{L}\\p{N}_])") + Pattern.quote(begin))
                        .matcher(plain))
                .filter(Matcher::find)
                .mapToInt(Matcher::start)
                .min()
                .orElse(0);
        if (all.length() != plain.length() || first + EXCERPT_CHARS_BEFORE < TEXT_CHARS_MAX) {
            return place;
        }
        int from = Place.blank(all, first - EXCERPT_CHARS_BEFORE) + 1;
        return new Place(place.title(), place.page(), place.kind(), place.href(), "… " + all.substring(from), all);
    }

    /** Returns the parts of a question without blanks: each two characters that follow each other. */
    private static Stream<String> pairs(String word) {
        return word.length() < 2
                ? Stream.of(word)
                : IntStream.range(0, word.length() - 1).mapToObj(at -> word.substring(at, at + 2));
    }

    /** A field that several operations have is shown once. */
    private record Same(String title, String text) {}

    /** A word of a question. @param begin without an ending @param others the documentation's words for it */
    private record Word(String begin, List<String> others) {

        static Word of(String word) {
            String begin = word.length() < 4 ? word : word.replaceFirst("(?<=.{3})(?:ing|ers?|ed|es|e|s)$", "");
            return new Word(
                    begin,
                    word.matches("[45]\\d\\d")
                            ? ERRORS
                            : Stream.concat(
                                            OTHER_WORDS.entrySet().stream()
                                                    .filter(other ->
                                                            other.getKey().startsWith(begin))
                                                    .flatMap(other -> other.getValue().stream()),
                                            wordsOfTerm(word))
                                    .toList());
        }

        /** Returns the longer words of a term of the glossary that has several. */
        private static Stream<String> wordsOfTerm(String term) {
            return term.contains(" ") ? Stream.of(term.split(" ")).filter(word -> word.length() >= 4) : Stream.of();
        }
    }

    /** A place with its words as {@link #plain} ones. */
    private record Entry(Place place, Book book, String title, String page, String words) {

        private Entry as(Place translated) {
            return new Entry(
                    translated,
                    book,
                    plain(translated.title()),
                    plain(translated.where()),
                    plain(translated.text() + " " + translated.words() + " " + title + " " + words));
        }

        /** Returns how well a word fits; 0 if it does not. */
        double weight(Word word) {
            double others =
                    word.others().stream().mapToDouble(this::weight).max().orElse(0);
            return weight(word.begin()) + 0.7 * others;
        }

        /** Pages rank before their sections, guides before the reference, and all before fields. */
        private double weight(String begin) {
            boolean isField = place.kind() == Kind.FIELD;
            String at = Glossary.isOfHan(begin) ? begin : " " + begin;
            if (title.contains(at)) {
                return isField ? 5 : titleWeight();
            }
            int first = words.indexOf(at);
            double text = first < 0 ? 0 : words.indexOf(at, first + 1) < 0 ? 2 : 3;
            double all = Math.max(text, page.contains(at) ? 5 : 0);
            return isField ? all / 5 : all;
        }

        private double titleWeight() {
            if (place.href().startsWith(REFERENCE)) {
                return 8;
            }
            return page.isBlank() ? 15 : 12;
        }

        /** Returns what a title is worth that is the question, or begins with it. */
        double bonus(String question) {
            return title.equals(question)
                    ? place.kind() == Kind.FIELD ? 10 : 40
                    : title.startsWith(question.stripTrailing()) ? 10 : 0;
        }
    }

    private final List<Entry> entries;
    private final Glossary glossary;

    private Finder(List<Entry> entries, Glossary glossary) {
        this.entries = entries;
        this.glossary = glossary;
    }

    /** Makes one for English. @param books the places of each book */
    static Finder of(Map<Book, List<Place>> books) {
        List<Entry> entries = new ArrayList<>();
        books.forEach((book, places) -> places.forEach(place -> entries.add(new Entry(
                place, book, plain(place.title()), plain(place.where()), plain(place.text() + " " + place.words())))));
        return new Finder(entries, Glossary.NONE);
    }

    /**
     * Returns one for readers of another language, who also find what is translated by the words of the English page.
     *
     * @param translated places by their addresses
     * @param ofLanguage its words
     */
    Finder with(Map<String, Place> translated, Glossary ofLanguage) {
        return new Finder(
                entries.stream()
                        .map(entry -> translated.containsKey(entry.place().href())
                                ? entry.as(Objects.requireNonNull(
                                        translated.get(entry.place().href())))
                                : entry)
                        .toList(),
                ofLanguage);
    }

    /** Returns words in lower case, with one space before and behind each. */
    private static String plain(String text) {
        return " "
                + text.toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_]+", " ")
                        .strip() + " ";
    }

    /** A place with its weights of the words of a question. */
    private record Weighed(Entry entry, double[] weights) {

        static Weighed of(Entry entry, List<Word> words) {
            return new Weighed(entry, words.stream().mapToDouble(entry::weight).toArray());
        }

        /** Returns the square of the share of words that a place has: a place with all words ranks before a place that has only some, in better positions. */
        double share() {
            double found = DoubleStream.of(weights).filter(weight -> weight > 0).count();
            return weights.length == 0 ? 0 : found * found / (weights.length * weights.length);
        }

        double score(double[] rarity, double bonus) {
            double sum = bonus;
            for (int i = 0; i < weights.length; i++) {
                sum += weights[i] * rarity[i];
            }
            return share() * sum;
        }
    }

    /** Returns the places that have words of a question, the best first. @param book the reader's present book, whose places rank higher */
    List<Place> find(String question, Book book) {
        String asked = plain(HAN_EDGE.matcher(question.substring(0, Math.min(question.length(), QUESTION_CHARS_MAX)))
                .replaceAll(" "));
        List<Word> words = words(asked);
        List<Weighed> found = entries.stream()
                .map(entry -> Weighed.of(entry, words))
                .filter(weighed -> weighed.share() > 0)
                .toList();
        double[] rarity = new double[words.size()];
        for (int i = 0; i < rarity.length; i++) {
            int at = i;
            long has = found.stream().filter(weighed -> weighed.weights[at] > 0).count();
            rarity[i] = Math.log(1 + (double) entries.size() / Math.max(1, has));
        }
        ToDoubleFunction<Weighed> score = weighed ->
                weighed.score(rarity, weighed.entry.bonus(asked)) * (weighed.entry.book() == book ? 1 : OTHER_BOOK);
        Set<Same> seen = new HashSet<>();
        return found.stream()
                .sorted(Comparator.comparingDouble(score).reversed())
                .map(weighed -> weighed.entry.place())
                .filter(place -> seen.add(new Same(place.title(), place.text())))
                .limit(PLACES_MAX)
                .map(place -> excerpt(place, words))
                .toList();
    }

    /** Returns the words of a question without the small ones, unless it has no others. */
    private List<Word> words(String asked) {
        Glossary.Parts parts = glossary.parts(asked);
        Stream<String> others = Stream.of(parts.rest().strip().split(" +"))
                .filter(word -> !word.isEmpty())
                .flatMap(word -> !Glossary.isOfHan(word)
                        ? Stream.of(word)
                        : parts.english().isEmpty() ? pairs(word) : Stream.of());
        List<String> all = Stream.concat(parts.english().stream(), others).toList();
        List<String> large = all.stream().filter(word -> !SMALL.contains(word)).toList();
        return (large.isEmpty() ? all : large).stream().map(Word::of).toList();
    }
}
