package dev.tollgate.upstreams.connections;

import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text and calls of one candidate so far, used to recognise repetitions: some upstreams send the whole answer again after a finish
 * reason, or one call twice (D38). Keeps a hash of the text, not the text. Confined to its call.
 */
public final class Repetitions {

    /** The shortest text that counts as a repetition. */
    private static final int REPEATED_BYTES_MIN = 32;

    /** The calls that later ones are compared with: the first ones of a candidate. */
    private static final int CALLS_MAX = 1_000;

    private static final long PRIME = 0x100000001b3L;

    private long chars;
    private long hash;
    private List<PlacedCall> calls = List.of();

    /** @param place among the calls of its chunk, from 0 */
    private record PlacedCall(UpstreamEvent.ToolCall call, int place) {}

    public void text(String piece) {
        chars += piece.length();
        hash = hash(hash, piece);
    }

    private static long hash(long before, String piece) {
        long hash = before;
        for (int i = 0; i < piece.length(); i++) {
            hash = (hash ^ piece.charAt(i)) * PRIME;
        }
        return hash;
    }

    /** Returns whether the text of one chunk repeats the whole text so far. */
    public boolean isRepeatedBy(String text) {
        return text.length() == chars && isLong(text) && hash(0, text) == hash;
    }

    private static boolean isLong(String text) {
        return text.length() >= REPEATED_BYTES_MIN
                || text.getBytes(StandardCharsets.UTF_8).length >= REPEATED_BYTES_MIN;
    }

    /** Records a reported call. @param place among the calls of its chunk, from 0 */
    public void call(UpstreamEvent.ToolCall call, int place) {
        if (calls.isEmpty()) {
            calls = new ArrayList<>(1);
        }
        if (calls.size() < CALLS_MAX) {
            calls.add(new PlacedCall(call, place));
        }
    }

    /**
     * Returns the earlier call that a later one repeats. Both have the same name and arguments, and the same id; without two ids, only a call
     * behind a finish reason repeats one, at the same place in its chunk or in the answer.
     *
     * @param place among the calls of its chunk, from 0
     * @param late whether the candidate has had a finish reason before the later call
     * @return null for a new call
     */
    public UpstreamEvent.@Nullable ToolCall repeated(UpstreamEvent.ToolCall call, int place, boolean late) {
        for (int i = 0; i < calls.size(); i++) {
            PlacedCall told = calls.get(i);
            boolean samePlace = late && (place == told.place() || place == i);
            if (isSame(told.call(), call, samePlace)) {
                return told.call();
            }
        }
        return null;
    }

    private static boolean isSame(UpstreamEvent.ToolCall told, UpstreamEvent.ToolCall call, boolean samePlace) {
        String toldId = told.upstreamId();
        String id = call.upstreamId();
        return (toldId != null && id != null ? toldId.equals(id) : samePlace)
                && told.name().equals(call.name())
                && told.arguments().equals(call.arguments());
    }
}
