package dev.tollgate.http.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/** A body on its way from the event loop to a thread that reads it. If that is slower than the caller, the connection waits. Thread-safe. */
final class BodyStream extends InputStream implements BodySink {

    /** The bytes that may wait; one piece more may come with them. */
    static final int WAITING_BYTES_MAX = 64 * 1024;

    private final int bytesMax;
    private final Runnable pause;
    private final Runnable resume;
    private final Deque<ByteBuffer> pieces = new ArrayDeque<>();
    private long taken;
    private int waiting;
    private boolean isPaused;
    private boolean isEnded;
    private boolean isCut;

    /**
     * @param pause lets the connection wait; runs on the event loop
     * @param resume lets it go on; from any thread
     */
    BodyStream(int bytesMax, Runnable pause, Runnable resume) {
        this.bytesMax = bytesMax;
        this.pause = pause;
        this.resume = resume;
    }

    // ---- on the event loop ----

    @Override
    public void append(byte[] from, int length) {
        append(ByteBuffer.wrap(from, 0, length));
    }

    @Override
    public synchronized void append(ByteBuffer piece) {
        taken += piece.remaining();
        if (taken > bytesMax) {
            throw BodyBytes.tooLarge(bytesMax).asException();
        }
        if (piece.hasRemaining()) {
            waiting += piece.remaining();
            pieces.addLast(ByteBuffer.allocate(piece.remaining()).put(piece).flip());
            notifyAll();
        }
        if (waiting >= WAITING_BYTES_MAX) {
            isPaused = true;
            pause.run();
        }
    }

    /** All of it has come. */
    synchronized void end() {
        isEnded = true;
        notifyAll();
    }

    /** No more of it comes. */
    synchronized void cut() {
        isCut = true;
        pieces.clear();
        notifyAll();
    }

    // ---- on the reader's thread ----

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public synchronized int read(byte[] into, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, into.length);
        while (pieces.isEmpty() && !isEnded && !isCut && length > 0) {
            await();
        }
        if (isCut) {
            throw new IOException("the body has not come whole");
        }
        ByteBuffer first = pieces.peekFirst();
        if (first == null) {
            return length == 0 ? 0 : -1;
        }
        int some = Math.min(length, first.remaining());
        first.get(into, from, some);
        waiting -= some;
        if (!first.hasRemaining()) {
            pieces.removeFirst();
        }
        if (isPaused && waiting < WAITING_BYTES_MAX / 2) {
            isPaused = false;
            resume.run();
        }
        return some;
    }

    private void await() throws IOException {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
