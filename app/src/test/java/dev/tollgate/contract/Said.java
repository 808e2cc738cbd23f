package dev.tollgate.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response as a client presents it.
 *
 * @param thoughts empty if there were none or the client has no place for them
 * @param finish as OpenAI's protocol writes it; null if the client presents none
 * @param totalTokens 0 if the client presents no usage
 * @param sources the URLs of annotations
 * @param failure null if the client took it for a response
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
