package dev.tollgate.upstreams.compat;

import java.net.URI;

/**
 * The differences between OpenAI-compatible servers.
 *
 * @param maxTokensField {@code max_tokens}, which nearly all know, or {@code max_completion_tokens}, which OpenAI's newer models demand
 * @param reasoningEffort whether {@code reasoning_effort} is sent; many servers refuse it
 * @param readsCost whether {@code usage.cost} is what the operator pays
 * @param isGoogle whether the server is Google's own, which stores requests unless they forbid it
 * @param mayStore whether the operator allows that
 */
record ServerDialect(
        String maxTokensField, boolean reasoningEffort, boolean readsCost, boolean isGoogle, boolean mayStore) {

    /** The host of Google's own server of this kind. */
    static final String GOOGLE = "generativelanguage.googleapis.com";

    static boolean isGoogle(String baseUrl) {
        return GOOGLE.equalsIgnoreCase(URI.create(baseUrl).getHost());
    }

    /** Returns whether requests say that nothing is stored. */
    boolean saysNotToStore() {
        return isGoogle && !mayStore;
    }
}
