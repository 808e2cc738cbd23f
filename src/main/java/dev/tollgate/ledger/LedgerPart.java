package dev.tollgate.ledger;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The ledger's share of a batch. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments; what a change decides is its own business
final class LedgerPart implements Part<LedgerChange> {

    private final Consumer<String> blockedOrNot;
    private final Supplier<String> nodeId;
    private final KeptRows kept = new KeptRows();
    private @Nullable Book written;

    LedgerPart(Consumer<String> blockedOrNot, Supplier<String> nodeId) {
        this.blockedOrNot = blockedOrNot;
        this.nodeId = nodeId;
    }

    @Override
    public Class<LedgerChange> type() {
        return LedgerChange.class;
    }

    @Override
    public void apply(Statements statements, List<LedgerChange> changes) throws SQLException {
        KeptRows rows = statements.dialect() == Dialect.SQLITE ? kept : new KeptRows();
        rows.begin();
        Book book = new Book(new LedgerRows(statements), rows);
        String owner = nodeId.get();
        for (LedgerChange<?> change : changes) {
            change.need(book);
        }
        book.read();
        for (LedgerChange<?> change : changes) {
            change.applyTo(book);
        }
        book.write(owner);
        written = book;
    }

    @Override
    public void committed(List<LedgerChange> changes) {
        if (written != null) {
            written.committed();
            written = null;
        }
        for (LedgerChange<?> change : changes) {
            if (change instanceof SetBlocked set) {
                blockedOrNot.accept(set.accountId());
            }
        }
    }
}
