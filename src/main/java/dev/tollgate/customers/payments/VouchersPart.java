package dev.tollgate.customers.payments;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Locks the vouchers of a batch in the order of their hashes, gives each away once, and writes those that were really given. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments
final class VouchersPart implements Part<VoucherChange> {

    private static final String FIND = VoucherRows.COLUMNS + " WHERE code_hash = ?";
    private static final String INSERT = """
            INSERT INTO voucher (sequence, code_hash, amount_micros, note, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)""";
    private static final String REDEEM = "UPDATE voucher SET account_id = ?, redeemed_at = ? WHERE code_hash = ?";

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
                hashes.add(redeem.codeHash());
            }
        }
        for (String hash : hashes) {
            PreparedStatement select = statements.of(FIND + statements.dialect().lock());
            select.setString(1, hash);
            try (ResultSet row = select.executeQuery()) {
                if (row.next()) {
                    found.put(hash, VoucherRows.voucher(row));
                }
            }
        }
    }

    @Override
    public void decide(Statements statements, List<VoucherChange> changes) {
        for (VoucherChange change : changes) {
            if (change instanceof RedeemVoucher redeem) {
                Voucher voucher = found.get(redeem.codeHash());
                redeem.taken(voucher != null && voucher.isGoodAt(redeem.at()) && taken.add(redeem.codeHash()));
            }
        }
    }

    @Override
    public void write(Statements statements, List<VoucherChange> changes) throws SQLException {
        for (VoucherChange change : changes) {
            switch (change) {
                case MakeVouchers make -> insert(statements, make);
                case RedeemVoucher redeem -> {
                    if (redeem.isRedeemed()) {
                        redeem(statements, redeem);
                    }
                }
            }
        }
    }

    private static void insert(Statements statements, MakeVouchers make) throws SQLException {
        if (statements.dialect() == Dialect.POSTGRESQL) {
            statements.of("LOCK TABLE voucher IN SHARE ROW EXCLUSIVE MODE").execute();
        }
        if (isThere(statements, make.codeHashes().getFirst())) {
            make.madeBefore();
            return;
        }
        long sequence = 1 + last(statements);
        make.made(sequence);
        for (String hash : make.codeHashes()) {
            Voucher voucher = make.numbered(sequence);
            PreparedStatement insert = statements.of(INSERT);
            insert.setLong(1, voucher.sequence());
            insert.setString(2, hash);
            insert.setLong(3, voucher.amountMicros());
            insert.setString(4, voucher.note());
            insert.setLong(5, voucher.createdAt().toEpochMilli());
            if (voucher.expiresAt() == null) {
                insert.setNull(6, Types.BIGINT);
            } else {
                insert.setLong(6, voucher.expiresAt().toEpochMilli());
            }
            insert.executeUpdate();
            sequence++;
        }
    }

    private static boolean isThere(Statements statements, String codeHash) throws SQLException {
        PreparedStatement select = statements.of(FIND);
        select.setString(1, codeHash);
        try (ResultSet row = select.executeQuery()) {
            return row.next();
        }
    }

    private static long last(Statements statements) throws SQLException {
        try (ResultSet row =
                statements.of("SELECT COALESCE(MAX(sequence), 0) FROM voucher").executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static void redeem(Statements statements, RedeemVoucher redeem) throws SQLException {
        PreparedStatement update = statements.of(REDEEM);
        update.setString(1, redeem.accountId());
        update.setLong(2, redeem.at().toEpochMilli());
        update.setString(3, redeem.codeHash());
        if (update.executeUpdate() != 1) {
            throw new IllegalStateException("a voucher that was locked is not there");
        }
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
