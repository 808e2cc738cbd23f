package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Reads one body under the limits of D28 and D29. Confined to the event loop, but for the unpacking. */
final class BodyIntake {

    private final Exchange exchange;
    private final RequestBody body;
    private final FrontLoop loop;
    private final ContentCoding coding;
    private final BodyBytes sent;
    private final Runnable then;

    private BodySink sink;
    private BodyGate.@Nullable Digest digest;
    private boolean admitted;
    private boolean over;

    /** @param admitted whether the body may be large: who asks for it has been asked */
    BodyIntake(
            Exchange exchange,
            RequestBody body,
            FrontLoop loop,
            ContentCoding coding,
            boolean admitted,
            Runnable then) {
        this.exchange = exchange;
        this.body = body;
        this.loop = loop;
        this.coding = coding;
        this.sent = new BodyBytes(loop.limits().bodyBytesMax(), body.bytesAnnounced(), body.lease());
        this.sink = sent;
        this.admitted = admitted;
        this.then = then;
    }

    /** From now on nothing is kept of what comes; packed data still are, until they can be unpacked. */
    void digest(BodyGate.Digest wanted) {
        digest = wanted;
        if (coding == ContentCoding.IDENTITY) {
            sink = new DigestSink(wanted.digest(), loop.limits().bodyBytesMax());
            sink.append(sent.array(), sent.size());
            sent.release();
        }
    }

    void take(ByteBuf piece) {
        if (over) {
            return;
        }
        try {
            if (!admitted && sent.size() + piece.readableBytes() > loop.limits().smallBodyBytesMax()) {
                admitted = true;
                ByteBuf kept = Unpooled.copiedBuffer(piece); // it may never be asked for again
                body.grown(() -> add(kept));
            } else {
                add(piece);
            }
        } catch (ApiException e) {
            stop(e.error());
        }
    }

    private void add(ByteBuf piece) {
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

    /** Nobody wants the body any more. */
    void drop() {
        over = true;
        sent.release();
    }

    /** The caller is told why it has taken too long ({@link BodyPace}). */
    void late(String message) {
        if (!over) {
            exchange.closeAfterwards();
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
        if (wanted == null) {
            body.complete(sent, coding, then);
        } else if (coding == ContentCoding.IDENTITY) {
            exchange.guard(() -> wanted.then().accept(wanted.digest().digest()));
        } else {
            loop.aside().inTurn(exchange, () -> digestUnpacked(wanted), wanted.then());
        }
    }

    private byte[] digestUnpacked(BodyGate.Digest wanted) {
        coding.unpack(
                sent.array(),
                sent.size(),
                new DigestSink(wanted.digest(), loop.limits().bodyBytesMax()));
        sent.release();
        return wanted.digest().digest();
    }
}
