package dev.tollgate.customers.people;

import dev.tollgate.storage.Decision;
import java.sql.SQLException;

/** Something that changes the rows of people, sessions or links. */
abstract class PeopleChange<O> extends Decision<O> {

    /** Runs in the writer's turn. */
    abstract O apply(PeopleRows rows) throws SQLException;

    final void applyTo(PeopleRows rows) throws SQLException {
        decide(apply(rows));
    }

    /** A change in one expression. */
    static <O> PeopleChange<O> of(Write<O> write) {
        return new PeopleChange<>() {
            @Override
            O apply(PeopleRows rows) throws SQLException {
                return write.run(rows);
            }
        };
    }

    /** What is written. */
    @FunctionalInterface
    interface Write<O> {
        O run(PeopleRows rows) throws SQLException;
    }
}
