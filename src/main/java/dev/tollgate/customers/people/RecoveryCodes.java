package dev.tollgate.customers.people;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Recovery codes of a person without the app: ten, each of 16 letters and digits in groups of four. Only their hashes are stored. */
final class RecoveryCodes {

    private static final int COUNT = 10;
    private static final String ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
    private static final int CHARS = 16;
    private static final int GROUP = 4;

    private RecoveryCodes() {}

    /** Returns new codes, to be shown once. */
    static List<String> next(RandomGenerator random) {
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            codes.add(Tokens.letters(random, ALPHABET, CHARS).replaceAll("(.{" + GROUP + "})(?=.)", "$1-"));
        }
        return codes;
    }

    /** Returns the hash of a typed code. Case, spaces and hyphens do not count. */
    static String hash(String typed) {
        return Tokens.hash(typed.toLowerCase(Locale.ROOT).replaceAll("[\\s-]", ""));
    }

    static List<String> hashes(List<String> codes) {
        return codes.stream().map(RecoveryCodes::hash).toList();
    }
}
