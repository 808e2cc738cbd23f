package dev.tollgate.customers.people;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides whose login and identities have no mark yet, and writes those marks with their credits. On PostgreSQL a lock for each mark, taken in
 * the order of the marks, makes two nodes that ask for the same one take turns. Goes before the ledger.
 */
final class StartMarksPart implements Part<TakeStartMarks> {

    static final String INSERT = "INSERT INTO started_before (mark) VALUES (?) ON CONFLICT (mark) DO NOTHING";

    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))";
    private static final String FIND = "SELECT 1 FROM started_before WHERE mark = ?";

    /** Marks that are in the database, or taken in this batch. */
    private final Set<String> taken = new HashSet<>();

    @Override
    public Class<TakeStartMarks> type() {
        return TakeStartMarks.class;
    }

    @Override
    public void ask(Statements statements, List<TakeStartMarks> changes) throws SQLException {
        Set<String> marks = new TreeSet<>();
        changes.forEach(change -> marks.addAll(change.marks()));
        for (String mark : marks) {
            if (statements.dialect() == Dialect.POSTGRESQL) {
                isThere(statements, LOCK, mark);
            }
            if (isThere(statements, FIND, mark)) {
                taken.add(mark);
            }
        }
    }

    private static boolean isThere(Statements statements, String sql, String mark) throws SQLException {
        return statements.has(sql, mark);
    }

    @Override
    public void decide(Statements statements, List<TakeStartMarks> changes) {
        for (TakeStartMarks change : changes) {
            boolean isFirst = change.marks().stream().noneMatch(taken::contains);
            if (isFirst) {
                taken.addAll(change.marks());
            }
            change.taken(isFirst);
        }
    }

    @Override
    public void write(Statements statements, List<TakeStartMarks> changes) throws SQLException {
        for (TakeStartMarks change : changes) {
            if (change.isGiven()) {
                for (String mark : change.marks()) {
                    statements.run(INSERT, mark);
                }
            }
        }
    }

    @Override
    public void committed(List<TakeStartMarks> changes) {
        taken.clear();
    }

    @Override
    public void undone() {
        taken.clear();
    }
}
