package dev.tollgate.storage;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Tells a store in trouble from a unit that can never succeed. */
final class Failures {

    /** The advice to an operator with a damaged file. */
    static final String NEXT_STEP =
            "keep a copy of the data folder, restore a backup and run ./tollgate ledger verify (docs/trouble.md)";

    /** The last byte of a code is the primary one; the others say where. */
    private static final int PRIMARY = 0xff;

    private static final Set<Integer> DAMAGE =
            Set.of(SQLiteErrorCode.SQLITE_CORRUPT.code, SQLiteErrorCode.SQLITE_NOTADB.code);

    private Failures() {}

    /** What the writer does about it. */
    enum Kind {
        /** The unit's own fault: the others of its batch may succeed. */
        REFUSED,
        /** Another node was in the way; the same batch may succeed now. */
        CONFLICT,
        /** The connection has failed; another one may work. */
        DISCONNECTED,
        /** Nothing can be written now. */
        UNAVAILABLE
    }

    static Kind kind(Throwable failure) {
        if (failure instanceof StoreUnavailable) {
            return Kind.UNAVAILABLE;
        }
        if (!(failure instanceof SQLException e)) {
            return Kind.REFUSED;
        }
        return e instanceof SQLiteException ? Kind.REFUSED : kindOf(state(e));
    }

    /** By PostgreSQL's SQLSTATE. A unique violation may be a lost race: on a second look the row is there to be seen. */
    private static Kind kindOf(String state) {
        return switch (state) {
            case "40001", "40P01", "23505" -> Kind.CONFLICT;
            // 25006: a standby, which accepts no writes until it is promoted; another one may have been
            case "57P01", "57P02", "57P03", "25P03", "25006" -> Kind.DISCONNECTED;
            default -> {
                if (state.startsWith("08")) {
                    yield Kind.DISCONNECTED;
                }
                yield isRefusal(state) ? Kind.REFUSED : Kind.UNAVAILABLE;
            }
        };
    }

    /** Bad data, broken constraints, and statements that do not fit the schema. */
    private static boolean isRefusal(String state) {
        return state.startsWith("22") || state.startsWith("23") || state.startsWith("42") || state.startsWith("P0");
    }

    /** Returns whether an embedded database's file could not be written: the disk is full, a limit is met, or it is broken. */
    static boolean isNoRoom(Throwable failure) {
        return failure instanceof SQLiteException e
                && (e.getResultCode() == SQLiteErrorCode.SQLITE_FULL
                        || e.getResultCode().name().startsWith("SQLITE_IOERR"));
    }

    /** Returns whether an embedded database's file is damaged, by SQLite's primary code: a page is not what it should be, or the file is no database. */
    static boolean isDamage(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException e && DAMAGE.contains(e.getResultCode().code & PRIMARY)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the cause in an operator's words, or the driver's message. */
    static String why(Throwable failure) {
        String text = driverText(failure);
        return isDamage(failure) ? "it is damaged: " + NEXT_STEP + " (" + text + ")" : text;
    }

    private static String driverText(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException e && e.getResultCode() == SQLiteErrorCode.SQLITE_FULL) {
                return "no room is left on the disk, or on the disk of temporary files";
            }
        }
        return String.valueOf(failure.getMessage()).strip().replaceAll("\\s*\\R-*\\s*", "; ");
    }

    /** Returns whether it is the store that fails, whatever is to be written. */
    static boolean isOfStore(Throwable failure) {
        if (failure instanceof SQLiteException e) {
            return !isConstraint(e) && !isStatements(e);
        }
        Kind kind = kind(failure);
        return kind == Kind.UNAVAILABLE || kind == Kind.DISCONNECTED;
    }

    private static boolean isStatements(SQLiteException e) {
        return switch (e.getResultCode()) {
            case SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_RANGE, SQLITE_TOOBIG, SQLITE_MISUSE -> true;
            default -> false;
        };
    }

    static StoreException of(Throwable failure) {
        if (failure instanceof StoreException known) {
            return known;
        }
        if (failure instanceof SQLException e && !isConstraint(e)) {
            return new StoreUnavailable("the database failed", e);
        }
        return new StoreException("a unit of work was refused", failure);
    }

    /** Returns whether the unit writes a row that exists: in a race between servers, the first wins. */
    static boolean isTaken(Throwable failure) {
        if (failure instanceof SQLiteException e) {
            return e.getResultCode() == SQLiteErrorCode.SQLITE_CONSTRAINT_UNIQUE
                    || e.getResultCode() == SQLiteErrorCode.SQLITE_CONSTRAINT_PRIMARYKEY;
        }
        return failure instanceof SQLException e && state(e).equals("23505");
    }

    private static boolean isConstraint(SQLException e) {
        return e instanceof SQLiteException sqlite
                ? sqlite.getResultCode().name().startsWith("SQLITE_CONSTRAINT")
                : state(e).startsWith("23") || state(e).startsWith("22");
    }

    private static String state(SQLException e) {
        @Nullable String state = e.getSQLState();
        return state == null ? "" : state;
    }
}
