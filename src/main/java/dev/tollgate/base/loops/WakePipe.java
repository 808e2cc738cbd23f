package dev.tollgate.base.loops;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandler;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * How another thread wakes a loop that waits for sockets: by a byte in a pipe, which the loop waits for as for any socket. The selector has a
 * wake-up of its own, but that holds a lock which the woken loop wants at once, two switches between threads more on one processor; Netty repeats it
 * from within the loop, which then turns once in vain; and it is made even while the loop is awake.
 *
 * <p>No news is lost: whoever has some leaves it before it asks whether the loop is awake, and a loop that was says that it may sleep before it looks for
 * news the last time. A byte that comes late is a turn in vain.
 *
 * <p>Threading: {@link #wake} from any thread, all else from the loop's.
 */
final class WakePipe implements NioIoHandle {

    private static final int ROOM = 64; // for bytes that came late, too: one is the rule
    private static final ByteBuffer BYTE = ByteBuffer.allocateDirect(1);

    private final Pipe pipe;
    private final ByteBuffer read = ByteBuffer.allocateDirect(ROOM);
    private final AtomicBoolean awake = new AtomicBoolean(true);

    private WakePipe(Pipe pipe) {
        this.pipe = pipe;
    }

    /** Null where it cannot be had: with no file left, say. */
    static @Nullable WakePipe on(IoHandler selector) {
        WakePipe opened = null;
        try {
            opened = new WakePipe(Pipe.open());
            opened.pipe.source().configureBlocking(false);
            opened.pipe.sink().configureBlocking(false); // and so an interrupt of who writes does not close it
            selector.register(opened).submit(NioIoOps.READ);
            return opened;
        } catch (Exception e) {
            if (opened != null) {
                opened.close();
            }
            return null;
        }
    }

    /** To be called before the loop looks for news the last time. */
    void maySleep() {
        awake.set(false);
    }

    void awake() {
        awake.set(true);
    }

    /** @return whether the loop is awake, or will be */
    boolean wake() {
        if (awake.compareAndSet(false, true)) {
            try {
                return pipe.sink().write(BYTE.duplicate()) > 0;
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    @Override
    public SelectableChannel selectableChannel() {
        return pipe.source();
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        try {
            pipe.source().read(read.clear());
        } catch (IOException e) {
            registration.cancel();
            close(); // whoever writes notices, and takes the selector's way
        }
    }

    @Override
    public void close() {
        try (Pipe.SourceChannel source = pipe.source()) {
            pipe.sink().close();
        } catch (IOException e) {
            // It is a pipe of this process alone: nothing was in it that anybody misses.
        }
    }
}
