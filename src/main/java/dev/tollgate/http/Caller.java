package dev.tollgate.http;

/**
 * Who is calling, as plain values, so that no door needs to know the keys' own package.
 *
 * @param accountId the account that pays; for the operator whatever the root chooses
 * @param keyId the key's id, never the key
 * @param keyPrefix the key's first characters, safe to show and to store
 */
public record Caller(String accountId, String keyId, String keyPrefix) {}
