package dev.tollgate.pages.frame;

import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that prove that a form came from a page of this site in this browser, and the signature on the cookie of a browser that has not signed
 * in. A token is masked again in each page, so its bytes never repeat. Thread-safe.
 */
record FormTokens(SecretBox secrets, SecureRandom random) {

    private static final int PRINT_BYTES = 32;
    private static final int VISIT_BYTES = 16;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    String token(Visitor visitor) {
        byte[] print = print("page form", visitor.csrfSeed());
        byte[] mask = new byte[PRINT_BYTES];
        random.nextBytes(mask);
        byte[] both = new byte[2 * PRINT_BYTES];
        for (int i = 0; i < PRINT_BYTES; i++) {
            both[i] = mask[i];
            both[PRINT_BYTES + i] = (byte) (mask[i] ^ print[i]);
        }
        return ENCODER.encodeToString(both);
    }

    boolean isGood(@Nullable String token, Visitor visitor) {
        byte[] both = decoded(token);
        if (both == null || both.length != 2 * PRINT_BYTES) {
            return false;
        }
        byte[] print = new byte[PRINT_BYTES];
        for (int i = 0; i < PRINT_BYTES; i++) {
            print[i] = (byte) (both[i] ^ both[PRINT_BYTES + i]);
        }
        return isPrint(print, "page form", visitor.csrfSeed());
    }

    /** A new browser's cookie: a random id and our sign on it. */
    String newVisit() {
        byte[] bytes = new byte[VISIT_BYTES];
        random.nextBytes(bytes);
        String id = ENCODER.encodeToString(bytes);
        return id + "." + ENCODER.encodeToString(print("page visit", id));
    }

    boolean isVisit(@Nullable String cookie) {
        int dot = cookie == null ? -1 : cookie.indexOf('.');
        if (cookie == null || dot < 1) {
            return false;
        }
        byte[] sign = decoded(cookie.substring(dot + 1));
        return sign != null && isPrint(sign, "page visit", cookie.substring(0, dot));
    }

    /** Returns whether it was made by one of our keys. */
    private boolean isPrint(byte[] given, String context, String seed) {
        return secrets.prints(context, seed.getBytes(StandardCharsets.UTF_8)).stream()
                .anyMatch(right -> MessageDigest.isEqual(given, right));
    }

    private byte[] print(String context, String seed) {
        return secrets.print(context, seed.getBytes(StandardCharsets.UTF_8));
    }

    private static byte @Nullable [] decoded(@Nullable String text) {
        try {
            return text == null ? null : Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
