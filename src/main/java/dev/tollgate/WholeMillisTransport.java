package dev.tollgate;

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
 * The JDK's selector, which waits for whole milliseconds. Netty rounds what is left until a timer to the nearest of them, so that in its last
 * half a loop would ask the system for news over and over, some 250 times for each timer, and on one processor keep the writer of the database
 * from its turn. Here it waits that half out: a timer may be a millisecond late.
 */
final class WholeMillisTransport extends NioTransport implements Transport {

    private static final long LEAST_NANOS = 500_000; // what Netty rounds up to a millisecond

    private final IoHandlerFactory selectors;

    WholeMillisTransport() {
        this(NioIoHandler.newFactory());
    }

    WholeMillisTransport(IoHandlerFactory selectors) {
        this.selectors = selectors;
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return new IoHandlerFactory() {

            @Override
            public IoHandler newHandler(ThreadAwareExecutor loop) {
                return new WholeMillisHandler(selectors.newHandler(loop));
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

    /** Of one loop, used by its thread alone but for {@link #wakeup}. */
    private static final class WholeMillisHandler implements IoHandler {

        private final IoHandler selector;
        private @Nullable WholeMillis context;

        WholeMillisHandler(IoHandler selector) {
            this.selector = selector;
        }

        @Override
        public int run(IoHandlerContext loop) {
            WholeMillis known = context;
            if (known == null || known.loop != loop) {
                known = new WholeMillis(loop);
                context = known;
            }
            return selector.run(known);
        }

        @Override
        public void initialize() {
            selector.initialize();
        }

        @Override
        public void prepareToDestroy() {
            selector.prepareToDestroy();
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
        public void wakeup() {
            selector.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return selector.isCompatible(type);
        }
    }

    private static final class WholeMillis implements IoHandlerContext {

        private final IoHandlerContext loop;

        WholeMillis(IoHandlerContext loop) {
            this.loop = loop;
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

        @Override
        public boolean shouldReportActiveIoTime() {
            return loop.shouldReportActiveIoTime();
        }
    }
}
