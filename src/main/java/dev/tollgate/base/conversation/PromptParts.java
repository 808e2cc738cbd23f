package dev.tollgate.base.conversation;

import java.util.function.IntFunction;

/**
 * A request's prompt by its parts. Knows the request, so that it lives no longer.
 *
 * @param hasAnswer whether a turn of the assistant is in it
 * @param path the caller's field of a part, in a few words: {@code system}, {@code messages.3}
 */
public record PromptParts(PromptPrint print, boolean hasAnswer, IntFunction<String> path) {}
