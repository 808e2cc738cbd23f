package dev.tollgate.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HandServer;
import dev.tollgate.upstream.Timeouts;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections to the far end. */
@Timeout(60)
class FarEndTest {

    private static final int PIECE_BYTES = 8 * 1024;
    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void stop() {
        VERTX.close().await();
    }

    /** Of so many pieces some wait in the response, some in the connection, and of the most some in the kernel. */
    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 30, 40, 100, 400})
    void an_answer_that_nobody_reads_yet_is_whole_although_its_server_closes_the_connection_behind_it(int pieces)
            throws Exception {
        String answer = "x".repeat(pieces * PIECE_BYTES);
        CompletableFuture<Void> said = new CompletableFuture<>();
        CompletableFuture<HttpClientResponse> begun = new CompletableFuture<>();
        CompletableFuture<String> read = new CompletableFuture<>();
        try (HandServer server = new HandServer((request, out) -> {
            HandServer.reply(out, 200, "Connection: close\r\n", answer);
            said.complete(null);
            throw new IOException("the connection ends with its answer");
        })) {
            FarEnd far = new FarEnd(VERTX, server.url(), 1, Timeouts.DEFAULT);
            far.connect(far.post("/"))
                    .compose(HttpClientRequest::send)
                    .onSuccess(response -> begun.complete(withoutReading(response, read)))
                    .onFailure(read::completeExceptionally);
            said.get(20, TimeUnit.SECONDS);
            Gateway.await("the server to close", () -> server.openConnections() == 0);

            begun.get(20, TimeUnit.SECONDS).fetch(1);

            assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(answer);
            far.close();
        }
    }

    /** Reads one piece a turn from when the first is asked for. */
    private static HttpClientResponse withoutReading(HttpClientResponse response, CompletableFuture<String> read) {
        Buffer all = Buffer.buffer();
        response.pause();
        response.exceptionHandler(read::completeExceptionally);
        response.endHandler(_ -> read.complete(all.toString(StandardCharsets.US_ASCII)));
        response.handler(piece -> {
            all.appendBuffer(piece);
            VERTX.runOnContext(_ -> response.fetch(1));
        });
        return response;
    }
}
