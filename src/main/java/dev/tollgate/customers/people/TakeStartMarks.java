package dev.tollgate.customers.people;

import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.storage.Decision;
import java.time.Instant;
import java.util.List;

/**
 * Marks a login, and the identities of its person, as given start credits. The {@link #grant} of the same unit gives the credits if none of
 * them had a mark; if it gives nothing, none of them is marked.
 */
final class TakeStartMarks extends Decision<Boolean> {

    private final List<String> marks;
    private final Grant grant;

    /** @param marks keyed hashes, at least one @param isReal whether the credits buy calls that cost money */
    TakeStartMarks(List<String> marks, String accountId, long micros, boolean isReal, RequestId requestId, Instant at) {
        this.marks = List.copyOf(marks);
        this.grant = isReal
                ? Grant.onCondition(accountId, micros, StartCredits.REASON, this::outcome, requestId, at)
                : Grant.ofSandbox(accountId, micros, StartCredits.REASON, this::outcome, requestId, at);
    }

    List<String> marks() {
        return marks;
    }

    Grant grant() {
        return grant;
    }

    void taken(boolean isFirst) {
        decide(isFirst);
    }

    /** Returns whether the ledger has given the credits. */
    boolean isGiven() {
        return grant.outcome() instanceof Grant.Granted;
    }
}
