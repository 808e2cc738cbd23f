package dev.tollgate.storage;

import dev.tollgate.base.fatal.Fatal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The changes since the last commit, sorted by the part that applies them. In the writer's turn only, except for {@link #check}. */
final class Batch {

    private static final Logger log = LoggerFactory.getLogger(Batch.class);

    private final List<Share<?>> shares = new ArrayList<>();

    /** The entry of each class of change in the program. */
    private final Map<Class<?>, Share<?>> byClass = new ConcurrentHashMap<>();

    private static final class Share<C extends Change> {

        private final Part<C> part;
        private final List<C> undecided = new ArrayList<>();
        private final List<C> decided = new ArrayList<>();

        Share(Part<C> part) {
            this.part = part;
        }

        void add(Change change) {
            undecided.add(part.type().cast(change));
        }

        boolean knows() {
            return undecided.isEmpty() || part.knows(undecided);
        }

        void tryOut(Statements statements) throws SQLException {
            if (!undecided.isEmpty()) {
                part.ask(statements, undecided);
                part.decide(statements, undecided);
            }
        }

        void keep() {
            decided.addAll(undecided);
            undecided.clear();
        }

        void takeBack() {
            undecided.clear();
        }

        void ask(Statements statements) throws SQLException {
            if (!undecided.isEmpty()) {
                part.ask(statements, undecided);
            }
        }

        void decide(Statements statements) throws SQLException {
            if (!undecided.isEmpty()) {
                decided.addAll(undecided);
                part.decide(statements, undecided);
                undecided.clear();
            }
        }

        void write(Statements statements) throws SQLException {
            if (!decided.isEmpty()) {
                part.write(statements, decided);
            }
        }

        void writeLast(Statements statements) throws SQLException {
            if (!decided.isEmpty()) {
                part.writeLast(statements, decided);
            }
        }

        /** A failure of a part here does not undo the commit. */
        void committed() {
            try {
                if (!decided.isEmpty()) {
                    part.committed(decided);
                }
            } catch (RuntimeException | Error e) { // as a failure of the commit it would have the batch written twice
                Fatal.check(e);
                log.error("a part has failed after the commit", e);
            }
            decided.clear();
        }

        void undone() {
            undecided.clear();
            decided.clear();
            part.undone();
        }
    }

    Batch(List<Part<?>> parts) {
        parts.forEach(part -> shares.add(new Share<>(part)));
    }

    /** @throws IllegalArgumentException when no part takes one of the changes */
    void check(Unit unit) {
        unit.changes().forEach(change -> shareOf(change.getClass()));
    }

    /** Has the parts decide units in addition to those that are decided. */
    void decide(Statements statements, List<Waiting> units) throws SQLException {
        for (Waiting waiting : units) {
            for (Change change : waiting.unit().changes()) {
                shareOf(change.getClass()).add(change);
            }
        }
        for (Share<?> share : shares) {
            share.ask(statements);
        }
        statements.runLater();
        for (Share<?> share : shares) {
            share.decide(statements);
        }
    }

    /** Has the parts decide a unit from memory. @return false if one of them has to ask the database; then nothing is decided */
    boolean decideIfKnown(Statements statements, Unit unit) throws SQLException {
        for (Change change : unit.changes()) {
            if (!shareOf(change.getClass()).part.decidesFromMemory()) {
                return false;
            }
        }
        for (Change change : unit.changes()) {
            shareOf(change.getClass()).add(change);
        }
        for (Share<?> share : shares) {
            if (!share.knows()) {
                shares.forEach(Share::takeBack);
                return false;
            }
            share.tryOut(statements);
        }
        shares.forEach(Share::keep);
        return true;
    }

    void write(Statements statements) throws SQLException {
        for (Share<?> share : shares) {
            share.write(statements);
        }
        for (Share<?> share : shares) {
            share.writeLast(statements);
        }
    }

    void committed() {
        shares.forEach(Share::committed);
    }

    void undone() {
        shares.forEach(Share::undone);
    }

    private Share<?> shareOf(Class<?> type) {
        Share<?> known = byClass.get(type);
        return known != null ? known : byClass.computeIfAbsent(type, this::findShare);
    }

    private Share<?> findShare(Class<?> type) {
        for (Share<?> share : shares) {
            if (share.part.type().isAssignableFrom(type)) {
                return share;
            }
        }
        throw new IllegalArgumentException("no part takes " + type.getName());
    }
}
