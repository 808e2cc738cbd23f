package dev.tollgate.http.client;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Await;
import dev.tollgate.testing.HandServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The connections to an upstream server. */
@Timeout(240)
class FarEndTest {

    private static final int PIECE_BYTES = 8 * 1024;
    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void stop() {
        VERTX.close().await();
    }

    /** What the client's and the kernel's buffers hold for a reader who does not ask, on any machine. */
    private static final int UNREAD_BYTES_MAX = 40 * PIECE_BYTES;

    /** Numbers of pieces so that some wait in the response, some in the connection, and with the largest some in the kernel. */
    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 30, 40, 100, 400})
    void an_unread_answer_stays_whole_if_its_server_closes_the_connection(int pieces) throws Exception {
        String answer = "x".repeat(pieces * PIECE_BYTES);
        CompletableFuture<Void> said = new CompletableFuture<>();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        CompletableFuture<String> read = new CompletableFuture<>();
        try (HandServer server = new HandServer((request, out) -> {
            HandServer.reply(out, 200, "Connection: close\r\n", answer);
            said.complete(null);
            throw new IOException("the connection ends with its answer");
        })) {
            FarEnd far = new FarEnd(Outbound.direct(VERTX), server.url(), 1, Timeouts.DEFAULT);
            VERTX.runOnContext(_ -> far.connect(far.post("/"))
                    .onSuccess(roundtrip -> new PieceByPiece(roundtrip, answer.length(), closed, read).start())
                    .onFailure(read::completeExceptionally));
            said.get(20, TimeUnit.SECONDS);
            Await.until("the server to close", () -> server.openConnections() == 0);
            assertThat(read).isNotDone();

            closed.complete(null);

            assertThat(read.get(20, TimeUnit.SECONDS).length()).isEqualTo(answer.length());
            far.close();
        }
    }

    /** Reads what one read brings a turn; the last ones only once the connection is closed. */
    private record PieceByPiece(
            Roundtrip roundtrip,
            int bytes,
            CompletableFuture<Void> closed,
            CompletableFuture<String> read,
            StringBuilder all)
            implements AnswerListener {

        PieceByPiece(Roundtrip roundtrip, int bytes, CompletableFuture<Void> closed, CompletableFuture<String> read) {
            this(roundtrip, bytes, closed, read, new StringBuilder());
        }

        void start() {
            roundtrip.answer(this);
            roundtrip.pause();
            roundtrip.send(new byte[0]);
            next();
        }

        private void next() {
            boolean enough = bytes - all.length() <= UNREAD_BYTES_MAX;
            CompletableFuture<Void> since = enough ? closed : CompletableFuture.completedFuture(null);
            since.thenRun(() -> VERTX.runOnContext(_ -> roundtrip.resume()));
        }

        @Override
        public void head(AnswerHead head) {
            assertThat(head.status()).isEqualTo(200);
        }

        @Override
        public void body(byte[] piece, int length) {
            all.append(new String(piece, 0, length, StandardCharsets.US_ASCII));
            roundtrip.pause();
            next();
        }

        @Override
        public void ended() {
            read.complete(all.toString());
        }

        @Override
        public void failed(Throwable why) {
            read.completeExceptionally(why);
        }
    }
}
