package dev.tollgate.calls.replay;

import java.util.Comparator;

/** The name under which a response is kept. Two API keys never share one, whatever their callers send (guarantee S-09). */
public record AnswerName(String keyId, String nameHash) implements Comparable<AnswerName> {

    private static final Comparator<AnswerName> ORDER =
            Comparator.comparing(AnswerName::keyId).thenComparing(AnswerName::nameHash);

    @Override
    public int compareTo(AnswerName other) {
        return ORDER.compare(this, other);
    }
}
