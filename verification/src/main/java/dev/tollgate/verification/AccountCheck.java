package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Checks each account by its calls and entries in the order of their numbers, and each call on its own: numbers from 1 without a gap, times that do not
 * fall, the balance after each row, which is never below zero, the chain of receipts, and the account's row at the end. The buckets of all accounts add up to zero. Reads each
 * row once and keeps the sums of one account.
 */
final class AccountCheck implements Check {

    private static final int TERMS = 0;
    private static final int CALL = 1;
    private static final int ENTRY = 2;

    /** The first column that not all rows have in common, and the one with a row's own fault. */
    private static final int OF_CALL = 9;

    private static final int FAULT = OF_CALL + AuditedCall.WIDTH - 1;

    /**
     * The conditions that no entry of a kind may have: a list apart from the one in the ledger. No account has more than a billion credits, so no movement. Only
     * what lapsed late takes from the balance what the platform had lost.
     */
    private static final String FAULT_OF_ENTRY = """
            CASE
                WHEN kind NOT IN ('top_up', 'refund', 'adjustment', 'reversal') THEN 'is a ' || kind || ', which is no kind of entry'
                WHEN ABS(amount_micros) > 1000000000000000 OR ABS(missing_micros) > 1000000000000000
                        OR kind IN ('top_up', 'refund') AND amount_micros <= 0 OR kind <> 'reversal' AND missing_micros <> 0
                        OR amount_micros > 0 AND missing_micros < 0
                        OR (amount_micros + missing_micros = 0 OR amount_micros < 0 AND missing_micros > 0)
                            AND (kind <> 'reversal' OR amount_micros + missing_micros <> 0 OR COALESCE(request_id, '') NOT LIKE 'late-%')
                    THEN 'is a ' || kind || ' that moves ' || amount_micros || ' micro-credits and ' || missing_micros
                        || ' of the platform, which such an entry cannot'
                WHEN (kind = 'refund') <> (task_id IS NOT NULL) THEN 'is a ' || kind || ' of ' || COALESCE('call ' || task_id, 'no call')
                WHEN reason IS NULL THEN 'is a ' || kind || ' without a reason'
            END""";

    /**
     * The columns that calls, entries and accounts have in common, and then the columns of a call. What a row adds to the credits that were bought and spent
     * comes sixth and seventh. Terms come before all numbers of their account, accounts after them.
     */
    private static final String SQL = """
            SELECT account_id, number, 1 AS part, ended_at, balance_after_micros, 0, charged_micros, id, %s, %s FROM call
            UNION ALL
            %s%s FROM account_terms
            UNION ALL
            SELECT account_id, number, 2, created_at, balance_after_micros, CASE WHEN kind = 'refund' THEN 0 ELSE amount_micros END,
                CASE WHEN kind = 'refund' THEN -amount_micros ELSE 0 END, NULL%s, %s%s
            FROM entry
            UNION ALL
            SELECT a.id, 9223372036854775807, 3, a.last_number_at, a.balance_micros, a.purchased_micros, a.consumed_micros, NULL,
                a.last_number, a.reserved_micros, COALESCE(h.held_micros, 0), a.last_grant%s, a.receipts, a.receipt_hash%s
            FROM account a
                LEFT JOIN (SELECT account_id, SUM(held_micros) AS held_micros FROM open_hold GROUP BY account_id) h ON h.account_id = a.id
            ORDER BY 1, 2, 3""".formatted(
                    AuditedCall.COLUMNS,
                    ReceiptChain.COLUMNS,
                    TermsOfAccount.SQL,
                    ", NULL".repeat(AuditedCall.WIDTH - 1 + ReceiptChain.WIDTH),
                    ", NULL".repeat(AuditedCall.WIDTH - 1),
                    FAULT_OF_ENTRY,
                    ", NULL".repeat(ReceiptChain.WIDTH),
                    ", NULL".repeat(AuditedCall.WIDTH - 4),
                    ", NULL".repeat(ReceiptChain.WIDTH - 2));

    private final CallCheck calls;
    private @Nullable Sums account;
    private long customersMicros;
    private long platformMicros;

    /** @param calls the check of each call */
    AccountCheck(CallCheck calls) {
        this.calls = calls;
    }

    @Override
    public String subject() {
        return "calls and entries";
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
            endAccount(findings);
            sums = new Sums(id);
            account = sums;
        }
        switch (row.getInt(3)) {
            case TERMS -> sums.terms.add(row, OF_CALL, calls.groups(), findings);
            case CALL -> {
                AuditedCall call = AuditedCall.read(row, OF_CALL);
                sums.next(call.name(), row, findings);
                sums.receipts.call(call.name(), row, findings);
                sums.isPaidByGrants |= row.getString("paid_by") != null;
                calls.check(call, sums.terms, findings);
            }
            case ENTRY -> sums.next("entry " + id + "/" + row.getLong(2), row, findings);
            default -> sums.compare(row, findings);
        }
    }

    @Override
    public void end(Findings findings) {
        endAccount(findings);
        if (customersMicros + platformMicros != 0) {
            findings.add("all buckets together hold " + Findings.credits(customersMicros + platformMicros)
                    + ", which should be nothing");
        }
    }

    private void endAccount(Findings findings) {
        Sums last = account;
        if (last != null) {
            platformMicros += last.consumed - last.purchased;
            if (!last.isStored) {
                findings.add(
                        "account " + last.id + " is not there, and has calls or entries up to number " + last.number);
            }
        }
    }

    /** The sums of an account's numbers so far. */
    private final class Sums {

        private final String id;
        private final ReceiptChain receipts;
        private final TermsOfAccount terms;
        private long purchased;
        private long consumed;
        private long number;
        private long lastAt;
        private long wrongBy;
        private boolean wasBelowZero;
        private boolean isStored;
        private boolean isPaidByGrants;

        Sums(String id) {
            this.id = id;
            this.receipts = new ReceiptChain(id);
            this.terms = new TermsOfAccount(id);
        }

        /** Compares a row with the one before. A balance that is wrong by as much as the one before is not reported again. */
        void next(String name, ResultSet row, Findings findings) throws SQLException {
            String fault = row.getString(FAULT);
            if (fault != null) {
                findings.add(name + " " + fault);
            }
            purchased += row.getLong(6);
            consumed += row.getLong(7);
            long its = row.getLong(2);
            long at = row.getLong(4);
            if (its != number + 1) {
                findings.add(name + " has number " + its + ", it should have " + (number + 1));
            }
            if (at < lastAt) {
                findings.add(name + " is of " + Instant.ofEpochMilli(at) + ", number " + number + " before it of "
                        + Instant.ofEpochMilli(lastAt));
            }
            long right = purchased - consumed;
            long difference = row.getLong(5) - right;
            if (difference != 0 && difference != wrongBy) {
                findings.same(
                        name + " leaves a balance of", row.getLong(5), "the account's rows up to it add up to", right);
            }
            if (!wasBelowZero && (right < 0 || consumed < 0)) {
                wasBelowZero = true;
                findings.add(name + " takes the account below zero");
            }
            wrongBy = difference;
            number = its;
            lastAt = at;
        }

        void compare(ResultSet row, Findings findings) throws SQLException {
            isStored = true;
            long balance = row.getLong(5);
            long reserved = row.getLong(OF_CALL + 1);
            long held = row.getLong(OF_CALL + 2);
            same("balance", balance, "its rows leave", purchased - consumed - held, findings);
            same("reserved", reserved, "its open calls hold", held, findings);
            same("total_purchased", row.getLong(6), "its entries add up to", purchased, findings);
            same("total_consumed", row.getLong(7), "its calls and refunds add up to", consumed, findings);
            if (row.getLong(OF_CALL) != number) {
                findings.add("account " + id + " has " + row.getLong(OF_CALL) + " as its last number, it is " + number);
            }
            if (row.getLong(4) != lastAt) {
                findings.add("account " + id + " has its last number at " + Instant.ofEpochMilli(row.getLong(4))
                        + ", it is of " + Instant.ofEpochMilli(lastAt));
            }
            if (isPaidByGrants && row.getLong(OF_CALL + 3) == 0) {
                findings.add("account " + id + " has calls that are paid by grants, and had no grant");
            }
            receipts.compare(row, findings);
            customersMicros += balance + reserved;
        }

        private void same(String name, long stored, String other, long right, Findings findings) {
            findings.same("account " + id + " has a " + name + " of", stored, other, right);
        }
    }
}
