package dev.tollgate.models;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rates of a price (P1), a row each, in the order of the price list. Files, requests, tasks and pages read and write the rates by these rows;
 * the arithmetic alone names them ({@link Tariff#sum}).
 */
public enum Rate {
    INPUT("input", sentence("input"), sentence("Input"), "in", PriceRates::inputMicros, null),
    OUTPUT("output", sentence("output"), sentence("Output"), "out", PriceRates::outputMicros, null),
    CACHED_INPUT(
            "cached_input",
            sentence("cached input"),
            sentence("Cached input"),
            "cached",
            PriceRates::cachedMicros,
            new Part(INPUT, null, INPUT, sentence("Cached prompt"), sentence("not cached"), Usage::cachedWithinPrompt)),
    AUDIO_INPUT(
            "audio_input",
            sentence("audio input"),
            sentence("Audio input"),
            "audio",
            PriceRates::audioMicros,
            new Part(INPUT, INPUT, null, sentence("Audio"), sentence("without audio"), Usage::uncachedAudioTokens)),
    CACHED_AUDIO_INPUT(
            "cached_audio_input",
            sentence("cached audio input"),
            sentence("Cached audio input"),
            "cached_audio",
            PriceRates::cachedAudioMicros,
            new Part(
                    CACHED_INPUT,
                    CACHED_INPUT,
                    AUDIO_INPUT,
                    sentence("Cached audio"),
                    sentence("not cached"),
                    Usage::cachedAudioWithinPrompt)),
    IMAGE_OUTPUT(
            "image_output",
            sentence("image output"),
            sentence("Image output"),
            "output_image",
            PriceRates::imageMicros,
            new Part(OUTPUT, OUTPUT, null, sentence("Images"), sentence("without images"), Usage::imagesWithinOutput)),
    SEARCH(
            "search_per_1000",
            sentence("1,000 searches"),
            sentence("1,000 searches"),
            "search",
            PriceRates::searchMicros,
            null),
    MAPS(
            "maps_per_1000",
            sentence("1,000 calls with Google Maps"),
            sentence("1,000 calls with Google Maps"),
            "maps",
            PriceRates::mapsMicros,
            null);

    /**
     * The facts of a part of the prompt or of the output that has a rate.
     *
     * @param otherwise the rate of these tokens if the price does not have this one
     * @param least the rate that this one is never below; null if there is none
     * @param most the rate that this one is never above; null if there is none
     * @param line the part as a line of a charge
     * @param others the rest of the whole
     * @param tokens the part's tokens
     */
    private record Part(
            Rate otherwise,
            @Nullable Rate least,
            @Nullable Rate most,
            Sentence line,
            Sentence others,
            ToLongFunction<Usage> tokens) {}

    /** The rates of parts of the prompt and the output, in the order of a charge. */
    public static final List<Rate> PARTS =
            Stream.of(values()).filter(rate -> rate.part != null).toList();

    /** The rates that a price may lack. */
    public static final List<Rate> OPTIONAL =
            Stream.of(values()).filter(rate -> rate != INPUT && rate != OUTPUT).toList();

    /** All rates in the order of a charge. */
    public static final List<Rate> AS_CHARGED = asCharged();

    private final String key;
    private final Sentence words;
    private final Sentence head;
    private final String brief;
    private final ToLongFunction<PriceRates> micros;
    private final @Nullable Part part;
    private final String inTask;

    Rate(
            String key,
            Sentence words,
            Sentence head,
            String brief,
            ToLongFunction<PriceRates> micros,
            @Nullable Part part) {
        this.key = key;
        this.words = words;
        this.head = head;
        this.brief = brief;
        this.micros = micros;
        this.part = part;
        this.inTask = key.endsWith("_per_1000") ? key : key + "_per_million";
    }

    private static List<Rate> asCharged() {
        List<Rate> rates = new ArrayList<>(List.of(INPUT));
        rates.addAll(partsOf(INPUT));
        rates.add(OUTPUT);
        rates.addAll(partsOf(OUTPUT));
        rates.add(SEARCH);
        rates.add(MAPS);
        return List.copyOf(rates);
    }

    /** Returns the rates of parts of a whole, in the order of a charge. @param whole {@link #INPUT} or {@link #OUTPUT} */
    public static List<Rate> partsOf(Rate whole) {
        return PARTS.stream().filter(rate -> rate.whole() == whole).toList();
    }

    private Rate whole() {
        return part == null ? this : part.otherwise.whole();
    }

    /** Returns its name in the catalogue, in requests and in price lists. */
    public String key() {
        return key;
    }

    /** Returns its name in a sentence, without the unit if that is a million tokens. */
    public String words() {
        return words.english();
    }

    /** Returns the same for people. */
    public Sentence word() {
        return words;
    }

    /** Returns its name at the head of a line. */
    public Sentence head() {
        return head;
    }

    /** Returns the same in English. */
    public String label() {
        return head.english();
    }

    /** Returns its shortest name, which counts of a part have, too. */
    public String brief() {
        return brief;
    }

    /** Returns its name in the account that a task gives of its charge. */
    public String inTask() {
        return inTask;
    }

    /** Returns whether it is for a million tokens; otherwise it is for a thousand searches or calls. */
    public boolean isOfTokens() {
        return this != SEARCH && this != MAPS;
    }

    /** Returns whether models use what the rate is for only if their price has it. Tokens without a rate of their own have another one; searches are free. */
    public boolean isOffer() {
        return this == MAPS;
    }

    /** Returns the rate that holds without this one; null if that is none. */
    public @Nullable Rate otherwise() {
        return part == null ? null : part.otherwise;
    }

    /** Returns the rate that this one is never below; null if there is none. */
    public @Nullable Rate least() {
        return part == null ? null : part.least;
    }

    /** Returns the rate that this one is never above; null if there is none. */
    public @Nullable Rate most() {
        return part == null ? null : part.most;
    }

    /** Returns micro-credits. */
    public long of(PriceRates rates) {
        return micros.applyAsLong(rates);
    }

    /** Returns the tokens of a part, minus tokens within it that have a rate of their own. */
    public long tokens(Usage usage, Tariff tariff) {
        if (part == null || (part.otherwise.part != null && !tariff.has(this))) {
            return 0;
        }
        long tokens = part.tokens.applyAsLong(usage);
        for (Rate inner : PARTS) {
            if (inner.otherwise() == this) {
                tokens -= inner.tokens(usage, tariff);
            }
        }
        return tokens;
    }

    /** Returns a part as a line of a charge. Of {@link #PARTS} only. */
    public Sentence line() {
        return Objects.requireNonNull(part).line;
    }

    /** Returns what the other tokens of the whole are. Of {@link #PARTS} only. */
    public Sentence others() {
        return Objects.requireNonNull(part).others;
    }
}
