package dev.tollgate.customers.people;

import com.bastiaanjansen.otp.HMACAlgorithm;
import com.bastiaanjansen.otp.HOTPGenerator;
import dev.tollgate.base.host.UrlText;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Codes of authenticator apps (RFC 6238): SHA-1, six digits, thirty seconds. A code of the step before or after is accepted, too. */
final class AppCodes {

    private static final String BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int SECRET_CHARS = 32; // 160 bits, as RFC 4226 recommends
    private static final int DIGITS = 6;
    private static final int STEP_SECONDS = 30;

    private AppCodes() {}

    /** Returns a new secret in base 32. */
    static String secret(RandomGenerator random) {
        return Tokens.letters(random, BASE_32, SECRET_CHARS);
    }

    /** Returns the link that adds a secret to an app. @param issuer the name under which the app lists it */
    static String link(String secret, String issuer, String login) {
        return "otpauth://totp/" + encoded(issuer) + ":" + encoded(login) + "?secret=" + secret + "&issuer="
                + encoded(issuer) + "&algorithm=SHA1&digits=" + DIGITS + "&period=" + STEP_SECONDS;
    }

    private static String encoded(String text) {
        return UrlText.encoded(text).replace("+", "%20");
    }

    /** Returns whether a typed text has the form of a code. */
    static boolean isCode(String typed) {
        return digits(typed).matches("[0-9]{" + DIGITS + "}");
    }

    /** Returns the step that a code belongs to: the current one or a neighbour; null if none matches. */
    static @Nullable Long stepOf(String secret, String typed, Instant now) {
        HOTPGenerator codes = new HOTPGenerator.Builder(secret)
                .withPasswordLength(DIGITS)
                .withAlgorithm(HMACAlgorithm.SHA1)
                .build();
        byte[] digits = digits(typed).getBytes(StandardCharsets.UTF_8);
        long present = now.getEpochSecond() / STEP_SECONDS;
        Long found = null;
        for (long step = present - 1; step <= present + 1; step++) {
            if (MessageDigest.isEqual(codes.generate(step).getBytes(StandardCharsets.UTF_8), digits)) {
                found = step;
            }
        }
        return found;
    }

    /** Removes spaces: apps show the digits in two groups. */
    private static String digits(String typed) {
        return typed.replaceAll("\\s", "");
    }
}
