package dev.tollgate.books.ledger;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The windows of one owner that a reservation counts in, the longest first. Writer's thread only. */
record OwnerWindows(SpendOwner owner, List<WindowRow> rows) {

    /** Returns the room that the tightest limit leaves, not below zero. */
    long roomMicros() {
        long room = Long.MAX_VALUE;
        for (WindowRow row : rows) {
            room = Math.min(room, roomMicros(row));
        }
        return room;
    }

    private long roomMicros(WindowRow row) {
        return Math.max(0, row.roomMicros(owner.limits().of(row.id.kind())));
    }

    /** Returns the refusal of an amount by the longest window that leaves less, or null: waiting for a shorter one would not help. */
    ReserveOutcome.@Nullable SpendLimitReached refusal(long micros, Instant at) {
        for (WindowRow row : rows) {
            if (roomMicros(row) < micros) {
                SpendWindow window = row.id.kind();
                return new ReserveOutcome.SpendLimitReached(
                        owner.kind(),
                        window,
                        owner.limits().of(window),
                        row.chargedMicros(),
                        row.heldMicros(),
                        micros,
                        window.endsAt(at));
            }
        }
        return null;
    }

    void hold(long micros) {
        rows.forEach(row -> row.hold(micros));
    }

    void resolve(long heldMicros, long chargeMicros) {
        rows.forEach(row -> row.resolve(heldMicros, chargeMicros));
    }
}
