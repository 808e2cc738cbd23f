package dev.tollgate.base.conversation;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A request's prompt by its parts. Knows the request, so that it lives no longer.
 *
 * @param print as the caller wrote it
 * @param sent as the upstream gets it
 * @param hasAnswer whether a turn of the assistant is in it
 * @param path the caller's field of a part, in a few words: {@code system}, {@code messages.3}
 */
public record PromptParts(PromptPrint print, PromptPrint sent, boolean hasAnswer, IntFunction<String> path) {

    public PromptParts(PromptPrint print, boolean hasAnswer, IntFunction<String> path) {
        this(print, print, hasAnswer, path);
    }

    /** @param translated without the tools, which the caller's print has; null if it is sent as it was written */
    public PromptParts sentAs(@Nullable PromptPrint translated) {
        return translated == null ? this : new PromptParts(print, translated.withToolsOf(print), hasAnswer, path);
    }
}
