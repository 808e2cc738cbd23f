package dev.tollgate.customers.people;

import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;

/** A change of the rows of people, sessions or links. */
final class PeopleChange<O> extends Write<O> {

    private final Step<O> step;

    private PeopleChange(Step<O> step) {
        this.step = step;
    }

    /** A change in one expression. */
    static <O> PeopleChange<O> of(Step<O> step) {
        return new PeopleChange<>(step);
    }

    @Override
    protected O run(Statements statements) throws SQLException {
        return step.run(new PeopleRows(statements));
    }

    /** Runs on the writer's thread. */
    @FunctionalInterface
    interface Step<O> {
        O run(PeopleRows rows) throws SQLException;
    }
}
