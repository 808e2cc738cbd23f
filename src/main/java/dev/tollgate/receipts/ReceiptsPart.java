package dev.tollgate.receipts;

import dev.tollgate.ledger.Balance;
import dev.tollgate.ledger.Resolution;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The receipts' share of a batch: the end of an account's chain is read once for all its charges. */
final class ReceiptsPart implements Part<ReceiptChange> {

    /** The end of a chain. */
    private record Link(long sequence, String hash) {}

    @Override
    public Class<ReceiptChange> type() {
        return ReceiptChange.class;
    }

    @Override
    public void apply(Statements statements, List<ReceiptChange> changes) throws SQLException {
        ReceiptRows rows = new ReceiptRows(statements);
        for (ReceiptChange change : changes) {
            if (change instanceof SetSigningKey set) {
                rows.set(set);
            }
        }
        String keyId = rows.activeKeyId();
        Map<String, Link> ends = new HashMap<>();
        for (ReceiptChange change : changes) {
            if (change instanceof WriteReceipt write
                    && write.settle().outcome() instanceof Resolution.Resolved resolved
                    && resolved.chargedMicros() > 0) {
                append(rows, keyId, ends, write, resolved);
            }
        }
    }

    private static void append(
            ReceiptRows rows, String keyId, Map<String, Link> ends, WriteReceipt write, Resolution.Resolved resolved)
            throws SQLException {
        String accountId = write.accountId();
        Link end = ends.get(accountId);
        if (end == null) {
            end = end(rows, accountId);
        }
        long sequence = end.sequence() + 1;
        String body = write.body(sequence, resolved.chargedMicros(), after(resolved.balance()), keyId, end.hash());
        rows.insert(accountId, sequence, write.settle().reservationId(), body);
        ends.put(accountId, new Link(sequence, Digest.of(body)));
    }

    private static Link end(ReceiptRows rows, String accountId) throws SQLException {
        Body last = rows.last(accountId);
        return last == null ? new Link(0, Digest.NONE) : new Link(last.sequence(), Digest.of(last.text()));
    }

    /** What running calls hold is still the customer's (D40). */
    private static long after(Balance balance) {
        return balance.purchasedMicros() - balance.consumedMicros();
    }
}
