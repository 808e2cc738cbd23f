package dev.tollgate.books.ledger;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Whether the installation is real: one of its nodes has had an upstream whose responses cost money. This holds for all nodes and after
 * restarts, until an operator's command changes it (decision D61). Only an installation that is not real has test payments, unconfirmed start
 * credits and an unrequested demo account. Thread-safe; all methods except {@link #isReal} block.
 */
public final class InstallationKind {

    private static final String NEWEST = "SELECT is_real FROM installation_kind ORDER BY sequence DESC LIMIT 1";
    private static final String INSERT = """
            INSERT INTO installation_kind (sequence, is_real, created_at)
            SELECT COALESCE(MAX(sequence), 0) + 1, CAST(? AS INTEGER), CAST(? AS BIGINT) FROM installation_kind""";
    private static final String NODES = "SELECT id FROM node WHERE upstream = ? AND lease_until > "
            + Dialect.POSTGRESQL.nowMillis() + " ORDER BY id";

    private final Database database;
    private final Writer writer;
    private final boolean isRealHere;
    private final InstantSource clock;
    private volatile boolean isReal;

    /** @param isRealHere whether calls of this process cost money */
    public InstallationKind(Database database, Writer writer, boolean isRealHere, InstantSource clock) {
        this.database = database;
        this.writer = writer;
        this.isRealHere = isRealHere;
        this.clock = clock;
    }

    public static Part<?> part() {
        return new WritePart<>(SetInstallationKind.class);
    }

    /** Returns the kind as of the last check. From any thread. */
    public boolean isReal() {
        return isReal;
    }

    /** Returns whether calls of this process cost money. */
    public boolean isRealHere() {
        return isRealHere;
    }

    /** Reads the kind that other nodes have written; a node with a real upstream makes the installation real. */
    public void look() {
        boolean now = database.read(InstallationKind::isReal);
        if (isRealHere && !now) {
            writer.commitAndWait(Unit.of(new SetInstallationKind(true, clock.instant())));
            now = true;
        }
        isReal = now;
    }

    /** Returns the living nodes whose calls cost money, or whose calls the sandbox answers; none if the database is embedded. */
    public List<String> nodes(boolean real) {
        return writer.isEmbedded()
                ? List.of()
                : database.read(sql -> sql.list(NODES, row -> row.getString(1), real ? "real" : "sandbox"));
    }

    private static boolean isReal(Sql sql) throws SQLException {
        return sql.number(NEWEST) == 1;
    }

    /** Stores whether the installation has a real upstream. The outcome is whether that has changed. */
    public static final class SetInstallationKind extends Write<Boolean> {

        private final boolean isReal;
        private final Instant at;

        public SetInstallationKind(boolean isReal, Instant at) {
            this.isReal = isReal;
            this.at = at;
        }

        @Override
        protected Boolean run(Statements statements) throws SQLException {
            return InstallationKind.isReal(statements) != isReal && statements.run(INSERT, isReal, at) > 0;
        }
    }
}
