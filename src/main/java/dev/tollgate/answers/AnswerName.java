package dev.tollgate.answers;

/**
 * What an answer is kept under. Two API keys never share one, whatever their callers send (complaint S-09).
 *
 * @param keyId the API key's id
 * @param nameHash SHA-256 in lower-case hex of the caller's {@code Idempotency-Key}
 */
public record AnswerName(String keyId, String nameHash) {}
