package dev.tollgate.http;

import java.security.MessageDigest;

/** Hashes a body and keeps nothing of it. */
final class DigestSink implements BodySink {

    private final MessageDigest digest;
    private final int bytesMax;
    private long size;

    DigestSink(MessageDigest digest, int bytesMax) {
        this.digest = digest;
        this.bytesMax = bytesMax;
    }

    @Override
    public void append(byte[] from, int length) {
        size += length;
        if (size > bytesMax) {
            throw BodyBytes.tooLarge(bytesMax).asException();
        }
        digest.update(from, 0, length);
    }
}
