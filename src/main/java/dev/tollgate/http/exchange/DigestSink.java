package dev.tollgate.http.exchange;

import java.nio.ByteBuffer;
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
        append(ByteBuffer.wrap(from, 0, length));
    }

    @Override
    public void append(ByteBuffer piece) {
        size += piece.remaining();
        if (size > bytesMax) {
            throw BodyBytes.tooLarge(bytesMax).asException();
        }
        digest.update(piece);
    }
}
