package dev.tollgate.customers.mail;

import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;

/** A change of the table of mails. */
abstract class MailChange<O> extends Write<O> {

    /** A change in one expression. */
    static <O> MailChange<O> of(Step<O> step) {
        return new MailChange<>() {
            @Override
            protected O run(Statements statements) throws SQLException {
                return step.run(new MailRows(statements));
            }
        };
    }

    /** Runs on the writer's thread. */
    @FunctionalInterface
    interface Step<O> {
        O run(MailRows rows) throws SQLException;
    }
}
