package dev.tollgate.models;

/**
 * Raw token counts of one call, checked: none is negative (D37).
 *
 * @param promptTokens the whole prompt, cached tokens included
 * @param toolUsePromptTokens tokens that the upstream's own tools (search) added to the prompt
 * @param candidatesTokens visible output of all candidates, without thoughts
 * @param thoughtsTokens reasoning
 * @param cachedTokens part of the prompt
 * @param promptAudioTokens audio tokens of the prompt; {@code promptImageTokens} are its image tokens
 * @param textTokens text part of the visible output
 */
public record Usage(
        long promptTokens,
        long toolUsePromptTokens,
        long candidatesTokens,
        long thoughtsTokens,
        long cachedTokens,
        long promptAudioTokens,
        long promptImageTokens,
        long textTokens) {

    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0, 0, 0);

    public Usage {
        if ((promptTokens
                        | toolUsePromptTokens
                        | candidatesTokens
                        | thoughtsTokens
                        | cachedTokens
                        | promptAudioTokens
                        | promptImageTokens
                        | textTokens)
                < 0) {
            throw new IllegalArgumentException("negative count");
        }
    }

    /** Makes a usage of prompt and output only, for a bound. */
    public static Usage of(long promptTokens, long candidatesTokens, long thoughtsTokens) {
        return new Usage(promptTokens, 0, candidatesTokens, thoughtsTokens, 0, 0, 0, candidatesTokens);
    }

    /** Returns the tokens billed as input: the prompt and additions by tools (protocol 4.5). */
    public long inputTokens() {
        return promptTokens + toolUsePromptTokens;
    }

    /** Returns this usage with more visible output. */
    public Usage plusOutput(long tokens) {
        return new Usage(
                promptTokens,
                toolUsePromptTokens,
                candidatesTokens + tokens,
                thoughtsTokens,
                cachedTokens,
                promptAudioTokens,
                promptImageTokens,
                textTokens + tokens);
    }

    public boolean isNone() {
        return promptTokens + toolUsePromptTokens + candidatesTokens + thoughtsTokens == 0;
    }
}
