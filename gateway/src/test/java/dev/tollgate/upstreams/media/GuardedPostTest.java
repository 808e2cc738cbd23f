package dev.tollgate.upstreams.media;

import static dev.tollgate.testing.Asserts.assertThat;

import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GuardedPostTest {

    private static final int BACKLOG = 1;
    private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);

    /** The system holds back a connection that finds the queue of its receiver full, and makes it once there is room. */
    @Test
    void a_connection_made_after_the_deadline_is_closed_unused() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (ServerSocket receiver = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
                GuardedPost post = new GuardedPost(
                        vertx, Resolver.SYSTEM, AllowedPlaces.of(List.of("127.0.0.1:" + receiver.getLocalPort())))) {
            List<Socket> fillers = new ArrayList<>();
            for (int i = 0; i <= BACKLOG; i++) {
                fillers.add(new Socket(receiver.getInetAddress(), receiver.getLocalPort()));
            }
            String url = "http://127.0.0.1:" + receiver.getLocalPort() + "/";
            assertThat(post.post("acc", url, Map.of(), BODY, new Deadline(Duration.ofMillis(300))))
                    .isZero();
            for (Socket filler : fillers) {
                receiver.accept().close();
                filler.close();
            }
            try (Socket late = receiver.accept()) {
                late.setSoTimeout(20_000);
                assertThat(late.getInputStream().read()).isEqualTo(-1);
            }
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void plain_http_is_refused_also_to_a_public_address() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (GuardedPost post = new GuardedPost(vertx, Resolver.SYSTEM, AllowedPlaces.of(List.of("127.0.0.1")))) {
            for (String url : List.of("http://example.org/", "http://8.8.8.8/", "http://[2606:4700::1111]:443/")) {
                assertThat(post.complaint(url)).as(url).hasToString("must begin with https://.");
            }
            assertThat(post.complaint("https://8.8.8.8/")).isNull();
            assertThat(post.complaint("http://127.0.0.1/")).isNull();
        } finally {
            vertx.close().await();
        }
    }
}
