package dev.tollgate.books.ledger;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The windows that a call counts in, by their owners, the innermost owner first. Writer's thread only. */
record CallWindows(List<OwnerWindows> ofOwners) {

    /** Returns the room that the tightest limit of all leaves, not below zero. */
    long roomMicros() {
        long room = Long.MAX_VALUE;
        for (OwnerWindows windows : ofOwners) {
            room = Math.min(room, windows.roomMicros());
        }
        return room;
    }

    /** Returns the refusal of an amount by the longest window without room for it, or null. Of equally long windows it names the outermost owner's. */
    ReserveOutcome.@Nullable SpendLimitReached refusal(long micros, Instant at) {
        ReserveOutcome.SpendLimitReached longest = null;
        for (OwnerWindows windows : ofOwners) {
            ReserveOutcome.SpendLimitReached full = windows.refusal(micros, at);
            if (full != null && (longest == null || full.window().compareTo(longest.window()) >= 0)) {
                longest = full;
            }
        }
        return longest;
    }

    void hold(long micros) {
        ofOwners.forEach(windows -> windows.hold(micros));
    }

    void resolve(long heldMicros, long chargeMicros) {
        ofOwners.forEach(windows -> windows.resolve(heldMicros, chargeMicros));
    }
}
