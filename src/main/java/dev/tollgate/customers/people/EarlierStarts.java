package dev.tollgate.customers.people;

import dev.tollgate.customers.people.StartMarks.StartMarksPart;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.util.ArrayList;
import java.util.List;

/**
 * Marks the logins and identities of accounts that were given start credits before marks were written with the credits. A mark is a keyed hash,
 * so a migration in SQL cannot write it. Runs once for an installation, in steps that may be repeated. Blocks.
 */
final class EarlierStarts {

    private static final String DONE = "start_marks";
    private static final int STEP = 500;

    private static final String STEP_SQL = """
            SELECT person.id, person.login, person_identity.issuer, person_identity.subject
            FROM (SELECT id, login FROM person
                  WHERE id > ? AND EXISTS (SELECT 1 FROM member JOIN requested_entry ON requested_entry.account_id = member.account_id
                      WHERE member.person_id = person.id
                        AND request_id IN ('start-' || member.account_id, 'sandbox-start-' || member.account_id))
                  ORDER BY id LIMIT ?) person
            LEFT JOIN person_identity ON person_identity.person_id = person.id
            ORDER BY person.id""";

    private final StartMarks marks;
    private final Database database;
    private final Writer writer;

    EarlierStarts(StartMarks marks, Database database, Writer writer) {
        this.marks = marks;
        this.database = database;
        this.writer = writer;
    }

    /** @param last the id of the last person; empty if there is none */
    private record Step(String last, List<String> names) {}

    void mark() {
        if (isDone()) {
            return;
        }
        for (Step step = after(""); !step.last().isEmpty(); step = after(step.last())) {
            List<String> found =
                    marks.ofAll(step.names()).stream().sorted().distinct().toList();
            writer.commitAndWait(Unit.of(PeopleChange.of(rows -> {
                for (String mark : found) {
                    rows.update(StartMarksPart.INSERT, mark);
                }
                return true;
            })));
        }
        writer.commitAndWait(Unit.of(new InstallationValue(DONE, "written")));
    }

    private boolean isDone() {
        return database.read(sql -> sql.has("SELECT 1 FROM installation WHERE name = ?", DONE));
    }

    private Step after(String id) {
        return database.read(sql -> {
            List<String> ids = new ArrayList<>();
            List<String> names = new ArrayList<>();
            sql.each(
                    STEP_SQL,
                    row -> {
                        ids.add(row.getString(1));
                        names.add(row.getString(2));
                        if (row.getString(3) != null) {
                            names.add(Identity.name(row.getString(3), row.getString(4)));
                        }
                    },
                    id,
                    STEP);
            return new Step(ids.isEmpty() ? "" : ids.getLast(), names);
        });
    }
}
