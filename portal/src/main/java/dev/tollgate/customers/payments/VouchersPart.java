package dev.tollgate.customers.payments;

import dev.tollgate.customers.payments.Voucher.Lot;
import dev.tollgate.customers.payments.VoucherChange.MakeVouchers;
import dev.tollgate.customers.payments.VoucherChange.RedeemVoucher;
import dev.tollgate.customers.payments.VoucherChange.RevokeVouchers;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Locks the vouchers of a batch in the order of their hashes, gives each away once, and writes those that were really given. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments
final class VouchersPart implements Part<VoucherChange> {

    static final String COLUMNS = """
            SELECT sequence, amount_micros, note, created_at, expires_at, revoked_at, account_id, redeemed_at, days, models FROM voucher""";

    /** The voucher of a code. */
    static final String FIND = COLUMNS + " WHERE code_hash = ?";

    /** A page of vouchers. */
    static final String PAGE = COLUMNS + " WHERE sequence < ? ORDER BY sequence DESC LIMIT ?";

    private static final String INSERT = """
            INSERT INTO voucher (sequence, code_hash, amount_micros, note, created_at, expires_at, days, models) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String REDEEM = "UPDATE voucher SET account_id = ?, redeemed_at = ? WHERE code_hash = ?";
    private static final String REVOKE = "UPDATE voucher SET revoked_at = ? WHERE code_hash = ?";
    private static final String HASHES = "SELECT code_hash FROM voucher WHERE sequence BETWEEN ? AND ?";

    private final Map<String, Voucher> found = new HashMap<>();
    private final Set<String> taken = new HashSet<>();

    @Override
    public Class<VoucherChange> type() {
        return VoucherChange.class;
    }

    @Override
    public void ask(Statements statements, List<VoucherChange> changes) throws SQLException {
        Set<String> hashes = new TreeSet<>();
        for (VoucherChange change : changes) {
            if (change instanceof RedeemVoucher redeem) {
                hashes.add(redeem.codeHash);
            }
            if (change instanceof RevokeVouchers revoke) {
                hashes.addAll(statements.list(HASHES, row -> row.getString(1), revoke.first, revoke.last));
            }
        }
        for (String hash : hashes) {
            Voucher voucher = statements.one(FIND + statements.dialect().lock(), VouchersPart::voucher, hash);
            if (voucher != null) {
                found.put(hash, voucher);
            }
        }
    }

    @Override
    public void decide(Statements statements, List<VoucherChange> changes) {
        for (VoucherChange change : changes) {
            if (change instanceof RedeemVoucher redeem) {
                Voucher voucher = found.get(redeem.codeHash);
                redeem.taken(voucher != null && voucher.isGoodAt(redeem.at) && taken.add(redeem.codeHash));
            }
            if (change instanceof RevokeVouchers revoke) {
                revoke.revoked(found.entrySet().stream()
                        .filter(each -> revoke.has(each.getValue()) && taken.add(each.getKey()))
                        .map(Map.Entry::getKey)
                        .toList());
            }
        }
    }

    @Override
    public void write(Statements statements, List<VoucherChange> changes) throws SQLException {
        for (VoucherChange change : changes) {
            switch (change) {
                case MakeVouchers make -> insert(statements, make);
                case RevokeVouchers revoke -> {
                    for (String hash : revoke.hashes) {
                        statements.run(REVOKE, revoke.at, hash);
                    }
                }
                case RedeemVoucher redeem -> {
                    if (redeem.isRedeemed()) {
                        redeem(statements, redeem);
                    }
                }
            }
        }
    }

    private static void insert(Statements statements, MakeVouchers make) throws SQLException {
        statements.lockTable("voucher");
        if (statements.has(FIND, make.codeHashes.getFirst())) {
            make.madeBefore();
            return;
        }
        long sequence = 1 + statements.number("SELECT COALESCE(MAX(sequence), 0) FROM voucher");
        make.made(sequence);
        for (String hash : make.codeHashes) {
            Voucher voucher = make.numbered(sequence);
            statements.run(
                    INSERT,
                    voucher.sequence(),
                    hash,
                    voucher.amountMicros(),
                    voucher.note(),
                    voucher.createdAt(),
                    voucher.expiresAt(),
                    voucher.lot().days(),
                    voucher.lot().models().text());
            sequence++;
        }
    }

    private static void redeem(Statements statements, RedeemVoucher redeem) throws SQLException {
        if (statements.run(REDEEM, redeem.accountId, redeem.at, redeem.codeHash) != 1) {
            throw new IllegalStateException("a voucher that was locked is not there");
        }
    }

    /** Returns the voucher of a row of its columns. */
    static Voucher voucher(ResultSet row) throws SQLException {
        int days = row.getInt(9);
        Integer after = row.wasNull() ? null : Integer.valueOf(days);
        return new Voucher(
                row.getLong(1),
                new Lot(row.getLong(2), after, ModelPatterns.of(row.getString(10))),
                row.getString(3),
                Columns.time(row, 4),
                Columns.timeOrNull(row, 5),
                Columns.timeOrNull(row, 6),
                row.getString(7),
                Columns.timeOrNull(row, 8));
    }

    @Override
    public void committed(List<VoucherChange> changes) {
        undone();
    }

    @Override
    public void undone() {
        found.clear();
        taken.clear();
    }
}
