package dev.tollgate.storage;

/** SQL that differs between the two databases. All other SQL works on both. */
public enum Dialect {
    /** A file of this process, which is its only writer; a statement costs a call into a library. */
    SQLITE(
            "",
            "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?"),
    /** A server that several nodes write to: rows are locked before they are decided on, a statement costs a round trip. */
    POSTGRESQL(
            " FOR NO KEY UPDATE",
            "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            "SELECT COUNT(*) FROM pg_class WHERE relname = ? AND relkind = 'r' AND relnamespace = current_schema()::regnamespace");

    private final String lock;
    private final String nowMillis;
    private final String tables;

    Dialect(String lock, String nowMillis, String tables) {
        this.lock = lock;
        this.nowMillis = nowMillis;
        this.tables = tables;
    }

    /** Ends a SELECT that locks its rows until the transaction ends; with a space before it, or empty. */
    public String lock() {
        return lock;
    }

    /** An expression: the database's own clock in milliseconds since 1970, which is the same for all nodes. */
    public String nowMillis() {
        return nowMillis;
    }

    /** A query: how many tables there are of the name that is its parameter, one at most. A hundredth of what the driver's own look takes. */
    String tables() {
        return tables;
    }
}
