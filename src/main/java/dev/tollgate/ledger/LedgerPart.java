package dev.tollgate.ledger;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The ledger's share of a batch: one book from the first decision to the commit. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments; what a change decides is its own business
final class LedgerPart implements Part<LedgerChange> {

    private final Consumer<String> blockedOrNot;
    private final Supplier<String> nodeId;
    private final KeptRows kept = new KeptRows();
    private @Nullable Book open;

    LedgerPart(Consumer<String> blockedOrNot, Supplier<String> nodeId) {
        this.blockedOrNot = blockedOrNot;
        this.nodeId = nodeId;
    }

    @Override
    public Class<LedgerChange> type() {
        return LedgerChange.class;
    }

    @Override
    public void decide(Statements statements, List<LedgerChange> changes) throws SQLException {
        Book book = open;
        if (book == null) {
            boolean nobodyElseWrites = statements.dialect() == Dialect.SQLITE;
            book = new Book(new LedgerRows(statements), nobodyElseWrites ? kept : new KeptRows());
            open = book;
        }
        for (LedgerChange<?> change : changes) {
            change.need(book);
        }
        book.read();
        for (LedgerChange<?> change : changes) {
            change.applyTo(book);
        }
    }

    @Override
    public void write(Statements statements, List<LedgerChange> changes) throws SQLException {
        if (open != null) {
            open.write(nodeId.get());
        }
    }

    @Override
    public void undone() {
        open = null;
        kept.clear();
    }

    @Override
    public void committed(List<LedgerChange> changes) {
        if (open != null) {
            open.committed();
            open = null;
        }
        for (LedgerChange<?> change : changes) {
            if (change instanceof SetBlocked set) {
                blockedOrNot.accept(set.accountId());
            }
        }
    }
}
