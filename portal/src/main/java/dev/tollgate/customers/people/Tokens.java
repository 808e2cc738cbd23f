package dev.tollgate.customers.people;

import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Tokens of sessions and links: 32 bytes, of which only the hash is kept. A link's are random. A session's are 20
 * random bytes and 12 bytes of our signature on them, so that made-up cookies cause no look-up.
 */
final class Tokens {

    private static final int BYTES = 32;
    private static final int CHARS = 43;
    private static final int RANDOM_BYTES = 20;
    private static final String SESSION = "session token";

    private Tokens() {}

    static String next(RandomGenerator random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Returns random characters of an alphabet. */
    static String letters(RandomGenerator random, String alphabet, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    static String nextOfSession(RandomGenerator random, SecretBox secrets) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(signed(bytes, secrets.print(SESSION, bytes)));
    }

    private static byte[] signed(byte[] random, byte[] print) {
        byte[] both = Arrays.copyOf(random, BYTES);
        System.arraycopy(print, 0, both, RANDOM_BYTES, BYTES - RANDOM_BYTES);
        return both;
    }

    /** Returns whether a session's token has our sign, by whichever of our keys. */
    static boolean isSigned(String token, SecretBox secrets) {
        if (!isToken(token)) {
            return false;
        }
        try {
            byte[] both = Base64.getUrlDecoder().decode(token);
            byte[] random = Arrays.copyOf(both, RANDOM_BYTES);
            return secrets.prints(SESSION, random).stream()
                    .anyMatch(print -> MessageDigest.isEqual(both, signed(random, print)));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Returns whether a text has the length of a token. */
    static boolean isToken(String text) {
        return text.length() == CHARS;
    }

    static String hash(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
