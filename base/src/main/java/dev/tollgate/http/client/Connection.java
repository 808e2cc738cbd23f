package dev.tollgate.http.client;

import dev.tollgate.base.fatal.Fatal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A connection to an upstream server, for one request after the other. Confined to its event loop. */
final class Connection extends ChannelInboundHandlerAdapter implements AnswerParser.Sink {

    private final Connections.OfLoop home;
    private final Channel channel;
    private final AnswerParser parser = new AnswerParser(this);
    private @Nullable Roundtrip lent;
    private boolean gone;
    private long idleSinceNanos;

    Connection(Connections.OfLoop home, Channel channel) {
        this.home = home;
        this.channel = channel;
    }

    Channel channel() {
        return channel;
    }

    boolean isGone() {
        return gone || !channel.isActive();
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    long ticks(long millis) {
        return home.ticks(millis);
    }

    Roundtrip lend(ContextInternal context, Request request) {
        Roundtrip roundtrip = new Roundtrip(this, context, request);
        lent = roundtrip;
        parser.next();
        return roundtrip;
    }

    /** Closes the connection without an event for its request. */
    void drop() {
        lent = null;
        gone = true;
        channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (lent == null) {
                drop(); // bytes without a request
            } else if (!lent.hasBegun()) {
                throw new IOException("the answer is broken: nothing was asked");
            } else if (message instanceof ByteBuf bytes) {
                parser.read(bytes, home.scratch(bytes.readableBytes()));
                if (parser.isWhole()) {
                    whole(!bytes.isReadable());
                }
            }
        } catch (IOException broken) {
            fail(broken);
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            fail(e);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (lent != null) {
            lent.readComplete();
        }
    }

    @Override
    public void head(AnswerHead head) {
        if (lent != null) {
            lent.head(head);
        }
    }

    @Override
    public void body(byte[] bytes, int length) {
        if (lent != null) {
            lent.body(bytes, length);
        }
    }

    /** @param clean whether no bytes follow the answer */
    private void whole(boolean clean) {
        Roundtrip done = lent;
        if (done == null) {
            return; // the listener of its last bytes has reset it
        }
        lent = null;
        if (clean && parser.lasts() && done.isSent()) {
            channel.config().setAutoRead(true);
            idleSinceNanos = System.nanoTime();
            home.free(this);
        } else {
            drop();
        }
        done.ended();
    }

    void tick() {
        if (lent != null) {
            lent.tick();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        gone = true;
        Roundtrip broken = lent;
        lent = null;
        home.left(this);
        if (broken == null) {
            return;
        }
        if (parser.isWholeAtClose()) {
            broken.ended();
        } else {
            broken.failed(new IOException("the connection was closed"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable why) {
        IOException refused = Fatal.refusedBuffer(why);
        if (refused == null) {
            Fatal.check(why);
        }
        fail(refused == null ? why : refused);
    }

    private void fail(Throwable why) {
        Roundtrip broken = lent;
        drop();
        if (broken != null) {
            broken.failed(why);
        }
    }
}
