package dev.tollgate.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many files the process may have open, as far as the machine tells: Linux does. */
public final class OpenFiles {

    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Pattern SOFT = Pattern.compile("^Max open files +(\\d{1,18}) ", Pattern.MULTILINE);

    private OpenFiles() {}

    /** {@link Long#MAX_VALUE} where there is no limit, or none can be known. */
    public static long max() {
        try {
            return max(Files.readString(LIMITS));
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    static long max(String limits) {
        Matcher soft = SOFT.matcher(limits);
        return soft.find() ? Long.parseLong(soft.group(1)) : Long.MAX_VALUE;
    }

    /**
     * How many callers' connections so many files suffice for: each may need three (its own, its upstream's and a kept answer's), and a few are
     * left for everything else.
     */
    public static int connectionsFor(long files) {
        return (int) Math.clamp(files / 20 * 17 / 3, 1, Integer.MAX_VALUE);
    }
}
