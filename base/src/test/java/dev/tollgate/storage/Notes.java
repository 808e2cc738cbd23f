package dev.tollgate.storage;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A part that writes names into the accounts' table and remembers what it was asked. */
final class Notes implements Part<Notes.Note> {

    /** Writes a row of that name; the ids are unique, so the same one twice in a table is refused. */
    static class Note extends Decision<String> {

        final String name;

        Note(String name) {
            this.name = name;
        }
    }

    /** Fails when it is applied. */
    static final class Bad extends Note {

        final RuntimeException failure;

        Bad(RuntimeException failure) {
            super("bad");
            this.failure = failure;
        }
    }

    /** Holds the writer until it is let go. */
    static final class Gate extends Note {

        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch open = new CountDownLatch(1);

        Gate() {
            super("gate");
        }
    }

    final List<List<String>> batches = new ArrayList<>();
    final List<List<String>> committed = new ArrayList<>();
    final List<String> pragmas = new ArrayList<>();

    @Nullable
    String firstSql;

    /** Run before the decision of each batch. */
    @Nullable
    String asking;

    @Override
    public Class<Note> type() {
        return Note.class;
    }

    @Override
    public void ask(Statements statements, List<Note> changes) throws SQLException {
        if (asking != null) {
            statements.of(asking).execute();
        }
    }

    @Override
    public void write(Statements statements, List<Note> changes) throws SQLException {
        batches.add(changes.stream().map(note -> note.name).toList());
        readPragmas(statements);
        if (firstSql != null) {
            statements.of(firstSql).execute();
        }
        for (Note note : changes) {
            apply(statements, note);
        }
    }

    @Override
    public void committed(List<Note> changes) {
        committed.add(changes.stream().map(note -> note.name).toList());
    }

    private static void apply(Statements statements, Note note) throws SQLException {
        switch (note) {
            case Bad bad -> throw bad.failure;
            case Gate gate -> pass(gate);
            default -> {
                PreparedStatement insert = statements.of(
                        "INSERT INTO account (id, name, created_at) VALUES (?, ?, (SELECT COUNT(*) FROM account))");
                insert.setString(1, note.name);
                insert.setString(2, note.name);
                insert.executeUpdate();
            }
        }
        note.decide("written " + note.name);
    }

    private static void pass(Gate gate) {
        gate.reached.countDown();
        try {
            gate.open.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void readPragmas(Statements statements) throws SQLException {
        if (pragmas.isEmpty() && statements.dialect() == Dialect.SQLITE) {
            for (String name : List.of("journal_mode", "synchronous", "foreign_keys")) {
                try (ResultSet row = statements.of("PRAGMA " + name).executeQuery()) {
                    row.next();
                    pragmas.add(row.getString(1));
                }
            }
        }
    }
}
