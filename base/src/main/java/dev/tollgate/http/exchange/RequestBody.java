package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.http.BodyGate;
import dev.tollgate.http.BodyReader;
import dev.tollgate.http.HttpLimits;
import dev.tollgate.http.StreamedBody;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request's body, from its announcement to the moment when its room is given back; and what becomes of it if it is not
 * wanted. Confined to the event loop.
 */
final class RequestBody {

    /** A refused body up to here is read to its end, and the connection stays in use. */
    private static final int SMALL_REST_BYTES = 64 * 1024;

    /** The time for which a refusal waits for the rest of a small body. */
    private static final Duration REST_WAIT = Duration.ofSeconds(1);

    private static final byte[] NONE = new byte[0];

    /** The time for which a broken connection is still read, so that the caller gets to see why. */
    private static final Duration BROKEN_LINGER = Duration.ofSeconds(1);

    private final CallerExchange exchange;
    private final FrontParts parts;
    private final Transport transport;
    private final long bytesAnnounced;
    private boolean paused;
    private boolean isWhole;
    private boolean isBroken;
    private boolean isLarge;
    private int bytesMax;
    private Lease lease = Lease.FREE;
    private @Nullable StreamedBody streamed;
    private @Nullable BodyIntake intake;
    private ContentCoding coding = ContentCoding.IDENTITY;
    private @Nullable BodyBytes bytes;
    private @Nullable Runnable afterRest;
    private long restSinceNanos;
    private long restBytes;

    /** @param bytesAnnounced the announced length, -1 for a chunked body, 0 for none */
    RequestBody(CallerExchange exchange, FrontParts parts, Transport transport, long bytesAnnounced) {
        this.exchange = exchange;
        this.parts = parts;
        this.transport = transport;
        this.bytesAnnounced = bytesAnnounced;
    }

    boolean isAnnounced() {
        return bytesAnnounced != 0;
    }

    private boolean isUnread() {
        return bytesAnnounced != 0 && !isWhole;
    }

    /** Returns the limit of this body, as sent and unpacked. */
    int bytesMax() {
        return bytesMax;
    }

    /** -1 where nothing is announced. At most what a body may have, once it is taken. */
    int bytesAnnounced() {
        return (int) bytesAnnounced;
    }

    /** Returns the lease that pays for everything made of the body; without a body a lease that counts nothing. */
    Lease lease() {
        return lease;
    }

    /** Returns whether it holds, or held, or may hold, more than is read on an event loop. */
    boolean isLarge() {
        return isLarge;
    }

    /** Keeps the body waiting while the gate thinks. */
    void pause() {
        if (isUnread()) {
            paused = true;
            transport.pause();
        }
    }

    private void resume() {
        if (paused) {
            paused = false;
            transport.resume();
        }
    }

    /** Some of it has come. */
    void take(ByteBuffer piece, boolean last) {
        BodyIntake reading = intake;
        restBytes += piece.remaining();
        try {
            if (reading != null) {
                reading.take(piece);
            }
        } finally {
            isWhole |= last;
        }
        if (last) {
            end();
        }
        if (last || restBytes > SMALL_REST_BYTES) {
            restOver();
        }
    }

    /**
     * Throws away the rest of a small body that is on its way, then goes on: a proxy that gets a refusal while it sends the body ends its caller's
     * connection. Waits for a second at most.
     *
     * @return false if there is nothing to wait for; then nothing is run
     */
    boolean awaitRest(Runnable then) {
        boolean isSmall = bytesAnnounced <= SMALL_REST_BYTES && restBytes <= SMALL_REST_BYTES;
        if (!isUnread() || isBroken || !isSmall || exchange.requestHead().header(HttpHeaderNames.EXPECT) != null) {
            return false;
        }
        if (afterRest == null) {
            afterRest = then;
            restSinceNanos = System.nanoTime();
            dropIntake();
            resume();
        }
        return true;
    }

    private void restOver() {
        Runnable then = afterRest;
        if (then != null) {
            afterRest = null;
            exchange.guard(then);
        }
    }

    /** The end has arrived, and no gate is still deciding about the bytes before it. */
    private void end() {
        BodyIntake reading = intake;
        if (isWhole && !paused && reading != null) {
            reading.end();
        }
    }

    /**
     * Reads the body, then goes on. A length that is announced above the limit is refused unread; before a body that is large the gate is
     * asked.
     *
     * @param gate null if no large body is taken
     */
    void take(ContentCoding coding, @Nullable Supplier<BodyGate.Question> gate, Runnable then) {
        HttpLimits limits = parts.limits();
        bytesMax = gate == null ? Math.min(limits.smallBodyBytesMax(), limits.bodyBytesMax()) : limits.bodyBytesMax();
        if (bytesAnnounced > bytesMax) {
            exchange.fail(BodyBytes.tooLarge(bytesMax));
            return;
        }
        boolean large = coding != ContentCoding.IDENTITY || bytesAnnounced > limits.smallBodyBytesMax();
        lease = parts.memory().lease(exchange.callerAccount(), exchange.network(), large);
        BodyIntake reading = new BodyIntake(exchange, this, parts, coding, gate, large, then);
        intake = reading;
        if (large && gate != null) {
            pause();
            ask(gate, () -> start(limits.bodyTime()));
        } else {
            start(limits.bodyTime());
        }
    }

    /** Lets the body wait until its handler reads it. */
    void awaitReader(StreamedBody bounds) {
        streamed = bounds;
        pause();
    }

    /** Begins to read the body while it comes. It is empty if none was announced. */
    InputStream stream() {
        StreamedBody bounds = streamed;
        if (bounds == null) {
            return InputStream.nullInputStream();
        }
        lease = parts.memory().lease(exchange.callerAccount(), exchange.network(), true);
        lease.take(BodyStream.WAITING_BYTES_MAX);
        bytesMax = bounds.bytesMax();
        BodyStream stream = new BodyStream(bytesMax, this::pause, () -> exchange.onLoop(this::goOn));
        BodyIntake reading = new BodyIntake(exchange, this, parts, ContentCoding.IDENTITY, null, true, () -> {});
        reading.stream(stream);
        intake = reading;
        start(bounds.time());
        return stream;
    }

    /** Goes on after the reader has taken what had come. */
    private void goOn() {
        if (intake != null) {
            resume();
            end();
        }
    }

    private void start(Duration time) {
        transport.awaitBody(
                "100-continue".equalsIgnoreCase(exchange.requestHead().header(HttpHeaderNames.EXPECT)), time);
        resume();
    }

    /**
     * More has come than is small.
     *
     * @param then continues to read what has come, unless the body is refused
     * @throws dev.tollgate.base.error.ApiException if there is no room for a large one
     */
    void grown(Supplier<BodyGate.Question> gate, Runnable then) {
        lease.becomeLarge();
        pause();
        ask(gate, () -> {
            then.run();
            resume();
            end();
        });
    }

    /** Asks on a virtual thread: the question is about money, which is in the database. */
    private void ask(Supplier<BodyGate.Question> gate, Runnable then) {
        BodyGate.Question question = gate.get();
        Thread.ofVirtual().name("ask-gate").start(() -> {
            try {
                BodyGate.Verdict verdict = question.answer();
                exchange.run(() -> answered(verdict, then));
            } catch (RuntimeException | Error e) {
                exchange.run(() -> exchange.fail(e));
            }
        });
    }

    private void answered(BodyGate.Verdict verdict, Runnable then) {
        BodyIntake reading = intake;
        if (reading == null || !exchange.isOpen()) {
            return;
        }
        switch (verdict) {
            case BodyGate.Read read -> {}
            case BodyGate.Digest digest -> reading.digest(digest);
        }
        then.run();
    }

    /** Handles broken framing, where the end of the body is unknown. */
    void broken(@Nullable String fault) {
        isBroken = true;
        if (isUnread() && exchange.isOpen()) {
            exchange.response().closeAfterwards();
            exchange.fail(ApiError.invalid(
                    null, "The request body is not validly framed." + (fault == null ? "" : " " + fault)));
        }
    }

    /** All bytes have arrived, though they may not be unpacked yet. */
    void arrived() {
        intake = null;
    }

    void complete(BodyBytes whole, ContentCoding coding, Runnable then) {
        bytes = whole;
        this.coding = coding;
        isLarge = coding != ContentCoding.IDENTITY
                || whole.size() > parts.limits().smallBodyBytesMax();
        if (!isLarge) {
            lease.beingRead();
        }
        exchange.guard(then);
    }

    /** Forgets the bytes, which have been read into something else. */
    void forget() {
        bytes = null;
    }

    /** Returns the whole body for {@link #read}; null if it is empty or has been read. */
    @Nullable
    BodyBytes bytes() {
        return bytes;
    }

    /**
     * Reads it, unpacked where it came packed. By one thread, which need not be the event loop's; there is nothing to be read afterwards. Its room
     * stays charged as long as the lease: a text of the value is a piece of the body, and one short text keeps all of it.
     */
    <T> T read(@Nullable BodyBytes sent, BodyReader<T> reader) {
        if (sent == null) {
            return reader.read(NONE);
        }
        BodyBytes whole = sent;
        if (coding != ContentCoding.IDENTITY) {
            whole = unpacked();
            coding.unpack(sent.array(), sent.size(), whole, this::unpacked, lease);
            sent.release();
        }
        return reader.read(whole.toArray());
    }

    /** Returns room for bytes that are unpacked. */
    BodyBytes unpacked() {
        return new BodyBytes(bytesMax, -1, lease);
    }

    /** Returns whether an answer given now leaves so much unread that the connection has to be closed after it. */
    boolean spoilsConnection() {
        boolean small = bytesAnnounced > 0 && bytesAnnounced <= SMALL_REST_BYTES;
        return isUnread() && (!small || exchange.requestHead().header(HttpHeaderNames.EXPECT) != null);
    }

    /** An answer is about to be given away. Throws away what is left of the body. @param close whether the connection ends with it */
    void leave(boolean close) {
        dropIntake(); // the body's end is no longer needed
        if (isUnread() && close) {
            transport.linger(isBroken ? BROKEN_LINGER : parts.limits().linger());
        }
        resume();
    }

    void sweep(long nowNanos) {
        if (afterRest != null && nowNanos - restSinceNanos > REST_WAIT.toNanos()) {
            restOver();
        }
        BodyIntake reading = intake;
        String late = reading == null ? null : transport.lateBody();
        if (reading != null && late != null) {
            reading.late(late);
        }
    }

    /** The exchange is over. */
    void release() {
        dropIntake();
        afterRest = null;
        bytes = null; // perhaps being read on another thread, which holds the lease as long
        lease.release();
    }

    private void dropIntake() {
        if (intake != null) {
            intake.drop();
            intake = null;
        }
    }
}
