package dev.tollgate.upstreams.media;

/** A medium that is not taken, and why. Has no stack trace: it is an answer, not a fault of ours. */
public final class MediaRefused extends Exception {

    /** @param why a clause that follows the name of the field, e.g. {@code holds no bytes.}; names nothing that the caller may not know */
    public MediaRefused(String why) {
        super(why, null, false, false);
    }

    public String why() {
        return getMessage();
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
