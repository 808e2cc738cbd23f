package dev.tollgate.customers.people.identity;

import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.sql.Reads;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
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

    /**
     * The marks of some names.
     *
     * @param now under the present sealing key, at least one
     * @param older under other keys of the ring: who has one of these was given credits, too
     */
    record Marks(List<String> now, List<String> older) {

        Marks {
            now = List.copyOf(now);
            older = List.copyOf(older);
        }

        Set<String> all() {
            Set<String> all = new TreeSet<>(now);
            all.addAll(older);
            return all;
        }
    }

    /** Returns the mark of a login or an identity. Only this installation's key can make it again. */
    public String of(String name) {
        return underEach(name).getFirst();
    }

    private List<String> underEach(String name) {
        return secrets.prints("credits to start with", name.getBytes(StandardCharsets.UTF_8)).stream()
                .map(HexFormat.of()::formatHex)
                .toList();
    }

    /** Returns the marks of logins and identities under each secret key. */
    public Marks ofAll(List<String> names) {
        List<List<String>> marks = names.stream().map(this::underEach).toList();
        return new Marks(
                marks.stream().map(List::getFirst).toList(),
                marks.stream().flatMap(each -> each.stream().skip(1)).toList());
    }

    /** Returns whether the same login or identity was given start credits before. For pages; the commit that gives them decides. */
    public boolean has(String name) {
        return database.read(sql -> hasAny(sql, underEach(name)));
    }

    /**
     * Gives each living login and identity that has a mark under an older key one under the present sealing key (C19). Their own marks remain, since the names
     * of deleted accounts are not known.
     */
    public SealedValues.Step anew(Database from, String after, int rowsMax) {
        record Row(String id, String login) {}
        return from.read(sql -> {
            List<Row> people = sql.list(
                    "SELECT id, login FROM person WHERE id > ? ORDER BY id LIMIT ?",
                    row -> new Row(row.getString(1), row.getString(2)),
                    after,
                    rowsMax);
            List<List<Object>> marked = new ArrayList<>();
            for (Row row : people) {
                List<String> names = new ArrayList<>(List.of(row.login()));
                names.addAll(sql.list(
                        "SELECT issuer, subject FROM person_identity WHERE person_id = ?",
                        it -> Identity.name(it.getString(1), it.getString(2)),
                        row.id()));
                for (String name : names) {
                    List<String> marks = underEach(name);
                    if (!sql.has(StartMarksPart.FIND, marks.getFirst()) && hasAny(sql, marks)) {
                        marked.add(List.of(marks.getFirst()));
                    }
                }
            }
            String last = people.size() < rowsMax ? null : people.getLast().id();
            return new SealedValues.Step(last, 0, SealedValues.Statement.ofAny(StartMarksPart.INSERT, marked));
        });
    }

    private static boolean hasAny(Reads sql, List<String> marks) throws SQLException {
        for (String mark : marks) {
            if (sql.has(StartMarksPart.FIND, mark)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Decides whose login and identities have no mark yet, and writes those marks with their credits. On PostgreSQL a lock for each mark, taken in
     * the order of the marks, makes two nodes that ask for the same one take turns. Goes before the ledger.
     */
    public static final class StartMarksPart implements Part<TakeStartMarks> {

        public static final String INSERT =
                "INSERT INTO started_before (mark) VALUES (?) ON CONFLICT (mark) DO NOTHING";

        private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))";
        static final String FIND = "SELECT 1 FROM started_before WHERE mark = ?";

        /** Marks that are in the database, or taken in this batch. */
        private final Set<String> taken = new HashSet<>();

        @Override
        public Class<TakeStartMarks> type() {
            return TakeStartMarks.class;
        }

        @Override
        public void ask(Statements statements, List<TakeStartMarks> changes) throws SQLException {
            Set<String> marks = new TreeSet<>();
            changes.forEach(change -> marks.addAll(change.marks().all()));
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
                boolean isFirst = change.marks().all().stream().noneMatch(taken::contains);
                if (isFirst) {
                    taken.addAll(change.marks().now());
                }
                change.taken(isFirst);
            }
        }

        @Override
        public void write(Statements statements, List<TakeStartMarks> changes) throws SQLException {
            for (TakeStartMarks change : changes) {
                if (change.isGiven()) {
                    for (String mark : change.marks().now()) {
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

        private final Marks marks;
        private final Grant grant;

        /** @param isReal whether the credits buy calls that cost money */
        TakeStartMarks(Marks marks, String accountId, long micros, boolean isReal, RequestId requestId, Instant at) {
            this.marks = marks;
            this.grant = isReal
                    ? Grant.onCondition(
                            accountId, micros, StartCredits.REASON, Origin.START, this::outcome, requestId, at)
                    : Grant.ofSandbox(
                            accountId, micros, StartCredits.REASON, Origin.START, this::outcome, requestId, at);
        }

        Marks marks() {
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
