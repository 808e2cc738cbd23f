package dev.tollgate.testing;

import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * Names of what the process has only one of, for {@link ResourceLock} in addition to {@link Resources}: classes run in parallel. A class that
 * measures the heap, or slows everything down, is {@code @Isolated}.
 */
public final class Shared {

    /** What ends the process, see {@link Deaths}. */
    public static final String DEATHS = "deaths";

    /** The one browser, see {@code browser.Visit}. */
    public static final String BROWSER = "browser";

    private Shared() {}
}
