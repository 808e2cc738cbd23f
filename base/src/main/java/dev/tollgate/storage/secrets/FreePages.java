package dev.tollgate.storage.secrets;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages of an embedded database that were freed before its writer overwrote what it deletes: they still have what was in them. They are filled with
 * zeros, in steps that do not hold up calls, and are free again; the file does not grow. A server has no such pages.
 *
 * <p>Blocks for about as long as it takes to write all free pages twice.
 */
public final class FreePages {

    /** The time between two looks of a server for such pages. */
    public static final Duration EVERY = Duration.ofMinutes(1);

    /** The name in {@code installation} that a migration leaves in books that may have such pages. */
    private static final String NAME = "free_pages";

    /** The bytes of one step. */
    private static final long STEP_BYTES = 1 << 20;

    private static final long PAUSE_NANOS = 20_000_000;

    private static final Logger log = LoggerFactory.getLogger(FreePages.class);

    private final Database database;
    private final Writer writer;

    public FreePages(Database database, Writer writer) {
        this.database = database;
        this.writer = writer;
    }

    /** Returns the part that fills pages. */
    public static Part<?> part() {
        return new WritePart<>(Step.class);
    }

    /** Clears the pages if that was never done to the end. */
    public synchronized void clear() {
        if (database.dialect() != Dialect.SQLITE || database.read(sql -> InstallationValue.find(sql, NAME)) == null) {
            return;
        }
        long begun = System.nanoTime();
        long bytes = 0;
        for (long filled = step(Kind.FILL); filled > 0; filled = step(Kind.FILL)) {
            bytes += filled;
        }
        while (step(Kind.FREE) > 0) {
            // the next ones
        }
        step(Kind.END);
        log.info("{} MiB of free pages overwritten in {} s", bytes >> 20, (System.nanoTime() - begun) / 1_000_000_000);
    }

    private long step(Kind kind) {
        Step step = new Step(kind);
        writer.commitAndWait(Unit.of(step));
        LockSupport.parkNanos(PAUSE_NANOS);
        return step.outcome();
    }

    private enum Kind {
        FILL,
        FREE,
        END
    }

    /** A step, whose outcome is the number of bytes that it has filled, or of rows that it has freed. */
    private static final class Step extends Write<Long> {

        private final Kind kind;

        Step(Kind kind) {
            this.kind = kind;
        }

        @Override
        protected Long run(Statements statements) throws SQLException {
            return switch (kind) {
                case FILL -> fill(statements);
                case FREE ->
                    (long) statements.run("DELETE FROM filled_page WHERE rowid = (SELECT MIN(rowid) FROM filled_page)");
                case END -> {
                    statements.run("DROP TABLE filled_page");
                    InstallationValue.remove(statements, NAME);
                    statements.erased();
                    yield 0L;
                }
            };
        }

        /** Takes free pages for a row of zeros, the last ones too: a page that lists others has old contents as well. */
        private static long fill(Statements statements) throws SQLException {
            statements.run("CREATE TABLE IF NOT EXISTS filled_page (zeros BLOB NOT NULL)");
            long bytes = statements.number("PRAGMA freelist_count") * statements.number("PRAGMA page_size");
            if (bytes > 0) {
                statements.run("INSERT INTO filled_page (zeros) VALUES (zeroblob(?))", Math.min(bytes, STEP_BYTES));
            }
            return Math.min(bytes, STEP_BYTES);
        }
    }
}
