package dev.tollgate.storage;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The changes of the units at hand, sorted by the part that applies them. Writer's thread only, but for {@link #check}. */
final class Batch {

    private static final Logger log = LoggerFactory.getLogger(Batch.class);

    private final List<Share<?>> shares = new ArrayList<>();

    /** Classes are few: as many as there are kinds of change in the program. */
    private final Map<Class<?>, Share<?>> byClass = new ConcurrentHashMap<>();

    private static final class Share<C extends Change> {

        private final Part<C> part;
        private final List<C> changes = new ArrayList<>();

        Share(Part<C> part) {
            this.part = part;
        }

        void add(Change change) {
            changes.add(part.type().cast(change));
        }

        void apply(Statements statements) throws SQLException {
            if (!changes.isEmpty()) {
                part.apply(statements, changes);
            }
        }

        void write(Statements statements) throws SQLException {
            if (!changes.isEmpty()) {
                part.write(statements, changes);
            }
        }

        /** What is committed stays so, whatever a part makes of it. */
        void committed() {
            try {
                if (!changes.isEmpty()) {
                    part.committed(changes);
                }
            } catch (RuntimeException e) {
                log.error("a part has failed after the commit", e);
            }
        }
    }

    Batch(List<Part<?>> parts) {
        parts.forEach(part -> shares.add(new Share<>(part)));
    }

    /** @throws IllegalArgumentException when no part takes one of the changes */
    void check(Unit unit) {
        unit.changes().forEach(change -> shareOf(change.getClass()));
    }

    void fill(List<Unit> units) {
        for (Unit unit : units) {
            for (Change change : unit.changes()) {
                shareOf(change.getClass()).add(change);
            }
        }
    }

    void apply(Statements statements) throws SQLException {
        for (Share<?> share : shares) {
            share.apply(statements);
        }
        for (Share<?> share : shares) {
            share.write(statements);
        }
    }

    void committed() {
        shares.forEach(Share::committed);
    }

    void clear() {
        shares.forEach(share -> share.changes.clear());
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
