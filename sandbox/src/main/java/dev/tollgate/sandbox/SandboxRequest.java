package dev.tollgate.sandbox;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A request as the sandbox received it.
 *
 * @param method the HTTP method
 * @param path the path with its query, as sent
 * @param headers names in lower case; of repeated ones the last; includes the caller's key
 * @param body the JSON as sent; a missing node where there was none, it was no JSON, or it was too large to keep
 */
public record SandboxRequest(String method, String path, Map<String, String> headers, JsonNode body) {

    public SandboxRequest {
        headers = Map.copyOf(headers);
    }

    /** Leaves out headers and body: they contain a key and a person's text. */
    @Override
    public String toString() {
        return "SandboxRequest[" + method + " " + path + "]";
    }
}
