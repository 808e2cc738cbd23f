package dev.tollgate.pages.frame;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.http.Gate;
import dev.tollgate.http.RefusalObserver;
import dev.tollgate.http.RequestObserver;
import dev.tollgate.http.Route;
import dev.tollgate.http.engine.HttpFront;
import dev.tollgate.http.engine.HttpOptions;
import dev.tollgate.http.engine.Unread;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files that take long to write, each with an account of its own in its path. */
@Timeout(240)
class PageFilesTest {

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final PageFiles files = new PageFiles();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private HttpFront front;

    @BeforeEach
    void start() throws Exception {
        front = new HttpFront(
                vertx,
                HttpOptions.of("127.0.0.1", 0),
                List.of(
                        Route.get(
                                "/waits/{account}",
                                Gate.PUBLIC,
                                (exchange, anyone) ->
                                        files.send(exchange, exchange.pathParam("account"), () -> file(this::await))),
                        Route.get(
                                "/works/{account}",
                                Gate.PUBLIC,
                                (exchange, anyone) ->
                                        files.send(exchange, exchange.pathParam("account"), () -> file(this::work)))),
                new SplittableRandom(1),
                InstantSource.system(),
                new MemoryBudget(64 << 20),
                Unread.ofDirectMemory(16),
                new MemoryBudget(64 << 20),
                key -> false,
                RefusalObserver.NONE,
                RequestObserver.NONE);
        front.start().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        goOn.countDown();
        client.close();
        front.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static PageFile file(Runnable making) {
        return PageFile.text("a.csv", "text/csv", pieces -> {
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

    private CompletableFuture<HttpResponse<String>> get(String path) {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + front.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void an_account_gets_one_file_at_a_time() throws Exception {
        CompletableFuture<HttpResponse<String>> first = get("/waits/a");
        begun.await();
        HttpResponse<String> second = get("/works/a").join();
        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(second.body()).contains("Another file is being written for you");
        goOn.countDown();
        assertThat(first.join().body()).isEqualTo("line\n".repeat(5));
        assertThat(get("/works/a").join().body()).isEqualTo("line\n".repeat(5));
    }

    @Test
    void half_of_the_cores_write_files_however_many_want_one() {
        List<CompletableFuture<HttpResponse<String>>> all = new java.util.ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(get("/works/" + i));
        }
        all.forEach(answer -> assertThat(answer.join().body()).isEqualTo("line\n".repeat(5)));
        assertThat(most.get())
                .isLessThanOrEqualTo(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    }
}
