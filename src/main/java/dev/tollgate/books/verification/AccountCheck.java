package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Checks that each account's four amounts are the sums of its entries and were never below zero, that its sequence has no gap and its latest
 * entry is named in its row, and that the buckets of all accounts add up to zero.
 */
final class AccountCheck implements Check {

    private static final String SQL = """
            SELECT a.id, a.balance_micros, a.reserved_micros, a.purchased_micros, a.consumed_micros, a.last_sequence, a.last_entry_at,
                e.account_id, e.sequence, e.kind, e.reservation_id, e.from_bucket, e.to_bucket, e.amount_micros, e.created_at
            FROM account a LEFT JOIN entry e ON e.account_id = a.id
            ORDER BY a.id, e.sequence""";
    private static final int ENTRY = 8;

    private @Nullable Sums account;
    private long customersMicros;
    private long platformMicros;

    @Override
    public String subject() {
        return "accounts";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String id = row.getString(1);
        Sums sums = account;
        if (sums == null || !sums.id.equals(id)) {
            finish(findings);
            sums = new Sums(id, row);
            account = sums;
        }
        if (row.getString(ENTRY) != null) {
            Movement movement = Movement.read(row, ENTRY);
            sums.add(movement, row.getLong(ENTRY + 7), findings);
            platformMicros += movement.into("funding") + movement.into("revenue") + movement.into("shortfall");
        }
    }

    @Override
    public void end(Findings findings) {
        finish(findings);
        if (customersMicros + platformMicros != 0) {
            findings.add("all buckets together hold " + Findings.credits(customersMicros + platformMicros)
                    + ", which should be nothing");
        }
    }

    private void finish(Findings findings) {
        if (account != null) {
            account.compare(findings);
            customersMicros += account.storedBalance + account.storedReserved;
        }
    }

    /** The sums of an account: the amounts of its row and of its entries. */
    private static final class Sums {

        private final String id;
        private final long storedBalance;
        private final long storedReserved;
        private final long storedPurchased;
        private final long storedConsumed;
        private final long storedSequence;
        private final long storedLastAt;
        private long balance;
        private long reserved;
        private long purchased;
        private long consumed;
        private long sequence;
        private long lastAt;
        private boolean wasBelowZero;

        Sums(String id, ResultSet row) throws SQLException {
            this.id = id;
            this.storedBalance = row.getLong(2);
            this.storedReserved = row.getLong(3);
            this.storedPurchased = row.getLong(4);
            this.storedConsumed = row.getLong(5);
            this.storedSequence = row.getLong(6);
            this.storedLastAt = row.getLong(7);
        }

        void add(Movement movement, long createdAt, Findings findings) {
            lastAt = Math.max(lastAt, createdAt);
            if (movement.sequence() != sequence + 1) {
                findings.add(movement.name() + " follows " + sequence);
            }
            sequence = movement.sequence();
            String fault = movement.fault();
            if (fault != null) {
                findings.add(movement.name() + " " + fault);
            }
            if (movement.isCustomers()) {
                balance += movement.into("available");
                reserved += movement.into("reserved");
                purchased -= movement.into("funding");
                consumed += movement.into("revenue");
                checkAboveZero(movement, findings);
            }
        }

        private void checkAboveZero(Movement movement, Findings findings) {
            if (!wasBelowZero && (balance < 0 || reserved < 0 || consumed < 0)) {
                wasBelowZero = true;
                findings.add(movement.name() + " takes the account below zero");
            }
        }

        void compare(Findings findings) {
            same("balance", storedBalance, balance, findings);
            same("reserved", storedReserved, reserved, findings);
            same("total_purchased", storedPurchased, purchased, findings);
            same("total_consumed", storedConsumed, consumed, findings);
            if (storedSequence != sequence) {
                findings.add("account " + id + " counts " + storedSequence + " entries, the last one is " + sequence);
            }
            if (storedLastAt != lastAt) {
                findings.add("account " + id + " has its last entry at " + Instant.ofEpochMilli(storedLastAt)
                        + ", the latest is of " + Instant.ofEpochMilli(lastAt));
            }
        }

        private void same(String name, long stored, long added, Findings findings) {
            findings.same("account " + id + " has a " + name + " of", stored, "its entries add up to", added);
        }
    }
}
