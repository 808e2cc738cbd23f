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
 * A pipe by which another thread wakes a loop that waits for sockets: the loop waits for its bytes as for any socket. The selector has a
 * wake-up of its own, but that holds a lock which the woken loop wants at once, two switches between threads more on one processor; Netty repeats it
 * from within the loop, which then turns once in vain; and it is made even while the loop is awake.
 *
 * <p>No task is lost: a thread adds its task before it checks whether the loop is awake, and the loop announces that it may sleep before its last check
 * for tasks. A late byte costs one empty turn.
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

    /** Announces that the loop may sleep. Call it before the last check for tasks. */
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
            close(); // a writing thread notices this and wakes the selector instead
        }
    }

    @Override
    public void close() {
        try (Pipe.SourceChannel source = pipe.source()) {
            pipe.sink().close();
        } catch (IOException e) {
            // The pipe belongs to this process alone: no data in it is needed.
        }
    }
}
