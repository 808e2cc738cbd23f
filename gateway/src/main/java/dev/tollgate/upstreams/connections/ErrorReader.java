package dev.tollgate.upstreams.connections;

import dev.tollgate.base.json.Json;
import dev.tollgate.running.UpstreamFailure;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** A reader of a provider's errors. Its results contain no secret. */
public interface ErrorReader {

    /** The messages about an invalid signature (protocol 2.4, rule 6), and about a missing one of an image (Y15); a missing one of a call has another. */
    Pattern BAD_SIGNATURE = Pattern.compile(
            "(invalid|corrupted) thought.?signature|thought.?signature is (invalid|not valid)"
                    + "|image part is missing a thought.?signature",
            Pattern.CASE_INSENSITIVE);

    /** Returns whether a provider's message rejects a thought signature. */
    static boolean refusesSignature(String message) {
        return BAD_SIGNATURE.matcher(message).find();
    }

    /**
     * Returns the code in an error object if it is 401, 403, 404 or 429, which some servers send with another HTTP status, as 500 with 403 for
     * a withdrawn model. Other codes change nothing.
     *
     * @param status the HTTP status
     */
    static int meant(int status, JsonNode error) {
        int code = error.path("code").asInt(error.path("status").asInt(0));
        return code == 401 || code == 403 || code == 404 || code == 429 ? code : status;
    }

    /** Returns the error in a body, which may be in an array: an object, or words alone as some servers send them; else a missing node. */
    static JsonNode error(byte[] body) {
        try {
            JsonNode tree = Json.tree(body);
            return (tree.isArray() ? tree.path(0) : tree).path("error");
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }

    /**
     * @param status the HTTP status
     * @param body the part of it that was read
     * @param headers those that say when to come back
     */
    UpstreamFailure of(int status, byte[] body, RetryHeaders headers);

    /** Returns the failure that an error in the middle of a stream, or in its raw tail, reports. */
    UpstreamFailure of(JsonNode error);

    /** Returns a failure with an exception's text, after removing secrets. */
    UpstreamFailure of(UpstreamFailure.Kind kind, String detail);
}
