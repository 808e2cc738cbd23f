package dev.tollgate.base.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The number of files that the process may open, if the machine reports it, as Linux does. */
public final class OpenFiles {

    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Path OPEN = Path.of("/proc/self/fd");
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

    /** Returns the number of open files, including libraries and standard streams; 0 if it is unknown. */
    public static long open() {
        try (Stream<Path> open = Files.list(OPEN)) {
            return open.count();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /**
     * Returns the number of client connections that the open-file limit allows: 85 % of the limit, minus the files already open, divided by
     * three. A connection may need three files: its own, its upstream's and a stored response's. The other 15 % are for everything else.
     *
     * @param files the open-file limit
     * @param open files that are open before the first client
     */
    public static int connectionsFor(long files, long open) {
        return (int) Math.clamp((files / 20 * 17 - open) / 3, 1, Integer.MAX_VALUE);
    }
}
