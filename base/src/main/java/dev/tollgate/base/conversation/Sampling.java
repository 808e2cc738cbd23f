package dev.tollgate.base.conversation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sampling of a response, and its stops. Null means that the caller did not say.
 *
 * @param candidates how many answers are wanted, 1 to 128
 * @param stop at most 5, none empty
 * @param temperature 0 to 2
 * @param topP 0 to 1
 * @param topK at least 1
 * @param presencePenalty -2 to 2
 * @param frequencyPenalty -2 to 2
 * @param topLogprobs 0 to 20, only with {@code logprobs}
 * @param seed any 64-bit integer (the range of int32 is checked for the model: D21)
 */
public record Sampling(
        int candidates,
        List<String> stop,
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer topK,
        @Nullable Double presencePenalty,
        @Nullable Double frequencyPenalty,
        boolean logprobs,
        @Nullable Integer topLogprobs,
        @Nullable Long seed) {

    /** The sampling of a request that says nothing of it. */
    public static final Sampling DEFAULT = new Sampling(1, List.of(), null, null, null, null, null, false, null, null);

    public Sampling {
        stop = List.copyOf(stop);
    }

    /** Returns whether there is a penalty on presence. Zero means none (D4). */
    public boolean penalizesPresence() {
        return presencePenalty != null && presencePenalty != 0;
    }

    /** Returns whether there is a penalty on frequency. Zero means none (D4). */
    public boolean penalizesFrequency() {
        return frequencyPenalty != null && frequencyPenalty != 0;
    }
}
