package dev.tollgate.storage;

import com.zaxxer.hikari.HikariConfig;
import javax.sql.DataSource;

/** Which database it is and how connections to it are made. */
sealed interface Engine permits SqliteFile, PostgresServer {

    Dialect dialect();

    DataSource source();

    /** Makes the schema; may take long. */
    DataSource migrating();

    /** For the writer. */
    DataSource writing();

    /** Makes connections that only read, each transaction over one snapshot. */
    void setUpReaders(HikariConfig config);
}
