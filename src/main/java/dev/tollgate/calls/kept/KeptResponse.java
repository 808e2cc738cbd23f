package dev.tollgate.calls.kept;

import org.jspecify.annotations.Nullable;

/**
 * A kept response, unpacked.
 *
 * @param id of its task
 * @param previousId the task of the response that it continues; null if it continues none
 * @param input JSON in UTF-8: the call's own input as it came, without the conversation before it
 * @param response JSON in UTF-8: the object of the response
 */
public record KeptResponse(String id, @Nullable String previousId, byte[] input, byte[] response) {}
