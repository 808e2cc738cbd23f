package dev.tollgate.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Programs that a test puts into a folder and then starts. */
public final class Programs {

    private Programs() {}

    /**
     * Copies a program by a process of its own. If this JVM wrote the file, a process that another test starts at the
     * same moment could hold it open for writing, and Linux starts no such file ("Text file busy").
     */
    public static Path install(Path from, Path to) throws IOException {
        Process copy = new ProcessBuilder("install", "-m", "755", from.toString(), to.toString())
                .inheritIO()
                .start();
        try {
            if (!copy.waitFor(60, TimeUnit.SECONDS) || copy.exitValue() != 0) {
                throw new IOException(to + " was not written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return to;
    }
}
