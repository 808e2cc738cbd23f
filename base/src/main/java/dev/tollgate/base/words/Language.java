package dev.tollgate.base.words;

import java.time.Instant;
import java.time.Year;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A language of pages, mails and documents. The language of now is bound around the work that writes for one reader, on the thread that does it
 * (L5), with the year in which what is written is read, if it is read at once. Thread-safe.
 */
public final class Language {

    public static final Language ENGLISH = new Language("en", "English", Plural.ONE, Signs.ENGLISH, _ -> null);

    private static final ScopedValue<Reader> NOW = ScopedValue.newInstance();

    /** @param year in which it is read; null for any later time, too */
    private record Reader(Language language, @Nullable Year year) {}

    private static final Reader UNKNOWN = new Reader(ENGLISH, null);

    /** The most sentences that a language keeps as it has read them: more than all sources have. */
    private static final int KEPT_MAX = 20_000;

    private final String tag;
    private final String name;
    private final Plural plural;
    private final Signs signs;
    private final Function<String, @Nullable String> translations;
    private final Map<String, SentencePattern> patterns = new ConcurrentHashMap<>();

    /**
     * @param tag in HTML and HTTP, e.g. {@code zh-Hans}
     * @param name in the language itself
     * @param translations gives the translation of an English sentence, with its context; null if there is none
     */
    public Language(
            String tag, String name, Plural plural, Signs signs, Function<String, @Nullable String> translations) {
        this.tag = tag;
        this.name = name;
        this.plural = plural;
        this.signs = signs;
        this.translations = translations;
    }

    // ---- the language of now ----

    /**
     * Returns the language of the reader for whom this thread writes.
     *
     * @return English if none is bound; with assertions, as in tests, that is an exception
     */
    public static Language now() {
        assert NOW.isBound() || unbound();
        return NOW.orElse(UNKNOWN).language;
    }

    private static boolean unbound() {
        throw new IllegalStateException("no language is bound on the thread " + Thread.currentThread());
    }

    /** Returns the year in which what this thread writes is read; null for a mail or a print, which is read at any later time. */
    static @Nullable Year year() {
        return NOW.orElse(UNKNOWN).year;
    }

    /** Returns what {@code writing} returns, with this as the language of now: for what is read at any later time. */
    public <T extends @Nullable Object, X extends Throwable> T bound(ScopedValue.CallableOp<? extends T, X> writing)
            throws X {
        return boundIn(null, writing);
    }

    /** Runs {@code writing} with this as the language of now: for what is read at any later time. */
    public void bound(Runnable writing) {
        boundIn(null, writing);
    }

    /**
     * Returns what {@code writing} returns, with this as the language of now.
     *
     * @param year in which it is read: its times have no year (see {@link TimeForm}); null for any later time
     */
    public <T extends @Nullable Object, X extends Throwable> T boundIn(
            @Nullable Year year, ScopedValue.CallableOp<? extends T, X> writing) throws X {
        return ScopedValue.where(NOW, new Reader(this, year)).call(writing);
    }

    /** Runs {@code writing} in the same way. */
    public void boundIn(@Nullable Year year, Runnable writing) {
        ScopedValue.where(NOW, new Reader(this, year)).run(writing);
    }

    // ---- its words ----

    public String tag() {
        return tag;
    }

    /** Returns the language's name in the language itself. */
    public String name() {
        return name;
    }

    public boolean isEnglish() {
        return this == ENGLISH;
    }

    public Signs signs() {
        return signs;
    }

    /** Returns the translation of an English sentence with its names, as scripts take it; null if it has none. */
    public @Nullable String translation(String english) {
        return translations.apply(english);
    }

    /** Returns a sentence in this language; in English if it has no translation. */
    public SentencePattern pattern(String english) {
        SentencePattern known = patterns.get(english);
        if (known != null) {
            return known;
        }
        SentencePattern read = read(english);
        if (patterns.size() < KEPT_MAX) {
            patterns.put(english, read);
        }
        return read;
    }

    private SentencePattern read(String english) {
        if (isEnglish()) {
            return SentencePattern.english(english);
        }
        SentencePattern original = ENGLISH.pattern(english);
        String translation = translations.apply(english);
        return translation == null ? original : original.translation(translation, plural);
    }

    /** Returns a value of a sentence as text. @throws IllegalArgumentException if it has none of the types of values */
    public String text(Object value) {
        return switch (value) {
            case String finished -> finished;
            case Long number -> signs.number(number);
            case Integer number -> signs.number(number);
            case Sentence sentence -> sentence.in(this);
            case Amount amount -> amount.in(this);
            case Instant time ->
                isEnglish() ? time.toString() : TimeForm.withZone(time).in(this);
            default -> throw new IllegalArgumentException("no value of a sentence: " + value.getClass());
        };
    }

    @Override
    public String toString() {
        return tag;
    }
}
