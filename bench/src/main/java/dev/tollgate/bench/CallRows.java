package dev.tollgate.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A form of the rows that a call leaves: tables, statements and reads. The tables {@code account} and {@code open_hold} are the same in each. */
interface CallRows {

    /** Returns the statements that make the tables and indexes. */
    List<String> tables(boolean isEmbedded);

    /** Returns the inserts of an ended call, after those that need to be read first were read. */
    List<RowInsert> inserts();

    /** Reads what the writer needs of the accounts of a batch. Does nothing if nothing is needed. */
    default void beforeBatch(Connection connection, boolean isEmbedded, List<EndedCall> calls) throws SQLException {}

    /** Returns the query of a page: the last 50 calls of an account, whole. Its parameter is the account. */
    String page();

    /** Returns the query of a filtered list: the 2,000 last calls of an account, of which it shows one key's. Parameters: account, key. */
    String filtered();

    /** Returns the query of all calls of an account in their order, as verification and exports read them. Its parameter is the account. */
    String all();

    /** Returns the query of one call. Its parameter is the id. */
    String one();

    static @Nullable Object[] values(@Nullable Object... values) {
        return values;
    }
}
