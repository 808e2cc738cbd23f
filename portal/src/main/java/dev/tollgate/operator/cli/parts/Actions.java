package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.inspection.Inspection;
import dev.tollgate.operator.inspection.ReceiptFiles;
import dev.tollgate.operator.inspection.ReceiptFiles.CannotLook;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The actions that the command line starts; the root supplies them. */
public interface Actions {

    /**
     * Runs the server until the process is stopped.
     *
     * @param newInstallation whether to create new books if the earlier books are gone
     * @return the exit code
     * @throws ApiException if the server cannot start, with the reason
     */
    int serve(Settings settings, boolean newInstallation);

    /**
     * Runs only the sandbox until the process is stopped.
     *
     * @return the exit code
     * @throws ApiException if the sandbox cannot start, with the reason
     */
    int sandbox(SandboxChoice choice);

    /**
     * Checks that a release made the data folder's database, if there is one: a server of a development build would answer, too.
     *
     * @throws ApiException if none did
     */
    void requireRelease(Settings settings);

    /**
     * Opens the store itself, for a command while no server runs.
     *
     * @param mayBegin whether a data folder without an installation is given one
     * @throws ApiException if the data folder is in use, holds no installation or cannot be read, in a sentence
     */
    AdminApi open(Settings settings, boolean mayBegin);

    /**
     * Checks a file of receipts.
     *
     * @param keys saved public keys; null for the keys of the installation that the settings name
     * @param head saved end of the chain; null if the end is not checked
     * @throws CannotLook if a file or the installation cannot be read
     */
    ReceiptFiles.Verdict verifyReceipts(Settings settings, Path file, @Nullable Path keys, @Nullable Path head)
            throws CannotLook;

    /**
     * Compares the catalogue that the settings choose with the same one with other facts of the vendor.
     *
     * @return the changes, as {@code GET /admin/catalogue/check} answers
     * @throws ApiException if the books cannot be read, with the reason
     */
    ObjectNode checkCatalogue(Settings settings, CatalogueLoader.Facts facts);

    /**
     * Opens the store for reading only, also while a server runs.
     *
     * @throws ApiException if there is no store or it cannot be read, with the reason
     */
    Inspection inspection(Settings settings);

    /**
     * Brings the schema of the database that the settings name up to date.
     *
     * @param stopsOlder whether servers of an older version that the new schema shuts out are stopped first
     * @return a line of what was done
     * @throws ApiException where that cannot be done, in a sentence
     */
    String migrate(Settings settings, boolean stopsOlder);

    /**
     * Accepts the database server that the settings name as the one with the books, whatever was known before.
     *
     * @return the accepted server; null if it was the right one already
     * @throws ApiException if the database cannot be opened or there is no reason, with the reason
     */
    @Nullable
    String acceptServer(Settings settings, String reason);

    /**
     * Copies the data folder's database into the PostgreSQL that the settings name.
     *
     * @param lines receives what was copied
     * @throws ApiException if the copy fails, with the reason; then nothing was copied
     */
    void migrateToPostgres(Settings settings, Consumer<String> lines);

    /**
     * Puts a copy of the books into the data folder, and records that the time since is lost.
     *
     * @param to the latest instant of the copy; null for the newest
     * @param notes receives which copy was taken, and which were passed over
     * @return the lost time
     * @throws ApiException if there is no copy that can be restored, with the reason; then nothing was changed
     */
    String restore(Settings settings, Path place, @Nullable Instant to, Consumer<String> notes);

    /**
     * Records that the books were restored by other means.
     *
     * @param from the instant of the copy; null for the newest call, entry or row of a log
     * @param notes receives what has ended with it
     * @return the lost time; null if it is recorded already
     * @throws ApiException if the books cannot be opened or a server runs, with the reason
     */
    @Nullable
    String restored(Settings settings, @Nullable Instant from, Consumer<String> notes);

    /**
     * Restores a copy into a temporary folder and proves it.
     *
     * @param place null for the restored PostgreSQL that the settings name
     * @param to the latest instant of the copy; null for the newest
     * @param differences receives each difference
     * @param notes receives what was done, and what could not be checked
     * @return whether there is no difference
     * @throws ApiException if there is no copy that can be read, with the reason
     */
    boolean drill(
            Settings settings,
            @Nullable Path place,
            @Nullable Instant to,
            Consumer<String> differences,
            Consumer<String> notes);
}
