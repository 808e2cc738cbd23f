package dev.tollgate.operator.cli;

import dev.tollgate.base.config.Settings;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.CannotLook;
import dev.tollgate.operator.admin.Inspection;
import dev.tollgate.operator.admin.ReceiptFiles;
import dev.tollgate.operator.admin.Refused;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the command line sets in motion; the root supplies it. */
public interface Actions {

    /**
     * Serves until the process is told to stop.
     *
     * @param newInstallation whether to begin new books where those of before are gone
     * @return the exit code
     * @throws Refused where it cannot start, in a sentence
     */
    int serve(Settings settings, boolean newInstallation) throws Refused;

    /**
     * Runs the sandbox alone until the process is told to stop.
     *
     * @return the exit code
     * @throws Refused where it cannot start, in a sentence
     */
    int sandbox(SandboxChoice choice) throws Refused;

    /**
     * Opens the store itself, for a command while no server runs.
     *
     * @param mayBegin whether a data folder without an installation is given one
     * @throws Refused where the data folder is in use, holds no installation or cannot be read, in a sentence
     */
    AdminApi open(Settings settings, boolean mayBegin) throws Refused;

    /**
     * Checks a file of receipts.
     *
     * @param keys public keys as they were saved; null for those of the installation that the settings name
     * @param head where the chain must end, as it was saved; null where that is not to be checked
     * @throws CannotLook where a file or the installation cannot be read
     */
    ReceiptFiles.Verdict verifyReceipts(Settings settings, Path file, @Nullable Path keys, @Nullable Path head)
            throws CannotLook;

    /**
     * Opens the store for reading only, beside a running server too.
     *
     * @throws Refused where there is none or it cannot be read, in a sentence
     */
    Inspection inspection(Settings settings) throws Refused;

    /**
     * Brings the schema of the database that the settings name up to date.
     *
     * @return a line of what was done
     * @throws Refused where that cannot be done, in a sentence
     */
    String migrate(Settings settings) throws Refused;

    /**
     * Copies the data folder's database into the PostgreSQL that the settings name.
     *
     * @param lines told what was copied
     * @throws Refused where that cannot be done, in a sentence; then nothing was
     */
    void migrateToPostgres(Settings settings, Consumer<String> lines) throws Refused;
}
