package dev.tollgate.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client has made of an answer.
 *
 * @param thoughts empty where there were none or the client has no place for them
 * @param finish as OpenAI's protocol writes it; null where the client was told none
 * @param totalTokens 0 where the client was told no usage
 * @param sources the URLs of annotations
 * @param failure null where the client took it for an answer
 */
record Said(
        String text,
        String thoughts,
        List<Question.Call> calls,
        @Nullable String finish,
        long totalTokens,
        List<String> sources,
        @Nullable Failure failure) {

    /** @param status of HTTP; 0 where the client tells none, as in the middle of a stream */
    record Failure(int status, String text) {}

    static Said failed(String heard, int status, String text) {
        return new Said(heard, "", List.of(), null, 0, List.of(), new Failure(status, text));
    }
}
