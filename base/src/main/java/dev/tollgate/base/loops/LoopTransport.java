package dev.tollgate.base.loops;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * The way in which event loops wait for news: by the JDK's selector, with two of its habits changed.
 *
 * <p>It waits for whole milliseconds, and Netty rounds what is left until a timer to the nearest of them, so that in its last half a loop would
 * ask the system for news over and over, some 250 times for each timer, and on one processor keep the writer of the database from its turn. Here
 * it waits that half out: a timer may be a millisecond late.
 *
 * <p>Other threads wake it through a {@link WakePipe}.
 */
final class LoopTransport extends NioTransport implements Transport {

    private static final long LEAST_NANOS = 500_000; // what Netty rounds up to a millisecond

    private final IoHandlerFactory selectors;

    LoopTransport() {
        this(NioIoHandler.newFactory());
    }

    LoopTransport(IoHandlerFactory selectors) {
        this.selectors = selectors;
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return new IoHandlerFactory() {

            @Override
            public IoHandler newHandler(ThreadAwareExecutor loop) {
                return new LoopIo(loop, selectors.newHandler(loop));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return selectors.isChangingThreadSupported();
            }
        };
    }

    @Override
    public String name() {
        return "nio";
    }

    @Override
    public boolean available() {
        return true;
    }

    @Override
    public @Nullable Throwable unavailabilityCause() {
        return null;
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        return this;
    }

    /** The handler of one loop. Only its thread uses it, except for {@link #wakeup}. */
    private static final class LoopIo implements IoHandler {

        private final ThreadAwareExecutor loop;
        private final IoHandler selector;
        private @Nullable Wait wait;
        private volatile @Nullable WakePipe pipe;

        LoopIo(ThreadAwareExecutor loop, IoHandler selector) {
            this.loop = loop;
            this.selector = selector;
        }

        @Override
        public void initialize() {
            selector.initialize();
            pipe = WakePipe.on(selector);
        }

        @Override
        public int run(IoHandlerContext context) {
            Wait known = wait;
            if (known == null || known.loop != context) {
                known = new Wait(context, pipe);
                wait = known;
            }
            return known.run(selector);
        }

        @Override
        public void wakeup() {
            WakePipe way = pipe;
            if (way == null) {
                selector.wakeup();
            } else if (!loop.isExecutorThread(Thread.currentThread()) && !way.wake()) {
                selector.wakeup();
            }
        }

        @Override
        public void prepareToDestroy() {
            pipe = null;
            selector.prepareToDestroy(); // closes the pipe: a thread that found it just before wakes the selector
            // instead
        }

        @Override
        public void destroy() {
            selector.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return selector.register(handle);
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return selector.isCompatible(type);
        }
    }

    /** The loop's context for its selector, which records what the selector requests. */
    private record Wait(IoHandlerContext loop, @Nullable WakePipe pipe) implements IoHandlerContext {

        int run(IoHandler selector) {
            if (pipe != null) {
                pipe.maySleep();
            }
            try {
                return selector.run(this);
            } finally {
                awake();
            }
        }

        private void awake() {
            if (pipe != null) {
                pipe.awake();
            }
        }

        @Override
        public boolean canBlock() {
            return loop.canBlock();
        }

        @Override
        public long delayNanos(long nowNanos) {
            long nanos = loop.delayNanos(nowNanos);
            return nanos > 0 && nanos < LEAST_NANOS ? LEAST_NANOS : nanos;
        }

        @Override
        public long deadlineNanos() {
            return loop.deadlineNanos();
        }

        @Override
        public void reportActiveIoTime(long nanos) {
            loop.reportActiveIoTime(nanos);
        }

        /** Called when the wait is over, before any event is handled: from here on no thread needs to wake the loop. */
        @Override
        public boolean shouldReportActiveIoTime() {
            awake();
            return loop.shouldReportActiveIoTime();
        }
    }
}
