package dev.tollgate.storage;

import java.sql.SQLException;

/**
 * A change that its store decides and writes in one function, once the parts before it have decided.
 *
 * @param <O> the outcome
 */
public abstract class Write<O> extends Decision<O> {

    /**
     * Writes and returns the outcome. Runs in the writer's turn, and again if the batch is tried again.
     *
     * @throws SQLException as the database gave it; the writer rolls back
     */
    protected abstract O run(Statements statements) throws SQLException;
}
