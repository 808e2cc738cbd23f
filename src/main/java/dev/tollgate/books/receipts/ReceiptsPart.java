package dev.tollgate.books.receipts;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The receipts' share of a batch: the end of an account's chain is read once for all its charges. The settlement has locked the account's
 * row by then, so no other node adds to the chain.
 */
final class ReceiptsPart implements Part<ReceiptChange> {

    /** The end of a chain. */
    private record Link(long sequence, String hash) {}

    private final Map<String, Link> ends = new HashMap<>();
    private @Nullable String activeKeyId;

    /** The writer's digest, used for one receipt after the other. */
    private final Utf8Buffer room = new Utf8Buffer();

    @Override
    public Class<ReceiptChange> type() {
        return ReceiptChange.class;
    }

    @Override
    public void ask(Statements statements, List<ReceiptChange> changes) throws SQLException {
        if (statements.dialect() == Dialect.POSTGRESQL) {
            askEnds(statements, changes);
        }
    }

    private void askEnds(Statements statements, List<ReceiptChange> changes) throws SQLException {
        Set<String> accountIds = new LinkedHashSet<>();
        for (ReceiptChange change : changes) {
            if (change instanceof WriteReceipt write) {
                accountIds.add(write.accountId());
            }
        }
        if (!accountIds.isEmpty()) {
            ReceiptRows rows = new ReceiptRows(statements);
            rows.askActiveKeyId(id -> activeKeyId = id);
            rows.askEnds(accountIds, (id, last) -> ends.put(id, new Link(last.sequence(), Digest.of(last.text()))));
        }
    }

    /**
     * A new key also signs the charges of its own batch. SQLite reads here, after the ledger's writes: it would not wait for another
     * process's write once this transaction had read.
     */
    @Override
    public void write(Statements statements, List<ReceiptChange> changes) throws SQLException {
        if (statements.dialect() == Dialect.SQLITE) {
            askEnds(statements, changes);
        }
        ReceiptRows rows = new ReceiptRows(statements);
        for (ReceiptChange change : changes) {
            if (change instanceof SetSigningKey set && rows.set(set)) {
                activeKeyId = set.key().id();
            }
        }
        append(rows, charges(changes));
    }

    @Override
    public void committed(List<ReceiptChange> changes) {
        undone();
    }

    @Override
    public void undone() {
        ends.clear();
        activeKeyId = null;
    }

    /** A charge with its receipt. */
    private record Charge(WriteReceipt receipt, Resolution.Resolved resolved) {}

    /** @throws IllegalStateException if there is no signing key: the start makes one before the first call */
    private void append(ReceiptRows rows, List<Charge> charges) throws SQLException {
        if (charges.isEmpty()) {
            return;
        }
        String keyId = activeKeyId;
        if (keyId == null) {
            throw new IllegalStateException("no key signs receipts");
        }
        Rows inserts = rows.inserts();
        for (Charge charge : charges) {
            WriteReceipt receipt = charge.receipt();
            Resolution.Resolved resolved = charge.resolved();
            Link end = ends.getOrDefault(receipt.accountId(), new Link(0, Digest.NONE));
            long sequence = end.sequence() + 1;
            receipt.body(room, sequence, resolved.chargedMicros(), after(resolved.balance()), keyId, end.hash());
            inserts.text(receipt.accountId())
                    .number(sequence)
                    .text(receipt.settle().reservationId())
                    .utf8(room.toByteArray())
                    .next();
            ends.put(receipt.accountId(), new Link(sequence, Digest.of(room)));
        }
        inserts.finish();
    }

    private static List<Charge> charges(List<ReceiptChange> changes) {
        List<Charge> charges = new ArrayList<>();
        for (ReceiptChange change : changes) {
            if (change instanceof WriteReceipt write
                    && write.settle().outcome() instanceof Resolution.Resolved resolved
                    && resolved.chargedMicros() > 0) {
                charges.add(new Charge(write, resolved));
            }
        }
        return charges;
    }

    /** Returns the balance with the holds of running calls, which still are the customer's (D40). */
    private static long after(Balance balance) {
        return balance.purchasedMicros() - balance.consumedMicros();
    }
}
