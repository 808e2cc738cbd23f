package dev.tollgate.storage;

import java.sql.SQLException;
import java.util.List;

/**
 * A store's share in the writer's work. All methods are called in the writer's turn: one at a time, each seeing what the one before did.
 *
 * <p>Of a batch all parts ask, then all decide, then all write; then it is committed. Some of its units may be reported as decided
 * before it is, and in an embedded database before others are there at all ({@link Writer#ride}). So what a part decides it may read but not
 * write, unless its changes never ride; and where rows were changed several times until the commit, one that keeps them writes each of them once.
 *
 * @param <C> the changes that it applies, subtypes included
 */
public interface Part<C extends Change> {

    Class<C> type();

    /**
     * Asks for the rows that changes which have just come need, in {@link #decide} or {@link #write}: what all parts ask together is
     * one trip to a server, and is there before the first part decides. Parts ask in their order, so what an earlier one locks is
     * locked.
     *
     * @throws SQLException as the database gave it; the writer rolls back
     */
    default void ask(Statements statements, List<C> changes) throws SQLException {}

    /** Whether there are changes that it decides without asking the database. */
    default boolean decidesFromMemory() {
        return false;
    }

    /**
     * Whether it can decide changes that have just come without asking the database. Asked before {@link #ask}, when the parts before it
     * have decided theirs: what they have found out counts, but is forgotten if this says no. So of the parts that decide from memory only
     * the last may keep traces of what it has decided.
     */
    default boolean knows(List<C> changes) {
        return false;
    }

    /**
     * Decides changes that have just come, in the order in which their units were offered, within the batch's transaction. The parts
     * decide in turn, so a later one sees what an earlier has found out.
     *
     * @throws SQLException as the database gave it; the writer rolls back
     */
    default void decide(Statements statements, List<C> changes) throws SQLException {}

    /**
     * Writes what was decided since the last commit: all those changes in their order.
     *
     * @throws SQLException as the database gave it; the writer rolls back
     */
    default void write(Statements statements, List<C> changes) throws SQLException {}

    /**
     * Called when all parts have written: for what would stand in another node's way if it were written earlier.
     *
     * @throws SQLException as the database gave it; the writer rolls back
     */
    default void writeLast(Statements statements, List<C> changes) throws SQLException {}

    /** Called after the commit and before the units are reported, e.g. to invalidate a cache. Must not fail or block. */
    default void committed(List<C> changes) {}

    /** Nothing since the last commit has taken place: what was kept of it is wrong. The same changes may come again. */
    default void undone() {}
}
