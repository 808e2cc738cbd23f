package dev.tollgate.upstreams.signatures;

import org.jspecify.annotations.Nullable;

/** A part of an answer that a later turn of the conversation needs more of than the caller may send back. */
public sealed interface SignedPart {

    /**
     * A call.
     *
     * @param id as the caller was shown it; null in the deprecated form, which has none
     * @param arguments as the caller was shown them
     * @param first whether it was the first call of its answer
     * @param upstreamId the upstream's own id, where it gave one
     * @param signature null where it had none
     * @param before a JSON array of the upstream's own parts that stood before it and the caller was not shown; null where there were none
     */
    record Call(
            @Nullable String id,
            String name,
            String arguments,
            boolean first,
            @Nullable String upstreamId,
            @Nullable String signature,
            @Nullable String before)
            implements SignedPart {

        public Call(
                @Nullable String id,
                String name,
                String arguments,
                boolean first,
                @Nullable String upstreamId,
                @Nullable String signature) {
            this(id, name, arguments, first, upstreamId, signature, null);
        }
    }

    /** @param text the whole answer's, not empty */
    record Text(String text, String signature) implements SignedPart {}

    /**
     * A file that the model has made.
     *
     * @param head the first characters of its data in base64, {@link #HEAD_CHARS} if there are as many
     * @param length of all of them
     */
    record File(String head, long length, String signature) implements SignedPart {

        /** No two files that a model makes have so much in common. */
        public static final int HEAD_CHARS = 64 * 1024;

        /** Returns the head of data. */
        public static String head(String base64) {
            return base64.substring(0, Math.min(HEAD_CHARS, base64.length()));
        }
    }

    /**
     * Whatever it is, its caller sends the signature back with it: only who made it is to be kept.
     *
     * @param upstreamId of a call: the upstream's own id, where it gave one
     */
    record SentBack(String signature, @Nullable String upstreamId) implements SignedPart {}
}
