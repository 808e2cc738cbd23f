package dev.tollgate.storage;

import java.sql.SQLException;
import java.util.List;

/**
 * A store's share in the writer's work. All methods are called on the writer's thread.
 *
 * @param <C> the changes that it applies, subtypes included
 */
public interface Part<C extends Change> {

    Class<C> type();

    /**
     * Applies the changes of a batch, in the order in which their units were offered, within the batch's transaction. After a
     * failure the transaction is rolled back and the same changes come again, so nothing may be kept between two calls unless {@link
     * #committed} has come between them.
     *
     * @throws SQLException as the database gave it; the writer rolls back
     */
    void apply(Statements statements, List<C> changes) throws SQLException;

    /**
     * Called when all parts have applied their changes: for what would stand in another node's way if it were written earlier.
     *
     * @throws SQLException as the database gave it; the writer rolls back
     */
    default void write(Statements statements, List<C> changes) throws SQLException {}

    /** Called after the commit and before the units are reported, e.g. to invalidate a cache. Must not fail or block. */
    default void committed(List<C> changes) {}
}
