package dev.tollgate.models;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The counts of a usage, a row each: how an upstream reports it, what it is cut to, and its column of {@code call}. Readers of usage, the meter, the rows of
 * calls and the usage of each protocol walk these rows; the arithmetic alone names them ({@link Tariff#sum}). The order is the same as in {@link Usage}: a new
 * row is the last.
 */
public enum Count {
    /** The whole prompt, with its cached part. */
    PROMPT("prompt_tokens"),
    /**
     * The tokens that the upstream's own tools (search) added to the prompt: pages of a search or of addresses, prompts that runs of code repeat. They never
     * lift a prompt over a step, nor do the prompts of several requests together ({@link Usage#ofRequests}).
     */
    TOOLS("tool_tokens"),
    /** Visible output of all candidates, without thoughts. */
    COMPLETION("completion_tokens"),
    /** Thoughts. */
    REASONING("reasoning_tokens"),
    /** The part of the prompt that the upstream read from its cache. */
    CACHED("cached_tokens"),
    CACHED_AUDIO("cached_audio_tokens", CACHED, Modality.AUDIO),
    AUDIO("audio_tokens", PROMPT, Modality.AUDIO),
    IMAGE("image_tokens", PROMPT, Modality.IMAGE),
    TEXT("text_tokens", COMPLETION, Modality.TEXT),
    /** Search queries; 1 if the upstream searched without naming any. */
    SEARCHES("searches"),
    OUTPUT_IMAGE("output_image_tokens", COMPLETION, Modality.IMAGE),
    /** 1 if the answer has a source of Google Maps. */
    MAPS("maps");

    /** The kinds of content that upstreams count apart, by Google's names. OpenAI has no name for documents. */
    public enum Modality {
        TEXT,
        IMAGE,
        AUDIO,
        VIDEO,
        DOCUMENT;

        private final String key = name().toLowerCase(Locale.ROOT) + "_tokens";

        /** Returns OpenAI's name of its tokens. */
        public String key() {
            return key;
        }
    }

    /** The first rows, each of which an upstream reports as a number that never falls. */
    public static final List<Count> REPORTED = List.copyOf(EnumSet.range(PROMPT, CACHED_AUDIO));

    /** The parts of the output that are no text: each is shown if it is not zero. */
    public static final List<Count> MADE = Stream.of(values())
            .filter(it -> it.whole == COMPLETION && it != TEXT)
            .toList();

    private final String column;
    private final @Nullable Count whole;
    private final Modality modality;

    Count(String column) {
        this(column, null, Modality.TEXT);
    }

    Count(String column, @Nullable Count whole, Modality modality) {
        this.column = column;
        this.whole = whole;
        this.modality = modality;
    }

    /** Returns its column in {@code call}. */
    public String column() {
        return column;
    }

    /** Returns the count of which it is the part with {@link #modality}, and which it never exceeds; null if it is no such part. */
    public @Nullable Count whole() {
        return whole;
    }

    /** Returns the content that is counted, of a part. */
    public Modality modality() {
        return modality;
    }

    /** Returns whether the limit of the output holds for it. */
    public boolean isOfOutput() {
        return this == COMPLETION || this == REASONING || whole == COMPLETION;
    }
}
