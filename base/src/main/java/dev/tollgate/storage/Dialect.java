package dev.tollgate.storage;

/** SQL that differs between the two databases. All other SQL works on both. */
public enum Dialect {
    /** A file of this process, which is its only writer; a statement costs a call into a library. */
    SQLITE(
            "",
            "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
            "data folder"),
    /** A server that several nodes write to: rows are locked before they are decided on, a statement costs a round trip. */
    POSTGRESQL(
            " FOR NO KEY UPDATE",
            "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = (SELECT current_schema()::regnamespace)"
                    + " AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass"
                    + " AND objid = pg_class.oid AND deptype = 'e')",
            "PostgreSQL database");

    private final String lock;
    private final String nowMillis;
    private final String tables;
    private final String place;

    Dialect(String lock, String nowMillis, String tables, String place) {
        this.lock = lock;
        this.nowMillis = nowMillis;
        this.tables = tables;
        this.place = place;
    }

    /** Ends a SELECT that locks its rows until the transaction ends; with a space before it, or empty. */
    public String lock() {
        return lock;
    }

    /** An expression: the database's own clock in milliseconds since 1970, which is the same for all nodes. */
    public String nowMillis() {
        return nowMillis;
    }

    /** Returns a query: the names of the tables, without the tables of the database itself and of its extensions. */
    String tables() {
        return tables;
    }

    /** Returns what an installation needs for itself, in a message. */
    String place() {
        return place;
    }
}
