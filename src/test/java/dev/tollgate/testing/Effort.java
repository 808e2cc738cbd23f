package dev.tollgate.testing;

/**
 * The effort of tests that could go on for ever: a little in {@code ./tollgate test}, more in {@code ./tollgate test --long}. The checks are the
 * same.
 */
public final class Effort {

    private static final boolean LONG = Boolean.getBoolean("test.long");

    private Effort() {}

    public static boolean isLong() {
        return LONG;
    }

    public static int of(int usual, int ofTheLong) {
        return LONG ? ofTheLong : usual;
    }
}
