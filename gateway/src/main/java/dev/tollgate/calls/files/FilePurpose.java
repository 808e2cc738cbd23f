package dev.tollgate.calls.files;

import dev.tollgate.storage.StoreException;
import java.time.Duration;
import java.util.Arrays;

/** The reasons for which the platform stores a file, and the time that each is kept. */
public enum FilePurpose {
    /** Uploaded by Google's clients. */
    GEMINI("gemini", Duration.ofHours(48)),
    /** Made by a model, for who has the address. */
    MADE("made", Duration.ofMinutes(60)),
    /** Made by a model, and kept with a response until that is unused for so long. */
    KEPT("kept", Duration.ofDays(30)),
    /** The beginnings of prompts, as Google's clients create and name them; each has a time of its own. */
    CACHED_CONTENTS("cache", Duration.ofHours(1)),
    /** The input of a batch, as OpenAI's clients upload it; until a batch uses it, its caller may choose another time. */
    BATCH("batch", Duration.ofHours(48));

    private final String code;
    private final Duration kept;

    FilePurpose(String code, Duration kept) {
        this.code = code;
        this.kept = kept;
    }

    /** Returns the word in the database and in metrics. */
    public String code() {
        return code;
    }

    /** Returns how long a file is kept of which nothing else is said. */
    public Duration kept() {
        return kept;
    }

    static FilePurpose of(String code) {
        return Arrays.stream(values())
                .filter(it -> it.code.equals(code))
                .findAny()
                .orElseThrow(() -> new StoreException("a file of an unknown purpose"));
    }

    /** Returns whether callers upload such files. */
    boolean isUploaded() {
        return this == GEMINI || this == BATCH;
    }

    /** Returns whether a charged call has made the file, so that its room costs something. */
    boolean isPaid() {
        return this == MADE || this == KEPT;
    }
}
