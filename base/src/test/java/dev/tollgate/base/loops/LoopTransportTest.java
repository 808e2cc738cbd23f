package dev.tollgate.base.loops;

import static dev.tollgate.testing.Asserts.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class LoopTransportTest {

    private static final int TIMERS = 50;
    private static final int NEWS = 20_000;

    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger woken = new AtomicInteger();
    private Vertx vertx;

    private EventLoop loop(boolean withPipe) {
        vertx = Vertx.builder()
                .withTransport(new LoopTransport(counting(withPipe)))
                .build();
        return another();
    }

    /** It is woken by the selector's own way until it has begun. */
    private EventLoop another() {
        EventLoop loop = ((VertxInternal) vertx).nettyEventLoopGroup().next();
        loop.submit(() -> {}).syncUninterruptibly();
        woken.set(0);
        return loop;
    }

    @AfterEach
    void close() throws Exception {
        if (vertx == null) {
            return;
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }

    @Test
    void a_loop_asks_for_news_a_few_times_for_each_timer_and_not_until_it_is_due() throws InterruptedException {
        CountDownLatch fired = new CountDownLatch(TIMERS);
        EventLoop loop = loop(true);
        loop.execute(() -> again(loop, fired));
        assertThat(fired.await(1, TimeUnit.MINUTES)).isTrue();
        // each is waited for in two turns; where the last half of a millisecond was not waited out, in seven, and a
        // hundred once warm
        assertThat(turns.get()).isLessThan(3 * TIMERS);
    }

    private static void again(EventLoop loop, CountDownLatch fired) {
        fired.countDown();
        if (fired.getCount() > 0) {
            loop.schedule(() -> again(loop, fired), 2_400, TimeUnit.MICROSECONDS);
        }
    }

    /** Nothing else wakes the loop for a minute, so a single missed wake-up fails the test. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_loop_hears_of_all_that_others_have_for_it_with_a_pipe_and_without(boolean withPipe) throws Exception {
        EventLoop loop = loop(withPipe);
        EventLoop other = another();
        CountDownLatch heard = new CountDownLatch(NEWS);
        Thread thread = Thread.ofPlatform().start(() -> pingPong(loop, heard, NEWS / 2));
        other.execute(() -> back(other, loop, heard, NEWS / 2));
        thread.join();
        assertThat(heard.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(woken.get() > 0).as("woken by the selector's own way").isEqualTo(!withPipe);
    }

    /** Each time the loop is about to sleep when the next comes. */
    private static void pingPong(EventLoop loop, CountDownLatch heard, int times) {
        for (int i = 0; i < times; i++) {
            CountDownLatch here = new CountDownLatch(1);
            loop.execute(() -> {
                heard.countDown();
                here.countDown();
            });
            await(here);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void back(EventLoop one, EventLoop other, CountDownLatch heard, int left) {
        if (left > 0) {
            other.execute(() -> {
                heard.countDown();
                one.execute(() -> back(one, other, heard, left - 1));
            });
        }
    }

    @Test
    void a_byte_is_sent_only_to_a_loop_that_may_sleep() throws Exception {
        try (Selector selector = Selector.open();
                WakePipe pipe = WakePipe.on(handler(selector, _ -> {}))) {
            assertThat(arrives(pipe, selector)).as("at work").isFalse();
            pipe.maySleep();
            assertThat(arrives(pipe, selector)).as("asleep").isTrue();
            assertThat(arrives(pipe, selector)).as("woken").isFalse();
            pipe.maySleep();
            pipe.awake();
            assertThat(arrives(pipe, selector)).as("at work again").isFalse();
        }
    }

    @Test
    void a_loop_is_awake_before_it_handles_its_events() throws Exception {
        AtomicReference<IoHandler> loop = new AtomicReference<>();
        AtomicBoolean arrived = new AtomicBoolean(true);
        try (Selector selector = Selector.open()) {
            IoHandler selecting = handler(selector, context -> {
                context.shouldReportActiveIoTime();
                loop.get().wakeup();
                arrived.set(selector.selectNow() > 0);
            });
            loop.set(new LoopTransport(factory(selecting)).ioHandlerFactory().newHandler(anyThread()));
            loop.get().initialize();
            loop.get().run(context());
            assertThat(arrived).isFalse();
        }
    }

    private interface Turn {
        void take(IoHandlerContext context) throws IOException;
    }

    /** Waits by a selector of the test's own: each turn is the test's. */
    private static IoHandler handler(Selector selector, Turn turn) {
        return (IoHandler) proxy(IoHandler.class, (_, method, arguments) -> {
            switch (method.getName()) {
                case "run" -> {
                    turn.take((IoHandlerContext) arguments[0]);
                    return 0;
                }
                case "register" -> {
                    ((WakePipe) arguments[0]).selectableChannel().register(selector, SelectionKey.OP_READ);
                    return proxy(IoRegistration.class, (_, _, _) -> 0L);
                }
                default -> {
                    return null;
                }
            }
        });
    }

    private static boolean arrives(WakePipe pipe, Selector selector) throws IOException {
        assertThat(pipe.wake()).isTrue();
        boolean arrives = selector.selectNow() > 0;
        if (arrives) {
            pipe.handle((IoRegistration) proxy(IoRegistration.class, (_, _, _) -> false), null);
        }
        selector.selectedKeys().clear();
        return arrives;
    }

    private static IoHandlerFactory factory(IoHandler handler) {
        return _ -> handler;
    }

    private static ThreadAwareExecutor anyThread() {
        return (ThreadAwareExecutor) proxy(ThreadAwareExecutor.class, (_, _, _) -> false);
    }

    private static IoHandlerContext context() {
        return (IoHandlerContext) proxy(
                IoHandlerContext.class,
                (_, method, _) -> method.getReturnType() == long.class ? (Object) 0L : (Object) false);
    }

    private static Object proxy(Class<?> type, InvocationHandler handler) {
        return Proxy.newProxyInstance(LoopTransportTest.class.getClassLoader(), new Class<?>[] {type}, handler);
    }

    @Test
    void an_interrupted_thread_still_wakes_a_loop() throws InterruptedException {
        EventLoop loop = loop(true);
        CountDownLatch heard = new CountDownLatch(200);
        Thread thread = Thread.ofPlatform().start(() -> {
            Thread.currentThread().interrupt();
            while (heard.getCount() > 0) {
                CountDownLatch here = new CountDownLatch(1);
                loop.execute(() -> {
                    heard.countDown();
                    here.countDown();
                });
                Thread.interrupted();
                await(here);
                Thread.currentThread().interrupt();
            }
        });
        thread.join();
        assertThat(heard.getCount()).isZero();
        assertThat(woken.get()).as("woken by the selector's own way").isZero();
    }

    private IoHandlerFactory counting(boolean withPipe) {
        IoHandlerFactory selectors = NioIoHandler.newFactory();
        return executor -> {
            IoHandler selector = selectors.newHandler(executor);
            return (IoHandler) proxy(IoHandler.class, (_, method, arguments) -> {
                switch (method.getName()) {
                    case "run" -> turns.incrementAndGet();
                    case "wakeup" -> woken.incrementAndGet();
                    case "register" -> refuse(withPipe, arguments[0]);
                    default -> {}
                }
                return invoke(method, selector, arguments);
            });
        };
    }

    private static Object invoke(java.lang.reflect.Method method, IoHandler selector, Object[] arguments)
            throws Throwable {
        try {
            return method.invoke(selector, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void refuse(boolean withPipe, Object handle) throws IOException {
        if (!withPipe && handle instanceof WakePipe) {
            throw new IOException("no file is left");
        }
    }
}
