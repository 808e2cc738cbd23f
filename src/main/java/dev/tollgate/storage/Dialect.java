package dev.tollgate.storage;

/** What the two databases say differently. Everything else is said so that both understand it. */
public enum Dialect {
    /** A file of this process: nobody else writes, a statement costs a call into a library. */
    SQLITE("", "CAST(unixepoch('subsec') * 1000 AS INTEGER)"),
    /** A server that several nodes write to: rows are locked before they are decided on, a statement costs a round trip. */
    POSTGRESQL(" FOR NO KEY UPDATE", "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)");

    private final String lock;
    private final String nowMillis;

    Dialect(String lock, String nowMillis) {
        this.lock = lock;
        this.nowMillis = nowMillis;
    }

    /** Ends a SELECT that locks its rows until the transaction ends; with a space before it, or empty. */
    public String lock() {
        return lock;
    }

    /** An expression: the database's own clock in milliseconds since 1970, which is the same for all nodes. */
    public String nowMillis() {
        return nowMillis;
    }
}
