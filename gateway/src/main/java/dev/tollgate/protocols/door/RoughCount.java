package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.PromptCount;

/** Rough counts of a prompt's tokens where the upstream has not counted it (E44, E45). */
public final class RoughCount {

    private static final int BYTES_PER_TOKEN = 4;

    /** An image of usual size. */
    private static final long IMAGE_TOKENS = 1_120;

    /** A document of ten pages. */
    private static final long DOCUMENT_TOKENS = 5_600;

    private RoughCount() {}

    /**
     * Returns what shows the upstream's count of a prompt, or an estimate that says so; never 0 (E44).
     *
     * @param before the JSON object up to its last value, which is the count
     */
    public static Door.Counted shown(String before) {
        return (exchange, call, counted) -> {
            if (counted.isEmpty()) {
                exchange.setHeader("x-tollgate-estimated", "true");
            }
            call.ignored().forEach(exchange::ignore);
            long tokens = counted.map(PromptCount::tokens).orElseGet(() -> tokens(call));
            exchange.json(
                    200,
                    Utf8Buffer.scratch()
                            .raw(before)
                            .number(Math.max(1, tokens))
                            .raw('}')
                            .bytes());
        };
    }

    /** Returns about how many tokens the text has, with media by their kind; at least 1. */
    public static long tokens(MeteredCall call) {
        return Math.max(
                1, call.translation().text().tokens() + media(call.translation().size()));
    }

    /** Returns a quarter of the bytes of a text that no one has counted yet, with media by their kind. */
    public static long tokens(Ask ask) {
        PromptSize size = ask.promptSize();
        return textTokens(size) + media(size);
    }

    /** Returns a quarter of the bytes of a text. */
    static long textTokens(PromptSize size) {
        return size.textBytes() / BYTES_PER_TOKEN;
    }

    private static long media(PromptSize size) {
        long media = 0;
        for (ContentPart.Media medium : size.media()) {
            media += tokens(medium);
        }
        return media;
    }

    /** Returns the tokens of a file by its kind alone. */
    public static long tokens(ContentPart.Media medium) {
        return medium.isPicture() ? IMAGE_TOKENS : DOCUMENT_TOKENS;
    }
}
