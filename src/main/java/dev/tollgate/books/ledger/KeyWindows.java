package dev.tollgate.books.ledger;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The windows of one key, or of one account, that a reservation counts in, the longest first. Writer's thread only. */
record KeyWindows(List<WindowRow> rows) {

    /** Returns the room that the tightest limit leaves, not below zero. */
    long roomMicros(SpendLimits limits) {
        long room = Long.MAX_VALUE;
        for (WindowRow row : rows) {
            room = Math.min(room, row.roomMicros(limits.of(row.id.kind())));
        }
        return Math.max(0, room);
    }

    /** Returns the longest window that leaves less than an amount: waiting for a shorter one would not help. */
    @Nullable
    SpendWindow firstWithout(long micros, SpendLimits limits) {
        for (WindowRow row : rows) {
            if (Math.max(0, row.roomMicros(limits.of(row.id.kind()))) < micros) {
                return row.id.kind();
            }
        }
        return null;
    }

    ReserveOutcome.SpendLimitReached reached(SpendWindow window, SpendLimits limits, long leastMicros, Instant at) {
        for (WindowRow row : rows) {
            if (row.id.kind() == window) {
                return new ReserveOutcome.SpendLimitReached(
                        window,
                        limits.of(window),
                        row.chargedMicros(),
                        row.heldMicros(),
                        leastMicros,
                        window.endsAt(at));
            }
        }
        throw new IllegalStateException("no window " + window);
    }

    void hold(long micros) {
        rows.forEach(row -> row.hold(micros));
    }

    void resolve(long heldMicros, long chargeMicros) {
        rows.forEach(row -> row.resolve(heldMicros, chargeMicros));
    }
}
