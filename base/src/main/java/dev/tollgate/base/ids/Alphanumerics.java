package dev.tollgate.base.ids;

import java.util.random.RandomGenerator;

/** The alphabet of random ids: letters and digits of ASCII, all equally likely. */
public final class Alphanumerics {

    private static final String ALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private Alphanumerics() {}

    /** Returns the prefix with so many characters after it. */
    public static String after(String prefix, int chars, RandomGenerator random) {
        StringBuilder id = new StringBuilder(prefix.length() + chars).append(prefix);
        append(id, chars, random);
        return id.toString();
    }

    static void append(StringBuilder id, int chars, RandomGenerator random) {
        for (int i = 0; i < chars; i++) {
            id.append(ALL.charAt(random.nextInt(ALL.length())));
        }
    }
}
