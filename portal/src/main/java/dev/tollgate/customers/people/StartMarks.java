package dev.tollgate.customers.people;

import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The marks of logins and identities that got start credits. A mark is a keyed hash, which stays when its account is deleted, so that a second account
 * gets none. Thread-safe; blocks.
 */
public record StartMarks(Database database, SecretBox secrets) {

    /** Returns the mark of a login or an identity. Only this installation's key can make it again. */
    public String of(String name) {
        return HexFormat.of().formatHex(secrets.print("credits to start with", name.getBytes(StandardCharsets.UTF_8)));
    }

    List<String> ofAll(List<String> names) {
        return names.stream().map(this::of).toList();
    }

    /** Returns whether the same login or identity was given start credits before. For pages; the commit that gives them decides. */
    boolean has(String name) {
        return database.read(sql -> sql.has("SELECT 1 FROM started_before WHERE mark = ?", of(name)));
    }

    /**
     * Decides whose login and identities have no mark yet, and writes those marks with their credits. On PostgreSQL a lock for each mark, taken in
     * the order of the marks, makes two nodes that ask for the same one take turns. Goes before the ledger.
     */
    static final class StartMarksPart implements Part<TakeStartMarks> {

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

    /**
     * Marks a login, and the identities of its person, as given start credits. The {@link #grant} of the same unit gives the credits if none of
     * them had a mark; if it gives nothing, none of them is marked.
     */
    static final class TakeStartMarks extends Decision<Boolean> {

        private final List<String> marks;
        private final Grant grant;

        /** @param marks keyed hashes, at least one @param isReal whether the credits buy calls that cost money */
        TakeStartMarks(
                List<String> marks, String accountId, long micros, boolean isReal, RequestId requestId, Instant at) {
            this.marks = List.copyOf(marks);
            this.grant = isReal
                    ? Grant.onCondition(accountId, micros, StartCredits.REASON, this::outcome, requestId, at)
                    : Grant.ofSandbox(accountId, micros, StartCredits.REASON, this::outcome, requestId, at);
        }

        List<String> marks() {
            return marks;
        }

        Grant grant() {
            return grant;
        }

        void taken(boolean isFirst) {
            decide(isFirst);
        }

        /** Returns whether the ledger has given the credits. */
        boolean isGiven() {
            return grant.moved() != null;
        }
    }
}
