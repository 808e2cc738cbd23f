package dev.tollgate.http.engine;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.SharedBytes;
import dev.tollgate.http.exchange.CallerExchange;
import dev.tollgate.http.exchange.Peer;
import dev.tollgate.http.exchange.ResponseHead;
import dev.tollgate.http.exchange.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** A caller's connection as its exchanges use it. Confined to the connection's event loop, except {@link #onLoop}. */
final class CallerTransport implements Transport {

    private static final byte[] CONTINUE = AnswerBytes.ascii("HTTP/1.1 100 Continue\r\n\r\n");

    private final CallerConnection connection;
    private final FrontLoop loop;
    private final Channel channel;
    private final @Nullable SslHandler tls;
    private final Peer peer;
    private final Turns turns;
    private final BodyPace pace;
    private final Outgoing outgoing;
    private final AnswerBytes bytes;

    CallerTransport(
            CallerConnection connection,
            FrontLoop loop,
            Channel channel,
            @Nullable SslHandler tls,
            Peer peer,
            Turns turns,
            BodyPace pace,
            Outgoing outgoing) {
        this.connection = connection;
        this.loop = loop;
        this.channel = channel;
        this.tls = tls;
        this.peer = peer;
        this.turns = turns;
        this.pace = pace;
        this.outgoing = outgoing;
        this.bytes = new AnswerBytes(loop::date, outgoing);
    }

    // ---- the peer ----

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public @Nullable String certificate() {
        if (tls == null) {
            return null;
        }
        try {
            return tls.engine().getSession().getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    // ---- the request ----

    @Override
    public void chargeHead(String network) {
        loop.places().charge(connection.seat().heads(), network);
    }

    @Override
    public void forgetHead() {
        connection.seat().heads().forgets();
    }

    @Override
    public void pause() {
        turns.decoder().hold(); // what has come already stays bytes
    }

    @Override
    public void resume() {
        turns.release();
        channel.read();
    }

    @Override
    public void awaitBody(boolean isInvited, Duration time) {
        if (isInvited) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(CONTINUE), channel.voidPromise());
        }
        pace.start(time);
    }

    @Override
    public @Nullable String lateBody() {
        return pace.late();
    }

    // ---- the response ----

    @Override
    public void send(ResponseHead head, byte[] body) {
        int first = bytes.first(body.length);
        ByteBuf out = bytes.begin(exchange(), head, first).writeBytes(body, 0, first);
        write(out, first == body.length ? null : Unpooled.wrappedBuffer(body, first, body.length - first), true);
    }

    @Override
    public void send(ResponseHead head, SharedBytes body) {
        write(bytes.begin(exchange(), head, 0), Unpooled.wrappedBuffer(body.bytes()), true);
    }

    @Override
    public void write(@Nullable ResponseHead head, byte[] piece, int length) {
        write(bytes.piece(exchange(), head, piece, length, false), bytes.rest(piece, length, false), false);
    }

    @Override
    public void end(@Nullable ResponseHead head, byte[] piece, int length) {
        write(bytes.piece(exchange(), head, piece, length, true), bytes.rest(piece, length, true), true);
    }

    private void write(ByteBuf first, @Nullable ByteBuf more, boolean isLast) {
        if (isLast) {
            turns.answerEnds();
        } else {
            turns.answerBegins();
        }
        exchange().wrote(first.readableBytes() + (more == null ? 0 : more.readableBytes()));
        outgoing.write(first, more, isLast);
    }

    private CallerExchange exchange() {
        return Objects.requireNonNull(connection.exchange());
    }

    /** Responds to what is no request. */
    void refuse(ApiError error, String requestId) {
        ResponseHead head = new ResponseHead();
        head.set("content-type", "application/json");
        head.set("connection", "close");
        head.set("x-request-id", requestId);
        error.headers().forEach(head::set);
        head.complete(error.status(), null, ResponseHead.STREAM, true);
        turns.answerBegins();
        outgoing.write(bytes.refusal(head, ErrorFormat.PLATFORM.render(error)), null, false);
    }

    @Override
    public int pieceBytes() {
        return outgoing.pieceBytes();
    }

    @Override
    public boolean hasRoom() {
        return outgoing.hasRoom();
    }

    @Override
    public boolean isEmpty() {
        return outgoing.isEmpty();
    }

    @Override
    public void reserve(String account) {
        loop.unread().reserve(account);
    }

    @Override
    public void release(String account) {
        loop.unread().release(account);
    }

    // ---- the end ----

    @Override
    public void over() {
        loop.closedExchange();
    }

    @Override
    public void linger(Duration time) {
        connection.linger(time);
    }

    @Override
    public void cut() {
        connection.cut();
    }

    @Override
    public void closeOnceWritten() {
        connection.closeOnceWritten();
    }

    @Override
    public void onLoop(Runnable step) {
        loop.context().runOnContext(turn -> step.run());
    }
}
