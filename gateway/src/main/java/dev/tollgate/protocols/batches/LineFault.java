package dev.tollgate.protocols.batches;

import dev.tollgate.base.error.ApiError;
import org.jspecify.annotations.Nullable;

/**
 * A fault of a batch's input, as {@code errors} shows it (J27).
 *
 * @param code OpenAI's word for it, where OpenAI has one
 * @param line the number of the line; null for a fault of the whole file
 * @param param the field to blame; null for none
 */
record LineFault(
        String code,
        @Nullable Integer line,
        String message,
        @Nullable String param) {

    /** Returns the fault of a line that its door refuses, or that is no request. */
    static LineFault of(String code, int line, ApiError error) {
        return new LineFault(code, line, error.message(), error.param());
    }
}
