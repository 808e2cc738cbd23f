package dev.tollgate.sandbox;

import static dev.tollgate.testing.Asserts.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class LimitedRequestsTest {

    private static final String BEGIN = "GET / HTTP/1.1\r\nHost: x\r\n";

    private final Vertx vertx = Vertx.vertx();
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private int start(long headMillis) throws Exception {
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
                .connectionHandler(new LimitedRequests.Shared(headMillis)::limit)
                .requestHandler(request -> request.response().end("ok"));
        return server.listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS)
                .actualPort();
    }

    private Socket send(int port, String text) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        sockets.add(socket);
        socket.setSoTimeout(60_000);
        say(socket, text);
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The first line of the answer; empty where the connection ended. */
    private static String answer(Socket socket) throws IOException {
        try {
            byte[] line = socket.getInputStream().readNBytes(12);
            return new String(line, StandardCharsets.US_ASCII);
        } catch (SocketException reset) {
            return "";
        }
    }

    @Test
    void a_request_has_at_most_100_headers_and_16_kib_of_them() throws Exception {
        int port = start(60_000);
        assertThat(answer(send(port, BEGIN + "a:b\r\n".repeat(99) + "\r\n"))).isEqualTo("HTTP/1.1 200");
        assertThat(answer(send(port, BEGIN + "a:b\r\n".repeat(100) + "\r\n"))).doesNotContain("200");
        assertThat(answer(send(port, BEGIN + "a:b\r\n".repeat(5_000)))).doesNotContain("200");
        assertThat(answer(send(port, BEGIN + "a: " + "b".repeat(17_000) + "\r\n\r\n")))
                .doesNotContain("200");
    }

    @Test
    void a_first_byte_and_a_whole_head_have_their_time() throws Exception {
        int port = start(200);
        assertThat(answer(send(port, ""))).isEmpty();
        assertThat(answer(send(port, BEGIN))).isEmpty();
        Socket again = send(port, BEGIN + "\r\n");
        assertThat(answer(again)).isEqualTo("HTTP/1.1 200");
        say(again, BEGIN);
        again.getInputStream().transferTo(java.io.OutputStream.nullOutputStream()); // to the connection's end
    }

    @Test
    void so_many_heads_may_be_incomplete_and_whole_ones_pass() throws Exception {
        int port = start(60_000);
        List<Socket> half = new ArrayList<>();
        for (int i = 0; i <= LimitedRequests.INCOMPLETE_MAX; i++) {
            half.add(send(port, BEGIN));
        }
        assertThat(answer(send(port, BEGIN + "\r\n"))).isEqualTo("HTTP/1.1 200");
        int answered = 0;
        for (Socket each : half) {
            answered += finish(each).contains("200") ? 1 : 0;
        }
        assertThat(answered).isEqualTo(LimitedRequests.INCOMPLETE_MAX);
    }

    private static String finish(Socket half) throws IOException {
        try {
            say(half, "\r\n");
        } catch (SocketException closed) {
            return "";
        }
        return answer(half);
    }
}
