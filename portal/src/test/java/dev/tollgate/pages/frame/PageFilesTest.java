package dev.tollgate.pages.frame;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.testing.Asked;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files that take long to write, each with an account of its own in its path. */
@Timeout(240)
class PageFilesTest {

    private final PageFiles files = new PageFiles();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final List<Route<?>> routes = List.of(
            Route.get(
                    "/waits/{account}",
                    Gate.PUBLIC,
                    (exchange, anyone) -> files.send(exchange, exchange.pathParam("account"), () -> file(this::await))),
            Route.get(
                    "/works/{account}",
                    Gate.PUBLIC,
                    (exchange, anyone) -> files.send(exchange, exchange.pathParam("account"), () -> file(this::work))));

    @AfterEach
    void stop() {
        goOn.countDown();
    }

    private static PageFile file(Runnable making) {
        return PageFile.csv("a.csv", pieces -> {
            for (int i = 0; i < 5; i++) {
                making.run();
                assertThat(pieces.test("line\n")).isTrue();
            }
        });
    }

    private void await() {
        begun.countDown();
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
        Thread.yield();
        inside.decrementAndGet();
    }

    private CompletableFuture<Asked.Answer> get(String path) {
        return CompletableFuture.supplyAsync(() -> Asked.get(path).at(routes), Thread::startVirtualThread);
    }

    @Test
    void an_account_gets_one_file_at_a_time() throws Exception {
        CompletableFuture<Asked.Answer> first = get("/waits/a");
        begun.await();
        Asked.Answer second = get("/works/a").join();
        assertThat(second.status()).isEqualTo(429);
        assertThat(second.text()).contains("Another file is being written for you");
        goOn.countDown();
        assertThat(first.join().text()).isEqualTo("line\n".repeat(5));
        assertThat(get("/works/a").join().text()).isEqualTo("line\n".repeat(5));
    }

    @Test
    void half_of_the_cores_write_files_however_many_want_one() {
        List<CompletableFuture<Asked.Answer>> all = new java.util.ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(get("/works/" + i));
        }
        all.forEach(answer -> assertThat(answer.join().text()).isEqualTo("line\n".repeat(5)));
        assertThat(most.get())
                .isLessThanOrEqualTo(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    }
}
