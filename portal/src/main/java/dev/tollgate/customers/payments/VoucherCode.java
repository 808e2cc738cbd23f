package dev.tollgate.customers.payments;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A code of 100 random bits: twenty characters in groups of five, none of which is taken for another.
 *
 * @param text upper case, without hyphens
 */
record VoucherCode(String text) {

    /** Crockford's: without I, L, O and U. */
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static final int CHARS = 20;
    private static final int GROUP = 5;
    private static final int TYPED_CHARS_MAX = 100;

    static VoucherCode random(RandomGenerator random) {
        StringBuilder text = new StringBuilder(CHARS);
        for (int i = 0; i < CHARS; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new VoucherCode(text.toString());
    }

    /**
     * Reads a typed or pasted code. Case, full-width forms, and all characters that are no letters or digits (spaces, dashes, quotes, marks without
     * width) do not count. Returns null if the text is not a code.
     */
    static @Nullable VoucherCode read(String typed) {
        if (typed.length() > TYPED_CHARS_MAX) {
            return null;
        }
        String text = Normalizer.normalize(typed, Normalizer.Form.NFKC)
                .replaceAll("[^\\p{L}\\p{N}]", "")
                .toUpperCase(Locale.ROOT)
                .replace('I', '1')
                .replace('L', '1')
                .replace('O', '0');
        boolean isCode = text.length() == CHARS && text.chars().allMatch(c -> ALPHABET.indexOf(c) >= 0);
        return isCode ? new VoucherCode(text) : null;
    }

    /** Returns the code as people read it. */
    String shown() {
        return text.replaceAll("(.{" + GROUP + "})(?!$)", "$1-");
    }

    /** SHA-256 in hex: so many random bits need no slower one. */
    String hash() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "VoucherCode";
    }
}
