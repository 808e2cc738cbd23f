package dev.tollgate.books.plans;

import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Applies the changes of plans and of the accounts that have one, whose table a batch locks as a whole. Writer's thread only. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments
final class PlansPart implements Part<PlansPart.PlanChange> {

    /** A change of plans. None of them rides, so what needs no other part is written while it is decided. */
    abstract static class PlanChange<O> extends Decision<O> {

        /** @param changed the accounts whose plan the batch has changed so far */
        abstract void decide(Statements statements, Set<String> changed) throws SQLException;

        /** Writes what depends on the ledger's decision. */
        void write(Statements statements) throws SQLException {}
    }

    private final Set<String> changed = new HashSet<>();
    private boolean isLocked;

    @Override
    public Class<PlanChange> type() {
        return PlanChange.class;
    }

    @Override
    public void ask(Statements statements, List<PlanChange> changes) throws SQLException {
        if (!isLocked) {
            statements.lockTable("subscription");
        }
        isLocked = true;
    }

    @Override
    public void decide(Statements statements, List<PlanChange> changes) throws SQLException {
        for (PlanChange change : changes) {
            change.decide(statements, changed);
        }
    }

    @Override
    public void write(Statements statements, List<PlanChange> changes) throws SQLException {
        for (PlanChange change : changes) {
            change.write(statements);
        }
    }

    @Override
    public void committed(List<PlanChange> changes) {
        undone();
    }

    @Override
    public void undone() {
        changed.clear();
        isLocked = false;
    }
}
