package dev.tollgate.books.verification;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An entry as stored in the table.
 *
 * @param move {@code from>to}
 */
record Movement(
        String accountId,
        long sequence,
        String kind,
        @Nullable String reservationId,
        String move,
        long micros) {

    static final String HOLD = "available>reserved";
    static final String CHARGE = "reserved>revenue";
    static final String RETURN = "reserved>available";
    static final String SHORTFALL = "shortfall>revenue";
    static final String REFUND = "revenue>available";

    /** The most credits of an account (a billion), so no movement is larger. */
    private static final long MICROS_MAX = 1_000_000_000_000_000L;

    private static final Map<String, Set<String>> MOVES = Map.of(
            "top_up", Set.of("funding>available"),
            "reservation", Set.of(HOLD),
            "charge", Set.of(CHARGE, SHORTFALL),
            "release", Set.of(RETURN),
            "expiry", Set.of(RETURN),
            "refund", Set.of("revenue>available"),
            "reversal", Set.of("available>funding", "shortfall>funding", "funding>available", "funding>shortfall"),
            "adjustment", Set.of("funding>available", "available>funding"));

    private static final Set<String> OF_CALLS = Set.of("reservation", "charge", "release", "expiry", "refund");

    /** Reads {@code account_id, sequence, kind, reservation_id, from_bucket, to_bucket, amount_micros} from a column on. */
    static Movement read(ResultSet row, int first) throws SQLException {
        return new Movement(
                row.getString(first),
                row.getLong(first + 1),
                row.getString(first + 2),
                row.getString(first + 3),
                row.getString(first + 4) + ">" + row.getString(first + 5),
                row.getLong(first + 6));
    }

    /** Returns the fault of the entry on its own, or null. */
    @Nullable
    String fault() {
        if (micros <= 0 || micros > MICROS_MAX) {
            return "moves " + Findings.credits(micros);
        }
        if (!MOVES.getOrDefault(kind, Set.of()).contains(move)) {
            return "is a " + kind + " that moves " + move;
        }
        return OF_CALLS.contains(kind) && reservationId == null ? "is a " + kind + " without a reservation" : null;
    }

    /** Returns the amount that it adds to a bucket. */
    long into(String bucket) {
        return move.endsWith(">" + bucket) ? micros : move.startsWith(bucket + ">") ? -micros : 0;
    }

    /** Returns whether it changes the customer's amounts, as a shortfall does not (decision D33). */
    boolean isCustomers() {
        return into("shortfall") == 0;
    }

    String name() {
        return "entry " + accountId + "/" + sequence;
    }
}
