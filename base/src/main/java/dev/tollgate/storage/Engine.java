package dev.tollgate.storage;

import com.zaxxer.hikari.HikariConfig;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Which database it is and how connections to it are made. */
sealed interface Engine permits SqliteFile, PostgresServer {

    Dialect dialect();

    DataSource source();

    /**
     * A first connection, to a database that this program can work with.
     *
     * @throws CannotOpen when it cannot be reached, or is too old
     */
    Connection first();

    /** Makes the schema; may take long. */
    DataSource migrating();

    /** Returns the connections of the writer. */
    DataSource writing();

    /** Makes connections that only read, each transaction over one snapshot. */
    void setUpReaders(HikariConfig config);

    /** Configures read connections for pages, which may span any range of an account's rows. */
    void setUpPageReaders(HikariConfig config);

    /** Ends what a reader's connection is doing, which fails then; from any thread. */
    void interrupt(Connection reader) throws SQLException;
}
