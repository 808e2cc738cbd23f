package dev.tollgate.testing;

/**
 * How much a test tries that could try for ever: so much for everybody who waits for {@code ./tollgate test}, more with {@code ./tollgate test
 * --long}. What is checked is the same.
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
