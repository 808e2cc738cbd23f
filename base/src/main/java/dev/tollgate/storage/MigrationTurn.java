package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one of the programs that start together over one server migrate it, while the others wait. The migration does not wait for a
 * table for long, since later queries queue behind it: it gives up and tries again. Used by one thread.
 */
record MigrationTurn(PostgresServer server, Duration pause, List<Migration> migrations, boolean stopsOlder) {

    /** The time for which a try waits for a table in use. */
    static final Duration TABLE_WAIT = Duration.ofSeconds(3);

    private static final Duration WAIT_MAX = Duration.ofMinutes(10);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int TRIES = 20;
    static final long TURN = 0x746f6c6c67617465L; // the lock of all programs over a database: never to be changed

    /** Failures that may pass: a lock timeout, a deadlock, an object that another program has just created. */
    private static final Set<String> MAY_PASS = Set.of("55P03", "40P01", "40001");

    private static final Logger log = LoggerFactory.getLogger(MigrationTurn.class);

    /** @param stopsOlder whether servers that a migration shuts out are stopped before it */
    MigrationTurn(PostgresServer server, boolean stopsOlder) {
        this(server, PAUSE, Migration.ALL, stopsOlder);
    }

    /**
     * Migrates, or waits until another program has. Blocks.
     *
     * @throws CannotOpen if the migration fails, or another program does not finish it in time
     */
    void run() {
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        boolean told = false;
        while (!tryOnce()) {
            if (isThere()) {
                return;
            }
            requireTime(end, "another program has not finished migrating the database in time");
            if (!told) {
                log.info("another program migrates the database; waiting for it");
                told = true;
            }
            rest();
        }
    }

    /** Waits until another program has migrated. @throws CannotOpen if none does within ten minutes */
    void await() {
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        if (!isThere()) {
            log.info(
                    "the database has schema {}, this program needs {}: waiting for ./tollgate migrate",
                    present(),
                    migrations.size());
        }
        while (!isThere()) {
            requireTime(end, "no program has migrated the database within ten minutes: run ./tollgate migrate");
            rest();
        }
    }

    private static void requireTime(long end, String what) {
        if (System.nanoTime() - end > 0) {
            throw new CannotOpen("After " + WAIT_MAX.toMinutes() + " minutes " + what + ".");
        }
    }

    private int present() {
        return Migrations.version(server);
    }

    private boolean isThere() {
        return present() >= migrations.size();
    }

    /** @return false if another program is migrating */
    private boolean tryOnce() {
        try (Connection connection = server.source().getConnection()) {
            if (!takesTurn(connection)) {
                return false;
            }
            if (!isThere()) {
                if (stopsOlder) {
                    stopOlder();
                }
                migrate();
            }
            return true; // the turn ends with the connection
        } catch (SQLException e) {
            throw new CannotOpen("The database could not be migrated: " + e.getMessage(), e);
        }
    }

    private static boolean takesTurn(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_try_advisory_lock(" + TURN + ")")) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** Shuts the older servers out, and waits until each has stopped its calls and given up its lease, or the lease has ended. */
    private void stopOlder() {
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        List<String> older = Migrations.shutOut(server, migrations);
        while (!older.isEmpty()) {
            requireTime(end, "these servers of an older version still run: " + String.join(", ", older));
            rest();
            older = Migrations.shutOut(server, migrations);
        }
    }

    private void migrate() {
        for (int tries = 1; ; tries++) {
            try {
                Migrations.migrate(server, migrations);
                return;
            } catch (CannotOpen e) {
                if (tries == TRIES || !mayPass(e)) {
                    throw e;
                }
                log.info("the migration waits for a table in use; trying again ({} of {})", tries, TRIES);
            }
            rest();
        }
    }

    private static boolean mayPass(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && sql.getSQLState() != null
                    && MAY_PASS.contains(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    /** Varies the pause by the clock's last digits, so that programs do not try at the same time. */
    private void rest() {
        LockSupport.parkNanos(pause.toNanos() / 2 + Math.floorMod(System.nanoTime(), pause.toNanos()));
    }
}
