package dev.tollgate.customers.keys;

import java.sql.SQLException;
import java.time.Instant;

/** Erases keys that were deleted before a call was made with them. The outcome is their number. */
final class ForgetKeys extends KeyChange<Integer> {

    static final int ROWS_MAX = 500;

    private final Instant before;

    ForgetKeys(Instant before) {
        this.before = before;
    }

    @Override
    String idOrHash() {
        return "";
    }

    @Override
    Integer decideOver(KeyRows rows) throws SQLException {
        return rows.forgetUnused(before, ROWS_MAX);
    }
}
