package dev.tollgate;

import java.util.random.RandomGenerator;

/** New ids of accounts and keys: a prefix that says what it is, and enough randomness that no two are the same. */
final class Ids {

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int CHARS = 20;

    private Ids() {}

    static String account(RandomGenerator random) {
        return make("acc_", random);
    }

    static String key(RandomGenerator random) {
        return make("key_", random);
    }

    private static String make(String prefix, RandomGenerator random) {
        StringBuilder id = new StringBuilder(prefix);
        for (int i = 0; i < CHARS; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
