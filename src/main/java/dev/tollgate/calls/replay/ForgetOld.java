package dev.tollgate.calls.replay;

import dev.tollgate.storage.Decision;
import java.time.Instant;
import java.util.List;

/**
 * Forgets answers that were settled before a time, the oldest first and so many at most. The outcome is the ids of their tasks: the
 * spools can be deleted.
 */
public final class ForgetOld extends Decision<List<String>> implements AnswerChange {

    private final Instant before;
    private final int answersMax;

    public ForgetOld(Instant before, int answersMax) {
        this.before = before;
        this.answersMax = answersMax;
    }

    Instant before() {
        return before;
    }

    int answersMax() {
        return answersMax;
    }

    void made(List<String> forgotten) {
        decide(forgotten);
    }
}
