package dev.tollgate.customers.roles;

import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;

/** A store that queues the events of an organization's log, for webhooks or mails. */
@FunctionalInterface
public interface EventQueue {

    /**
     * An event.
     *
     * @param number of the log's row
     * @param data JSON of an object
     */
    record Event(String accountId, long number, MemberEvent kind, String data, Instant at) {}

    /** Queues an event once its row of the log is written, in the same commit. Runs in the writer's turn. */
    void add(Statements statements, Event event) throws SQLException;
}
