package dev.tollgate.http.engine;

import dev.tollgate.base.log.Event;
import dev.tollgate.http.exchange.CallerExchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives an answer to the socket of its caller in pieces, each when the socket has taken the one before. Until then the rest of the answer
 * stays where it is: on the heap, or in a buffer that many connections share. What is kept for this connection alone is reported to
 * {@link Unread}. Confined to the event loop of its connection, except {@link #close}.
 */
final class Outgoing extends Unread.Reader implements ChannelFutureListener {

    private static final Logger LOG = LoggerFactory.getLogger(Outgoing.class);

    /** The number of pieces after which others get their turn of the loop. */
    private static final int PIECES_A_TURN = 16;

    /** The objects around a segment. */
    private static final int SEGMENT_OVERHEAD_BYTES = 128;

    private final CallerConnection connection;
    private final Channel channel;
    private final Unread unread;
    private final int pieceBytes;
    private @Nullable Deque<ByteBuf> rest;
    private long restBytes;
    private long ownRestBytes;
    private long ownSocketBytes;
    private long held;
    private boolean isRestLast;
    private boolean isCloseWanted;
    private boolean isLookingOn;

    Outgoing(CallerConnection connection, Channel channel, Unread unread, int pieceBytesMax) {
        this.connection = connection;
        this.channel = channel;
        this.unread = unread;
        this.pieceBytes = Math.min(unread.pieceBytes(), pieceBytesMax);
    }

    /** The most that one {@link #write} should bring in its first buffer. */
    int pieceBytes() {
        return pieceBytes;
    }

    /**
     * Room for what is written next. If the process has no direct memory left the connection ends, and nothing else: what is written
     * into the buffer is then lost.
     */
    ByteBuf buffer(int bytes) {
        return isEmpty() ? direct(bytes) : Unpooled.buffer(bytes);
    }

    private ByteBuf direct(int bytes) {
        try {
            return channel.alloc().directBuffer(bytes);
        } catch (OutOfMemoryError refused) {
            LOG.warn(
                    Event.REQUEST_FAULT,
                    "there was no direct memory for an answer; its connection is closed: {}",
                    refused.getMessage());
            channel.close();
            return Unpooled.buffer();
        }
    }

    /** Returns whether the socket has taken everything. */
    boolean isEmpty() {
        return restBytes == 0 && isSocketEmpty();
    }

    private boolean isSocketEmpty() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return queue == null || queue.isEmpty();
    }

    /** Returns whether more may be written before {@link CallerConnection#emptied}. */
    boolean hasRoom() {
        return isEmpty() || restBytes + socketBytes() < pieceBytes;
    }

    private long socketBytes() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }

    /**
     * Writes some of an answer.
     *
     * @param first from {@link #buffer}, at most a piece of the body in it
     * @param more what follows: an array on the heap that nothing changes, or a direct buffer that is shared; null for nothing
     * @param isLast whether the answer ends with it: then the connection hears when it has left
     */
    void write(ByteBuf first, @Nullable ByteBuf more, boolean isLast) {
        isRestLast |= isLast;
        if (!isEmpty()) {
            add(first);
            if (more != null) {
                add(more);
            }
            report();
        } else if (more == null) {
            ownSocketBytes = first.readableBytes();
            give(first, isLast);
            channel.flush();
            report();
        } else {
            ownSocketBytes = first.readableBytes();
            give(first, false);
            add(more);
            goOn();
        }
    }

    private void give(ByteBuf piece, boolean isEnd) {
        if (isEnd) {
            isRestLast = false;
            channel.write(piece).addListener(connection);
        } else {
            channel.write(piece, channel.voidPromise());
        }
    }

    private void add(ByteBuf segment) {
        if (rest == null) {
            rest = new ArrayDeque<>();
        }
        rest.add(segment);
        restBytes += segment.readableBytes();
        ownRestBytes += own(segment);
    }

    private static long own(ByteBuf segment) {
        return SEGMENT_OVERHEAD_BYTES + (segment.isDirect() ? 0 : segment.capacity());
    }

    /** Gives the socket what it takes. */
    private void goOn() {
        for (int pieces = 0; restBytes > 0 && isSocketEmpty(); pieces++) {
            if (pieces == PIECES_A_TURN) {
                isLookingOn = true;
                channel.eventLoop().execute(this::lookOn);
                break;
            }
            ByteBuf piece = nextPiece();
            give(piece, isRestLast && restBytes == 0);
            channel.flush();
        }
        report();
    }

    private ByteBuf nextPiece() {
        Deque<ByteBuf> segments = Objects.requireNonNull(rest);
        ByteBuf first = segments.element();
        if (first.isDirect()) {
            ByteBuf piece = first.readRetainedSlice(Math.min(first.readableBytes(), Unread.PIECE_BYTES_MAX));
            restBytes -= piece.readableBytes();
            dropIfRead(segments);
            return piece;
        }
        int bytes = (int) Math.min(pieceBytes, restBytes);
        ByteBuf piece = direct(bytes);
        while (piece.readableBytes() < bytes && !segments.element().isDirect()) {
            ByteBuf segment = segments.element();
            piece.writeBytes(segment, Math.min(segment.readableBytes(), bytes - piece.readableBytes()));
            dropIfRead(segments);
        }
        restBytes -= piece.readableBytes();
        ownSocketBytes += piece.readableBytes();
        return piece;
    }

    private void dropIfRead(Deque<ByteBuf> segments) {
        ByteBuf first = segments.element();
        if (!first.isReadable()) {
            segments.remove();
            ownRestBytes -= own(first);
            first.release();
        }
    }

    /** The socket has taken what it was given, or cannot: then the connection's end tells. */
    @Override
    public void operationComplete(ChannelFuture written) {
        channel.eventLoop().execute(this::lookOn);
    }

    private void lookOn() {
        isLookingOn = false;
        if (!channel.isActive()) {
            return;
        }
        goOn();
        if (isEmpty()) {
            connection.emptied();
            if (isCloseWanted) {
                channel.close();
            }
        }
    }

    /** Tells how much is kept for this connection alone. Of what is partly in the socket the whole piece still is. */
    private void report() {
        long now = 0;
        if (isSocketEmpty()) {
            ownSocketBytes = 0;
        } else {
            now = Math.min(ownSocketBytes, socketBytes() + pieceBytes);
            awaitEmpty();
        }
        now += restBytes == 0 ? 0 : ownRestBytes;
        if (now != 0 || held != 0) {
            report(now);
        }
    }

    private void report(long now) {
        CallerExchange exchange = connection.exchange();
        boolean isBilled = exchange != null && exchange.hasReserved();
        long beyond = isBilled ? Math.max(0, now - pieceBytes) : now;
        if (beyond != held) {
            held = beyond;
            String account = exchange == null ? "" : exchange.callerAccount();
            String network = exchange == null ? connection.seat().network() : exchange.network();
            unread.holds(this, account, network, isBilled, beyond);
        }
    }

    private void awaitEmpty() {
        if (!isLookingOn) {
            isLookingOn = true;
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this);
        }
    }

    void closeWhenEmpty() {
        if (restBytes == 0) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else {
            isCloseWanted = true;
        }
    }

    /** Closes the connection: too much is unread, and most of it here. */
    @Override
    void close() {
        channel.close();
    }

    /** The connection has ended. @return whether the end of an answer is lost with what was waiting here */
    boolean closed() {
        Deque<ByteBuf> lost = rest;
        rest = null;
        restBytes = 0;
        ownRestBytes = 0;
        if (lost != null) {
            lost.forEach(ByteBuf::release);
        }
        if (held != 0) {
            held = 0;
            unread.holds(this, "", "", false, 0);
        }
        return isRestLast;
    }
}
