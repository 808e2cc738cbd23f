package dev.tollgate.storage;

import java.sql.SQLException;
import java.util.List;

/** Runs the writes of one kind, one after the other in the order in which their units were offered. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments
public class WritePart<C extends Write> implements Part<C> {

    private final Class<C> type;

    public WritePart(Class<C> type) {
        this.type = type;
    }

    @Override
    public final Class<C> type() {
        return type;
    }

    @Override
    public void write(Statements statements, List<C> changes) throws SQLException {
        for (Write<?> change : changes) {
            runAndDecide(statements, change);
        }
    }

    private static <O> void runAndDecide(Statements statements, Write<O> change) throws SQLException {
        change.decide(change.run(statements));
    }
}
