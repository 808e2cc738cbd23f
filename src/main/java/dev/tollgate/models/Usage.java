package dev.tollgate.models;

import dev.tollgate.base.conversation.ServiceTier;

/**
 * Raw counts of one call, checked: none is negative (D37).
 *
 * @param promptTokens the whole prompt, cached tokens included
 * @param toolUsePromptTokens tokens that the upstream's own tools (search) added to the prompt
 * @param candidatesTokens visible output of all candidates, without thoughts
 * @param thoughtsTokens reasoning
 * @param cachedTokens part of the prompt
 * @param cachedAudioTokens the part of the audio tokens that is cached
 * @param promptAudioTokens audio tokens of the prompt; {@code promptImageTokens} are its image tokens
 * @param textTokens text part of the visible output
 * @param searches search queries; 1 if the upstream searched without naming any
 * @param tier the service tier at which the call is charged
 */
public record Usage(
        long promptTokens,
        long toolUsePromptTokens,
        long candidatesTokens,
        long thoughtsTokens,
        long cachedTokens,
        long cachedAudioTokens,
        long promptAudioTokens,
        long promptImageTokens,
        long textTokens,
        long searches,
        ServiceTier tier) {

    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0, 0, 0);

    public Usage {
        if ((promptTokens
                        | toolUsePromptTokens
                        | candidatesTokens
                        | thoughtsTokens
                        | cachedTokens
                        | cachedAudioTokens
                        | promptAudioTokens
                        | promptImageTokens
                        | textTokens
                        | searches)
                < 0) {
            throw new IllegalArgumentException("negative count");
        }
    }

    /** Makes a usage without cached audio and without searches, at the standard tier. */
    public Usage(
            long promptTokens,
            long toolUsePromptTokens,
            long candidatesTokens,
            long thoughtsTokens,
            long cachedTokens,
            long promptAudioTokens,
            long promptImageTokens,
            long textTokens) {
        this(
                promptTokens,
                toolUsePromptTokens,
                candidatesTokens,
                thoughtsTokens,
                cachedTokens,
                0,
                promptAudioTokens,
                promptImageTokens,
                textTokens,
                0,
                ServiceTier.STANDARD);
    }

    /** Makes a usage of prompt and output only, for a bound. */
    public static Usage of(long promptTokens, long candidatesTokens, long thoughtsTokens) {
        return new Usage(promptTokens, 0, candidatesTokens, thoughtsTokens, 0, 0, 0, candidatesTokens);
    }

    /** Returns the tokens billed as input: the prompt and additions by tools (protocol 4.5). */
    public long inputTokens() {
        return promptTokens + toolUsePromptTokens;
    }

    /** Returns the cached tokens, which are never more than the prompt. */
    public long cachedWithinPrompt() {
        return Math.min(cachedTokens, promptTokens);
    }

    /** Returns the audio tokens that are cached, which are never more than all cached tokens or all audio. */
    public long cachedAudioWithinPrompt() {
        return Math.min(cachedAudioTokens, Math.min(promptAudioTokens, cachedWithinPrompt()));
    }

    /** Returns the audio tokens that are not cached; with the cached tokens they are never more than the prompt. */
    public long uncachedAudioTokens() {
        return Math.min(promptAudioTokens - cachedAudioWithinPrompt(), promptTokens - cachedWithinPrompt());
    }

    /** Returns this usage at another service tier. */
    public Usage at(ServiceTier other) {
        return other == tier
                ? this
                : new Usage(
                        promptTokens,
                        toolUsePromptTokens,
                        candidatesTokens,
                        thoughtsTokens,
                        cachedTokens,
                        cachedAudioTokens,
                        promptAudioTokens,
                        promptImageTokens,
                        textTokens,
                        searches,
                        other);
    }

    /** Returns this usage with a part of the prompt as cached text. @param tokens at most the prompt's */
    public Usage cached(long tokens) {
        return new Usage(
                promptTokens,
                toolUsePromptTokens,
                candidatesTokens,
                thoughtsTokens,
                tokens,
                0,
                promptAudioTokens,
                promptImageTokens,
                textTokens,
                searches,
                tier);
    }

    /** Returns whether the call used no token and searched for nothing. */
    public boolean isNone() {
        return promptTokens + toolUsePromptTokens + candidatesTokens + thoughtsTokens + searches == 0;
    }
}
