package dev.tollgate.testing;

import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes a grant's row behind the ledger's back, out of credits that the account has already: for tests of what reads it. */
public record GrantRows(Consumer<String> execute, String accountId) {

    /** @param limits in the column's form @param used in the column's form */
    public void add(
            long number,
            long credits,
            long left,
            String models,
            Instant startsAt,
            @Nullable Instant expiresAt,
            String limits,
            String used) {
        execute.accept("""
                INSERT INTO credit_grant (account_id, number, kind, credits_micros, left_micros, models, created_at, starts_at, expires_at, limits, used,
                    entry_number)
                VALUES ('%s', %d, 'gift', %d, %d, '%s', %d, %d, %s, '%s', '%s', 1)""".formatted(
                        accountId,
                        number,
                        credits,
                        left,
                        models,
                        startsAt.toEpochMilli(),
                        startsAt.toEpochMilli(),
                        expiresAt == null ? "NULL" : Long.toString(expiresAt.toEpochMilli()),
                        limits,
                        used));
        execute.accept("UPDATE account SET granted_micros = granted_micros + %d, last_grant = %d WHERE id = '%s'"
                .formatted(left, number, accountId));
    }
}
