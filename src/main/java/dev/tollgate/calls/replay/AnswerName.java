package dev.tollgate.calls.replay;

import java.util.Comparator;

/**
 * What an answer is kept under. Two API keys never share one, whatever their callers send (guarantee S-09).
 *
 * @param keyId the API key's id
 * @param nameHash SHA-256 in lower-case hex of the caller's {@code Idempotency-Key}
 */
public record AnswerName(String keyId, String nameHash) implements Comparable<AnswerName> {

    private static final Comparator<AnswerName> ORDER =
            Comparator.comparing(AnswerName::keyId).thenComparing(AnswerName::nameHash);

    @Override
    public int compareTo(AnswerName other) {
        return ORDER.compare(this, other);
    }
}
