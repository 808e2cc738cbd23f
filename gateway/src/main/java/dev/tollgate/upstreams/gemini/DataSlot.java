package dev.tollgate.upstreams.gemini;

import dev.tollgate.upstreams.media.WantedMedium;
import org.jspecify.annotations.Nullable;

/**
 * A place in a translated body that is filled when it is sent: the member {@code inlineData} or {@code fileData} of a part.
 *
 * @param from of the bytes that give way
 * @param to behind them
 * @param name of the medium, which a function's response refers to; null if nothing does
 */
record DataSlot(int from, int to, Content content, @Nullable String name) {

    sealed interface Content {}

    /** Came with the request, and is too large to be copied about. */
    record Inline(InlineMedia media) implements Content {}

    /** Is downloaded or made before the body is sent. */
    record Loaded(WantedMedium wanted) implements Content {}
}
