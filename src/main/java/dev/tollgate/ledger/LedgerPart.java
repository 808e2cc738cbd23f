package dev.tollgate.ledger;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;

/** The ledger's share of a batch. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments; what a change decides is its own business
final class LedgerPart implements Part<LedgerChange> {

    @Override
    public Class<LedgerChange> type() {
        return LedgerChange.class;
    }

    @Override
    public void apply(Statements statements, List<LedgerChange> changes) throws SQLException {
        Book book = new Book(new LedgerRows(statements));
        for (LedgerChange<?> change : changes) {
            change.applyTo(book);
        }
        book.write();
    }
}
