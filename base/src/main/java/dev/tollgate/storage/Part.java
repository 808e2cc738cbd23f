package dev.tollgate.storage;

import java.sql.SQLException;
import java.util.List;

/**
 * A store's share in the writer's work. All methods are called in the writer's turn, one at a time.
 *
 * <p>Of a batch all parts ask, then all decide, then all write; then it is committed. Some of its units may be reported as decided
 * before the commit, and in an embedded database before other units have come ({@link Writer#ride}). So a part reads but does not write
 * while it decides, unless its changes never ride. A part that keeps rows in memory writes each once, however often it was changed.
 *
 * @param <C> the changes that it applies, subtypes included
 */
public interface Part<C extends Change> {

    Class<C> type();

    /**
     * Asks for the rows that new changes need in {@link #decide} or {@link #write}. The questions of all parts are one trip to a server,
     * and the answers are there before the first part decides. Parts ask in their order, so the locks of an earlier part come first.
     *
     * @throws SQLException as the database gave it; the writer rolls back
     */
    default void ask(Statements statements, List<C> changes) throws SQLException {}

    /** Returns whether it decides some changes without asking the database. */
    default boolean decidesFromMemory() {
        return false;
    }

    /**
     * Returns whether it can decide new changes without asking the database. Called before {@link #ask}, after the parts before it have
     * decided theirs. Their decisions are forgotten if this returns false, so only the last of the parts that decide from memory may keep
     * traces of a decision.
     */
    default boolean knows(List<C> changes) {
        return false;
    }

    /**
     * Decides new changes, in the order in which their units were offered, within the batch's transaction. The parts decide one after
     * the other, so a later part sees the decisions of an earlier one.
     *
     * @throws SQLException as the database gave it; the writer rolls back
     */
    default void decide(Statements statements, List<C> changes) throws SQLException {}

    /**
     * Writes all changes that were decided since the last commit, in their order.
     *
     * @throws SQLException as the database gave it; the writer rolls back
     */
    default void write(Statements statements, List<C> changes) throws SQLException {}

    /**
     * Called after all parts have written: for rows that would block other nodes for longer if they were written earlier.
     *
     * @throws SQLException as the database gave it; the writer rolls back
     */
    default void writeLast(Statements statements, List<C> changes) throws SQLException {}

    /** Called after the commit and before the units are reported, e.g. to invalidate a cache. Must not fail or block. */
    default void committed(List<C> changes) {}

    /** Called after a rollback: everything kept since the last commit is wrong. The same changes may come again. */
    default void undone() {}
}
