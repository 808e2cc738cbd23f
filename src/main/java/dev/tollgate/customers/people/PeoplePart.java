package dev.tollgate.customers.people;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;

/** Applies changes of people, one after the other. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments
final class PeoplePart implements Part<PeopleChange> {

    @Override
    public Class<PeopleChange> type() {
        return PeopleChange.class;
    }

    @Override
    public void write(Statements statements, List<PeopleChange> changes) throws SQLException {
        PeopleRows rows = new PeopleRows(statements);
        for (PeopleChange<?> change : changes) {
            change.applyTo(rows);
        }
    }
}
