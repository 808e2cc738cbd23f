package dev.tollgate.upstreams.media;

import dev.tollgate.base.words.Sentence;

/** A medium that is not taken, and why. Has no stack trace: it is an answer, not a fault of ours. */
public final class MediaRefused extends Exception {

    private final transient Sentence sentence;

    /** @param why a clause that follows the name of the field, e.g. {@code holds no bytes.}; names nothing that the caller may not know */
    public MediaRefused(String why) {
        this(Sentence.asItIs(why));
    }

    /** @param why as above, where people read it */
    MediaRefused(Sentence why) {
        super(why.english(), null, false, false);
        this.sentence = why;
    }

    Sentence sentence() {
        return sentence;
    }

    public String why() {
        return getMessage();
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
