package dev.tollgate.upstreams.compat;

/**
 * The differences between OpenAI-compatible servers.
 *
 * @param maxTokensField {@code max_tokens}, which nearly all know, or {@code max_completion_tokens}, which OpenAI's newer models demand
 * @param reasoningEffort whether {@code reasoning_effort} is sent; many servers refuse it
 * @param readsCost whether {@code usage.cost} is what the operator pays
 */
record ServerDialect(String maxTokensField, boolean reasoningEffort, boolean readsCost) {}
