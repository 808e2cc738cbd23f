package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.BodyGate;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads one body under the limits of D28 and D29. Confined to the event loop, except for decompression. */
final class BodyIntake {

    private final CallerExchange exchange;
    private final RequestBody body;
    private final FrontParts parts;
    private final ContentCoding coding;
    private final @Nullable Supplier<BodyGate.Question> gate;
    private final BodyBytes sent;
    private final Runnable then;

    private BodySink sink;
    private BodyGate.@Nullable Digest digest;
    private @Nullable BodyStream stream;
    private boolean admitted;
    private boolean over;

    /**
     * @param gate decides once the body turns out to be large; null if no large one is taken
     * @param admitted whether the body is known to be large
     */
    BodyIntake(
            CallerExchange exchange,
            RequestBody body,
            FrontParts parts,
            ContentCoding coding,
            @Nullable Supplier<BodyGate.Question> gate,
            boolean admitted,
            Runnable then) {
        this.exchange = exchange;
        this.body = body;
        this.parts = parts;
        this.gate = gate;
        this.coding = coding;
        this.sent = new BodyBytes(body.bytesMax(), body.bytesAnnounced(), body.lease());
        this.sink = sent;
        this.admitted = admitted;
        this.then = then;
    }

    /** Digests all further bytes without keeping them, apart from packed data until they can be unpacked. */
    void digest(BodyGate.Digest wanted) {
        digest = wanted;
        if (coding == ContentCoding.IDENTITY) {
            sink = new DigestSink(wanted.digest(), body.bytesMax());
            sink.append(sent.array(), sent.size());
            sent.release();
        }
    }

    /** Hands all bytes to a reader while they come. */
    void stream(BodyStream reader) {
        stream = reader;
        sink = reader;
    }

    void take(ByteBuffer piece) {
        if (over) {
            return;
        }
        try {
            if (gate != null
                    && !admitted
                    && sent.size() + piece.remaining() > parts.limits().smallBodyBytesMax()) {
                admitted = true;
                ByteBuffer kept =
                        ByteBuffer.allocate(piece.remaining()).put(piece).flip(); // the piece is gone by then
                body.grown(gate, () -> add(kept));
            } else {
                add(piece);
            }
        } catch (ApiException e) {
            stop(e.error());
        }
    }

    private void add(ByteBuffer piece) {
        try {
            sink.append(piece);
        } catch (ApiException e) {
            stop(e.error());
        }
    }

    private void stop(ApiError error) {
        drop();
        exchange.fail(error);
    }

    /** The body is no longer wanted. */
    void drop() {
        over = true;
        sent.release();
        if (stream != null) {
            stream.cut();
        }
    }

    /** Refuses a body that comes too slowly. @param message for the caller */
    void late(String message) {
        if (!over) {
            exchange.response().closeAfterwards();
            stop(ApiError.of(ErrorCode.INVALID_REQUEST, message).withStatus(408));
        }
    }

    void end() {
        if (over) {
            return;
        }
        over = true;
        body.arrived();
        BodyGate.Digest wanted = digest;
        if (stream != null) {
            stream.end();
        } else if (wanted == null) {
            body.complete(sent, coding, then);
        } else if (coding == ContentCoding.IDENTITY) {
            exchange.guard(() -> wanted.then().accept(wanted.digest().digest()));
        } else {
            parts.aside().inTurn(exchange, () -> digestUnpacked(wanted), wanted.then());
        }
    }

    private byte[] digestUnpacked(BodyGate.Digest wanted) {
        coding.unpack(
                sent.array(),
                sent.size(),
                new DigestSink(wanted.digest(), body.bytesMax()),
                body::unpacked,
                body.lease());
        sent.release();
        return wanted.digest().digest();
    }

    /** Hashes a body and keeps nothing of it. */
    private static final class DigestSink implements BodySink {

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
}
