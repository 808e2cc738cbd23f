package dev.tollgate.books.verification;

import java.time.Instant;

/** The sums of the entries of one reservation. */
final class CallEntries {

    private final String name;
    private final String accountId;
    private final long firstSequence;
    private final long lastSequence;
    private long heldMicros;
    private long chargedMicros;
    private long releasedMicros;
    private long expiredMicros;
    private long shortfallMicros;
    private long refundedMicros;
    private int charges;
    private int returns;
    private long lowest = Long.MAX_VALUE;
    private long highest;
    private long earliest = Long.MAX_VALUE;
    private long firstEndAt = Long.MAX_VALUE;
    private long lastEndAt;
    private boolean isOrderTold;

    /** @param firstSequence the first of its entries, and {@code lastSequence} the last, as named in the reservation's row */
    CallEntries(String name, String accountId, long firstSequence, long lastSequence) {
        this.name = name;
        this.accountId = accountId;
        this.firstSequence = firstSequence;
        this.lastSequence = lastSequence;
    }

    void add(Movement movement, long createdAt, Findings findings) {
        if (!movement.accountId().equals(accountId)) {
            findings.add(name + " is of account " + accountId + ", its " + movement.name() + " is not");
        } else if (movement.move().equals(Movement.REFUND)) {
            checkFollows(movement, findings);
        } else if (movement.sequence() < firstSequence || movement.sequence() > lastSequence) {
            isOrderTold = true;
            findings.add(name + " has its entries from " + firstSequence + " to " + lastSequence + ", but not its "
                    + movement.name());
        }
        if (!movement.move().equals(Movement.REFUND)) {
            lowest = Math.min(lowest, movement.sequence());
            highest = Math.max(highest, movement.sequence());
            earliest = Math.min(earliest, createdAt);
        }
        if (movement.move().equals(Movement.CHARGE) || movement.move().equals(Movement.RETURN)) {
            firstEndAt = Math.min(firstEndAt, createdAt);
            lastEndAt = Math.max(lastEndAt, createdAt);
        }
        switch (movement.move()) {
            case Movement.HOLD -> heldMicros += movement.micros();
            case Movement.CHARGE -> {
                chargedMicros += movement.micros();
                charges++;
            }
            case Movement.RETURN -> giveBack(movement);
            case Movement.SHORTFALL -> shortfallMicros += movement.micros();
            case Movement.REFUND -> refundedMicros += movement.micros(); // the call stays settled
            default -> {
                // reported by the check of the entry itself
            }
        }
    }

    private void checkFollows(Movement movement, Findings findings) {
        if (movement.sequence() <= lastSequence) {
            isOrderTold = true;
            findings.add(name + " has its entries up to " + lastSequence + ", but its refund is " + movement.name());
        }
    }

    private void giveBack(Movement movement) {
        returns++;
        if (movement.kind().equals("expiry")) {
            expiredMicros += movement.micros();
        } else {
            releasedMicros += movement.micros();
        }
    }

    /** Returns whether its charge and release, if any, are of this time in milliseconds. */
    boolean endsAt(long millis) {
        return lastEndAt == 0 || firstEndAt == millis && lastEndAt == millis;
    }

    long shortfallMicros() {
        return shortfallMicros;
    }

    /** Compares them with the reservation's row. */
    void check(String state, long rowHeldMicros, long rowChargedMicros, long createdAt, Findings findings) {
        if (!isOrderTold && highest > 0 && (firstSequence < lowest || lastSequence > highest)) {
            findings.add(name + " has its entries from " + firstSequence + " to " + lastSequence + ", they are from "
                    + lowest + " to " + highest);
        }
        if (earliest < createdAt) {
            findings.add(name + " is of " + Instant.ofEpochMilli(createdAt) + ", its first entry of "
                    + Instant.ofEpochMilli(earliest));
        }
        findings.same(name + " holds", rowHeldMicros, "its entries hold", heldMicros);
        findings.same(name + " is charged", rowChargedMicros, "its entries charge", chargedMicros);
        if (refundedMicros > chargedMicros) {
            findings.add(name + " is charged " + Findings.credits(chargedMicros) + " and refunded "
                    + Findings.credits(refundedMicros));
        }
        if (charges > 1 || returns > 1) {
            findings.add(name + " is resolved more than once: charges " + charges + ", returns " + returns);
        }
        boolean open = state.equals("open");
        boolean expired = state.equals("expired");
        long restMicros = heldMicros - chargedMicros;
        findings.same(
                name + " is " + state + " and releases", releasedMicros, "should", open || expired ? 0 : restMicros);
        findings.same(name + " is " + state + " and expires", expiredMicros, "should", expired ? restMicros : 0);
        if (!state.equals("settled") && chargedMicros + rowChargedMicros + shortfallMicros > 0) {
            findings.add(name + " is " + state + " and has a charge");
        }
    }
}
