package dev.tollgate.testing;

/**
 * The effort of tests that could go on for ever: a little in {@code ./tollgate test}, more in {@code ./tollgate test --long}. The checks are the
 * same.
 */
public final class Effort {

    private static final boolean LONG = Boolean.getBoolean("test.long");

    private static final long USUAL_SEED = 20_261_128;

    private Effort() {}

    public static boolean isLong() {
        return LONG;
    }

    /** Returns what a property says, else the same at each change, and in the long tests another each time. */
    public static long seed(String property) {
        return Long.getLong(property, LONG ? System.nanoTime() : USUAL_SEED);
    }

    public static int of(int usual, int ofTheLong) {
        return LONG ? ofTheLong : usual;
    }
}
