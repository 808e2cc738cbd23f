package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioIoHandler;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WholeMillisTransportTest {

    private static final int TIMERS = 50;

    @Test
    void a_loop_asks_for_news_a_few_times_for_each_timer_and_not_until_it_is_due() throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch fired = new CountDownLatch(TIMERS);
        Vertx vertx = Vertx.builder()
                .withTransport(new WholeMillisTransport(counting(asked)))
                .build();
        try {
            EventLoop loop = ((VertxInternal) vertx).nettyEventLoopGroup().next();
            loop.execute(() -> again(loop, fired));
            assertThat(fired.await(1, TimeUnit.MINUTES)).isTrue();
            // each is waited for in two turns; where the last half of a millisecond was not waited out, in seven, and a
            // hundred once warm
            assertThat(asked.get()).isLessThan(3 * TIMERS);
        } finally {
            vertx.close();
        }
    }

    private static void again(EventLoop loop, CountDownLatch fired) {
        fired.countDown();
        if (fired.getCount() > 0) {
            loop.schedule(() -> again(loop, fired), 2_400, TimeUnit.MICROSECONDS);
        }
    }

    private static IoHandlerFactory counting(AtomicInteger asked) {
        IoHandlerFactory selectors = NioIoHandler.newFactory();
        return executor -> {
            IoHandler selector = selectors.newHandler(executor);
            return (IoHandler) Proxy.newProxyInstance(
                    WholeMillisTransportTest.class.getClassLoader(),
                    new Class<?>[] {IoHandler.class},
                    (_, method, arguments) -> {
                        if (method.getName().equals("run")) {
                            asked.incrementAndGet();
                        }
                        return method.invoke(selector, arguments);
                    });
        };
    }
}
