package dev.tollgate.testing;

import dev.tollgate.base.config.Settings;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.cli.Cli;
import dev.tollgate.operator.cli.parts.Actions;
import dev.tollgate.operator.cli.parts.SandboxChoice;
import dev.tollgate.operator.inspection.Inspection;
import dev.tollgate.operator.inspection.ReceiptFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The command line next to a running server: it asks the server over its private socket, and has nothing of its own to open. */
public final class SocketOnly implements Actions {

    private SocketOnly() {}

    /** Runs a command to its end. @return the process's exit code */
    public static int run(PrintWriter out, String... command) {
        return Cli.run(command, Map.of(), out, out, new SocketOnly());
    }

    private static UnsupportedOperationException alone() {
        return new UnsupportedOperationException("only a running server is asked");
    }

    @Override
    public int serve(Settings settings, boolean newInstallation) {
        throw alone();
    }

    @Override
    public int sandbox(SandboxChoice choice) {
        throw alone();
    }

    @Override
    public void requireRelease(Settings settings) {}

    @Override
    public AdminApi open(Settings settings, boolean mayBegin) {
        throw alone();
    }

    @Override
    public ReceiptFiles.Verdict verifyReceipts(Settings settings, Path file, @Nullable Path keys, @Nullable Path head) {
        throw alone();
    }

    @Override
    public ObjectNode checkCatalogue(Settings settings, CatalogueLoader.Facts facts) {
        throw alone();
    }

    @Override
    public Inspection inspection(Settings settings) {
        throw alone();
    }

    @Override
    public String migrate(Settings settings, boolean stopsOlder) {
        throw alone();
    }

    @Override
    public @Nullable String acceptServer(Settings settings, String reason) {
        throw alone();
    }

    @Override
    public void migrateToPostgres(Settings settings, Consumer<String> lines) {
        throw alone();
    }

    @Override
    public String restore(Settings settings, Path place, @Nullable Instant to, Consumer<String> notes) {
        throw alone();
    }

    @Override
    public @Nullable String restored(Settings settings, @Nullable Instant from, Consumer<String> notes) {
        throw alone();
    }

    @Override
    public boolean drill(
            Settings settings,
            @Nullable Path place,
            @Nullable Instant to,
            Consumer<String> differences,
            Consumer<String> notes) {
        throw alone();
    }
}
