package dev.tollgate.keys;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A key as its owner holds it. Lives only while it is made and shown; never in a log. */
public final class KeySecret {

    /** The digest of each thread. Creating one costs more than most of its uses. */
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(KeySecret::sha256);

    private static final String START = "sk-";
    private static final int RANDOM_BYTES = 32;

    /** The form of keys that an operator may choose for the demo account. Generated keys fit, too. */
    private static final Pattern CHOSEN = Pattern.compile("sk-[A-Za-z0-9_-]{8,128}");

    private static final Pattern NOT_IN_KEYS = Pattern.compile("[^A-Za-z0-9_-]");

    private static final int CHARS_MAX = 131;
    private static final int PREFIX_CHARS = 11;
    private static final int HASH_CHARS = 64;

    /** The number of characters of a chosen key that stay hidden, even if it is short. */
    private static final int HIDDEN_CHARS_MIN = 24;

    private final String text;

    private KeySecret(String text) {
        this.text = text;
    }

    /** A new one: {@code sk-} and 64 lower-case hex digits. */
    public static KeySecret random(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return new KeySecret(START + HexFormat.of().formatHex(bytes));
    }

    /** Returns a secret that the operator chose. @throws IllegalArgumentException when it has not the form; the message does not quote it */
    public static KeySecret chosen(String text) {
        if (!CHOSEN.matcher(text).matches()) {
            throw new IllegalArgumentException("a key is sk- and 8 to 128 of A-Z, a-z, 0-9, _ and -");
        }
        return new KeySecret(text);
    }

    /** Returns whether it is worth hashing at all. */
    static boolean isPlausible(String text) {
        return text.startsWith(START) && text.length() <= CHARS_MAX;
    }

    /** Returns whether a text could be a key by its characters. Anything else was pasted with one, or is of another service. */
    static boolean hasKeyCharactersOnly(String text) {
        return !NOT_IN_KEYS.matcher(text).find();
    }

    /** The key itself, to be shown once. */
    public String reveal() {
        return text;
    }

    /** The beginning, for lists: 11 characters, of short keys fewer. */
    public String prefix() {
        int shown = Math.min(PREFIX_CHARS, text.length() - HIDDEN_CHARS_MIN);
        return text.substring(0, Math.max(START.length(), shown));
    }

    String hash() {
        return hash(text);
    }

    /** SHA-256 in lower-case hex. */
    static String hash(String text) {
        return HexFormat.of().formatHex(SHA_256.get().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns whether a key row's value is a hash: keys of a deleted account have a word instead. */
    static boolean isHash(String stored) {
        return stored.length() == HASH_CHARS;
    }

    @Override
    public String toString() {
        return prefix() + "…";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
