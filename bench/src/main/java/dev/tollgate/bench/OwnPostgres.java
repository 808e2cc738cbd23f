package dev.tollgate.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A PostgreSQL that brings itself, for this machine alone, over a folder that stays. */
final class OwnPostgres implements AutoCloseable {

    private final EmbeddedPostgres server;
    private final Path folder;

    private OwnPostgres(EmbeddedPostgres server, Path folder) {
        this.server = server;
        this.folder = folder;
    }

    static OwnPostgres start(Path folder, Path log) throws IOException {
        return new OwnPostgres(
                EmbeddedPostgres.builder()
                        .setDataDirectory(folder)
                        .setCleanDataDirectory(false)
                        .setServerConfig("max_wal_size", "4GB")
                        .setServerConfig("shared_buffers", "512MB")
                        .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start(),
                folder);
    }

    String url() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    /** Returns the processor time of the server and its processes, ended ones included. */
    long cpuMicros() throws IOException {
        long postmaster = Long.parseLong(
                Files.readAllLines(folder.resolve("postmaster.pid")).getFirst());
        try (Stream<ProcessHandle> all =
                ProcessHandle.of(postmaster).orElseThrow().children()) {
            long running = all.mapToLong(child -> cpuMicrosOf(child.pid())).sum();
            return running + ProcessFigures.cpuMicrosWithEnded(postmaster);
        }
    }

    private static long cpuMicrosOf(long pid) {
        try {
            return ProcessFigures.cpuMicros(pid);
        } catch (UncheckedIOException e) { // it has just ended, and counts with the ended ones
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
