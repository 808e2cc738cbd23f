package dev.tollgate.ledger;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/** The ledger's share of a batch. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments; what a change decides is its own business
final class LedgerPart implements Part<LedgerChange> {

    private final Consumer<String> blockedOrNot;

    LedgerPart(Consumer<String> blockedOrNot) {
        this.blockedOrNot = blockedOrNot;
    }

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

    @Override
    public void committed(List<LedgerChange> changes) {
        for (LedgerChange<?> change : changes) {
            if (change instanceof SetBlocked set) {
                blockedOrNot.accept(set.accountId());
            }
        }
    }
}
