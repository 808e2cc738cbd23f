package dev.tollgate.books.ledger;

import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;
import java.time.Instant;

/** Stores whether the installation has a real upstream. The outcome is whether that has changed. */
public final class SetInstallationKind extends Write<Boolean> {

    private final boolean isReal;
    private final Instant at;

    public SetInstallationKind(boolean isReal, Instant at) {
        this.isReal = isReal;
        this.at = at;
    }

    @Override
    protected Boolean run(Statements statements) throws SQLException {
        return InstallationKind.set(statements, isReal, at);
    }
}
