package dev.tollgate.calls.kept;

/**
 * The input of a call that waits for its response. Immutable.
 *
 * @param plain a small input, which is compressed together with its response; empty otherwise
 * @param packed a large input; empty otherwise
 * @param isBrief whether it is kept for {@link KeptEntry#BRIEF} alone
 */
public record KeptInput(byte[] plain, KeptResponse.Packed packed, boolean isBrief) {

    /** A smaller input is compressed together with its response. */
    private static final int APART_BYTES = 16 << 10;

    private static final byte[] NOTHING = {};

    /** Prepares the input of a call. Takes some milliseconds for a large one, so call it where a large body is read. */
    public static KeptInput of(byte[] json) {
        return json.length < APART_BYTES
                ? new KeptInput(json, new KeptResponse.Packed(NOTHING, 0), false)
                : new KeptInput(NOTHING, KeptResponse.Packed.of(json), false);
    }

    /** Returns the same, to be kept just until its caller has fetched the response. */
    public KeptInput briefly() {
        return new KeptInput(plain, packed, true);
    }

    /** Returns whether it is too large to be kept, whatever its response is. */
    public boolean isTooLarge() {
        return packed.bytes().length > KeptResponses.RESPONSE_BYTES_MAX;
    }

    int bytes() {
        return plain.length + packed.plainBytes();
    }
}
