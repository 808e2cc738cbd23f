package dev.tollgate;

import dev.tollgate.fatal.Fatal;
import dev.tollgate.log.Event;
import io.netty.channel.EventLoopGroup;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event loops of the process. One that ends before it is told to would leave its callers, and the holds of their calls, for good. */
final class EventLoops implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EventLoops.class);

    private final Vertx vertx = Vertx.vertx();
    private volatile boolean closing;

    EventLoops() {
        vertx.exceptionHandler(error -> {
            Fatal.check(error);
            log.error(Event.THREAD_ENDED, "an event loop has met an error that nobody has caught", error);
        });
        watch(((VertxInternal) vertx).nettyEventLoopGroup());
        watch(((VertxInternal) vertx).acceptorEventLoopGroup());
    }

    private void watch(EventLoopGroup group) {
        group.forEach(loop -> loop.terminationFuture().addListener(_ -> {
            if (!closing) {
                Fatal.end("an event loop has ended", null);
            }
        }));
    }

    Vertx vertx() {
        return vertx;
    }

    @Override
    public void close() {
        closing = true;
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
