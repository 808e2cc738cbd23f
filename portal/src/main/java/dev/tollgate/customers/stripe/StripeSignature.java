package dev.tollgate.customers.stripe;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Stripe's signature of an event from its header {@code t=…,v1=…}. There may be several {@code v1}.
 *
 * @param seconds as written in the header, because the text is part of the signed content
 */
record StripeSignature(String seconds, List<byte[]> v1) {

    /** The largest accepted distance between an event's time and this server's time. */
    static final Duration TOLERANCE = Duration.ofSeconds(300);

    private static final int SIGNATURES_MAX = 8;
    private static final int HEADER_CHARS_MAX = 4_096;
    private static final String ALGORITHM = "HmacSHA256";

    /** Null for what is none. */
    static @Nullable StripeSignature read(@Nullable String header) {
        if (header == null || header.length() > HEADER_CHARS_MAX) {
            return null;
        }
        String seconds = null;
        List<byte[]> v1 = new ArrayList<>();
        for (String part : header.split(",", -1)) {
            String item = part.strip();
            if (item.matches("t=[0-9]{1,12}") && seconds == null) {
                seconds = item.substring(2);
            } else if (item.matches("v1=[0-9a-f]{64}") && v1.size() < SIGNATURES_MAX) {
                v1.add(HexFormat.of().parseHex(item, 3, item.length()));
            }
        }
        return seconds == null || v1.isEmpty() ? null : new StripeSignature(seconds, v1);
    }

    boolean isFresh(Instant now) {
        return Duration.between(Instant.ofEpochSecond(Long.parseLong(seconds)), now)
                        .abs()
                        .compareTo(TOLERANCE)
                <= 0;
    }

    /** Returns whether one of the secrets has signed these very bytes. Takes as long whichever it is. */
    boolean isOf(byte[] body, List<String> secrets) {
        boolean good = false;
        for (String secret : secrets) {
            byte[] signed = sign(secret, seconds, body);
            for (byte[] told : v1) {
                good |= MessageDigest.isEqual(signed, told);
            }
        }
        return good;
    }

    static byte[] sign(String secret, String seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            mac.update((seconds + ".").getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(body);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
