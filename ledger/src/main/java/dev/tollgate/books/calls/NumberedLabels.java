package dev.tollgate.books.calls;

import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;

/** Gives the labels of calls their numbers. Writer's thread only. */
public interface NumberedLabels {

    /**
     * Returns the numbers of a call's labels, in ascending order, and gives new ones. The account's row is locked.
     *
     * @param atMillis when the call has ended
     */
    List<Long> of(Statements statements, OpenHold hold, long atMillis) throws SQLException;
}
