package dev.tollgate.protocols.responses;

import dev.tollgate.base.json.RawJson;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a request that its response shows again (E36), as they came; null for what the caller did not say.
 *
 * @param settings members of the response, each after a comma: what was asked, or what holds if nothing was
 * @param summary the word for how thoughts are shown; null hides them (E37)
 * @param encrypted whether reasoning items have {@code encrypted_content}
 * @param sources whether a search shows its sources
 */
record Echo(
        @Nullable RawJson instructions,
        @Nullable RawJson tools,
        @Nullable RawJson toolChoice,
        @Nullable RawJson format,
        @Nullable RawJson metadata,
        @Nullable String verbosity,
        String settings,
        @Nullable String summary,
        boolean encrypted,
        boolean sources) {}
