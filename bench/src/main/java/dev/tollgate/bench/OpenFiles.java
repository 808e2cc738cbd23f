package dev.tollgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many files a process that the runner starts may open. */
final class OpenFiles {
    private static final String LINE = "Max open files";

    /** Beside its streams a server has its database, its libraries and what it listens on. */
    private static final int OTHERS = 500;

    private OpenFiles() {}

    static int needed(int streams) {
        return 2 * streams + OTHERS;
    }

    /** The JVM has raised its own soft limit to the hard one, which its children inherit. */
    static int allowed() throws IOException {
        return allowed(Files.readString(Path.of("/proc/self/limits")));
    }

    static int allowed(String limits) {
        String soft = limits.lines()
                .filter(line -> line.startsWith(LINE))
                .map(line -> line.substring(LINE.length()).trim().split("\\s+")[0])
                .findFirst()
                .orElse("0");
        return soft.equals("unlimited") ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(soft));
    }
}
