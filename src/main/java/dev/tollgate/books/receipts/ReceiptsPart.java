package dev.tollgate.books.receipts;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.books.receipts.Receipts.Body;
import dev.tollgate.books.receipts.Receipts.SetSigningKey;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The receipts' share of a batch: the end of an account's chain is read once for all its charges. The settlement has locked the account's
 * row by then, so no other node adds to the chain.
 */
final class ReceiptsPart implements Part<ReceiptsPart.ReceiptChange> {

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

    /** The receipts' SQL on the writer's connection. */
    static final class ReceiptRows {

        static final String SELECT_LAST =
                "SELECT sequence, body FROM receipt WHERE account_id = ? ORDER BY sequence DESC LIMIT 1";
        static final String SELECT_ACTIVE = "SELECT id FROM signing_key WHERE retired_at IS NULL";

        private static final RowStatement ACTIVE = RowStatement.of(SELECT_ACTIVE, SELECT_ACTIVE);
        private static final RowStatement SELECT_ENDS = RowStatement.of(
                "SELECT account_id, sequence, body FROM receipt WHERE account_id = ? ORDER BY sequence DESC LIMIT 1",
                """
                SELECT wanted.account_id, last.sequence, last.body FROM unnest(?) AS wanted (account_id)
                JOIN LATERAL (SELECT sequence, body FROM receipt WHERE account_id = wanted.account_id
                    ORDER BY sequence DESC LIMIT 1) AS last ON true""",
                "text");
        private static final RowStatement INSERT =
                RowStatement.insert("receipt", "account_id text", "sequence bigint", "task_id text", "body utf8");
        private static final String RETIRE = "UPDATE signing_key SET retired_at = ? WHERE retired_at IS NULL";
        private static final String INSERT_KEY = """
                INSERT INTO signing_key (id, public_key, sealed_private, created_at) VALUES (?, ?, ?, ?)
                ON CONFLICT DO NOTHING""";

        private final Statements statements;

        ReceiptRows(Statements statements) {
            this.statements = statements;
        }

        /** The last receipt of each account that has one. A server's answers come with what is asked next, here and below. */
        void askEnds(Collection<String> accountIds, BiConsumer<String, Body> found) throws SQLException {
            Rows ends = SELECT_ENDS.on(
                    statements, row -> found.accept(row.getString(1), new Body(row.getLong(2), row.getString(3))));
            for (String accountId : accountIds) {
                ends.text(accountId).next();
            }
            ends.finishLater();
        }

        /** Takes account, sequence, task and body of each. */
        Rows inserts() throws SQLException {
            return INSERT.on(statements);
        }

        void askActiveKeyId(Consumer<String> found) throws SQLException {
            Rows active = ACTIVE.on(statements, row -> found.accept(row.getString(1)));
            active.next();
            active.finishLater();
        }

        /** @return whether it is in charge now */
        boolean set(SetSigningKey change) throws SQLException {
            SigningKey key = change.key();
            if (change.replaces()) {
                PreparedStatement retire = statements.of(RETIRE);
                retire.setLong(1, key.createdAt().toEpochMilli());
                retire.executeUpdate();
            }
            PreparedStatement insert = statements.of(INSERT_KEY);
            insert.setString(1, key.id());
            insert.setString(2, key.publicKey());
            insert.setString(3, key.sealedPrivate());
            insert.setLong(4, key.createdAt().toEpochMilli());
            return insert.executeUpdate() > 0;
        }
    }

    /** A change of the receipts or of the keys that sign them. */
    sealed interface ReceiptChange extends Change permits WriteReceipt, Receipts.SetSigningKey {}
}
