package dev.tollgate.books.verification;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The SHA-256 of a text, and the proof that rows keep of their values. */
final class Sha256 {

    private Sha256() {}

    /** Returns the first eight bytes for a row's values with a line end between them. */
    static long proof(String values) {
        return ByteBuffer.wrap(of(values + " 0")).getLong();
    }

    static byte[] of(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
