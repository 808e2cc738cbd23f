package dev.tollgate.customers.notices;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Warnings on pages that people have dismissed, and forms that they have sent: by subject, each until a time. Thread-safe; blocks. */
public record Dismissals(Database database, Writer writer, InstantSource clock) {

    private static final String DISMISSED = "SELECT subject FROM dismissed WHERE person_id = ? AND until > ?";

    /** Returns the part that stores dismissals. */
    public static Part<?> part() {
        return new WritePart<>(Dismiss.class);
    }

    /** Returns the subjects that a person does not want to see now. */
    public Set<String> dismissed(String personId) {
        Instant now = clock.instant();
        return database.pages()
                .read(personId, sql -> Set.copyOf(sql.list(DISMISSED, row -> row.getString(1), personId, now)));
    }

    /**
     * Dismisses warnings, and deletes the person's dismissals that are over.
     *
     * @param subjects of warnings that the program has made: what a caller sends would have no limit
     * @param until exclusive
     */
    public void dismiss(String personId, Collection<String> subjects, Instant until) {
        commit(Dismiss.RENEW, personId, subjects, until);
    }

    /**
     * Dismisses a subject unless it is dismissed already.
     *
     * @param until exclusive
     * @return true the first time, of all servers together
     */
    public boolean dismissFirst(String personId, String subject, Instant until) {
        return commit(Dismiss.KEEP, personId, List.of(subject), until) == 1;
    }

    private int commit(String store, String personId, Collection<String> subjects, Instant until) {
        Dismiss dismiss = new Dismiss(store, personId, List.copyOf(subjects), until, clock.instant());
        writer.commitAndWait(Unit.of(dismiss));
        return dismiss.outcome();
    }

    /** Stores dismissals of one person, unless the person is erased by now. The outcome is the number of stored rows. */
    private static final class Dismiss extends Write<Integer> {

        private static final String FORGET = "DELETE FROM dismissed WHERE person_id = ? AND until <= ?";
        private static final String STORE = """
                INSERT INTO dismissed (person_id, subject, until) SELECT id, ?, ? FROM person WHERE id = ?
                ON CONFLICT (person_id, subject) DO\s""";
        private static final String KEEP = STORE + "NOTHING";
        private static final String RENEW = STORE + "UPDATE SET until = excluded.until";

        private final String store;
        private final String personId;
        private final List<String> subjects;
        private final Instant until;
        private final Instant now;

        /** @param store {@link #KEEP} or {@link #RENEW} */
        Dismiss(String store, String personId, List<String> subjects, Instant until, Instant now) {
            this.store = store;
            this.personId = personId;
            this.subjects = subjects;
            this.until = until;
            this.now = now;
        }

        @Override
        protected Integer run(Statements statements) throws SQLException {
            statements.run(FORGET, personId, now);
            int stored = 0;
            for (String subject : subjects) {
                stored += statements.run(store, subject, until, personId);
            }
            return stored;
        }
    }

    /** Returns what people have dismissed, for the export and the erasure of accounts. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                        "dismissed.csv",
                        "warnings that you have dismissed, and operators' forms that you have sent",
                        "dismissed w",
                        "w.person_id = :person",
                        "w.subject w.until",
                        "w.subject"))
                .with(RowErasure.ofPerson("DELETE FROM dismissed WHERE person_id = ?"));
    }
}
