package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.MediaSamples.call;

import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FilesUpstream;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.MediaSamples;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.parallel.Isolated;

/** Media stream through: what is downloaded and sent on is at no time whole in memory (D29). */
@EnabledIf("dev.tollgate.testing.Effort#isLong")
@Isolated("it measures the heap")
class MediaMemoryTest {

    private static final int CALLS = 10;
    private static final int VIDEO_BYTES = 90_000_000;
    private static final int MEDIUM_BYTES = 14_000_000;
    private static final int DOCUMENT_BYTES = 90_000_000;
    private static final long VIDEOS_HEAP_BYTES_MAX = 2L * VIDEO_BYTES;
    private static final long MEDIA_HEAP_BYTES_MAX = 4L * MEDIUM_BYTES;

    /** In base64 ten of them would be as much as this twice over. */
    private static final long DOCUMENTS_HEAP_BYTES_MAX = 10L * DOCUMENT_BYTES * 2 / 3;

    /** Where all calls have come half the way, the heap is looked at, then they go on. */
    private static final class Halfway {
        private final CountDownLatch arrived = new CountDownLatch(CALLS);
        private final CountDownLatch goOn = new CountDownLatch(1);

        void pass() {
            arrived.countDown();
            try {
                if (!goOn.await(60, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody lets it go on");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        long liveBytesThere() throws InterruptedException {
            assertThat(arrived.await(60, TimeUnit.SECONDS)).isTrue();
            long live = liveBytes();
            goOn.countDown();
            return live;
        }
    }

    private static long liveBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Videos that differ in their name's number alone. */
    private static void video(HandServer.Request request, OutputStream out, int length, Halfway halfway)
            throws IOException {
        out.write(MediaSamples.latin1("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n"));
        byte[] piece = MediaSamples.video(50_000, request.target().charAt(2));
        for (int sent = 0; sent < length; sent += piece.length) {
            out.write(piece);
            if (halfway != null && sent == length / 2) {
                halfway.pass();
            }
        }
    }

    @Test
    void ten_videos_at_once_move_the_heap_by_less_than_two_of_them() throws Exception {
        Halfway downloads = new Halfway();
        Halfway uploads = new Halfway();
        try (FilesUpstream upstream = new FilesUpstream();
                HandServer host = new HandServer((request, out) -> video(request, out, VIDEO_BYTES, downloads));
                Gateway gateway = start(upstream, host)) {
            upstream.halfway = uploads::pass;
            List<Customer> customers = customers(gateway);
            long before = liveBytes();

            List<CompletableFuture<Gateway.Reply>> replies = askAll(customers, host);
            assertThat(downloads.liveBytesThere() - before).isLessThan(VIDEOS_HEAP_BYTES_MAX);
            assertThat(uploads.liveBytesThere() - before).isLessThan(VIDEOS_HEAP_BYTES_MAX);

            assertAnswered(replies);
            assertThat(upstream.uploaded()).hasSize(CALLS).allMatch(file -> file.bytes() == VIDEO_BYTES);
            assertNothingLeft(gateway);
        }
    }

    @Test
    void nor_do_ten_that_go_along_in_the_body() throws Exception {
        Halfway downloads = new Halfway();
        try (FilesUpstream upstream = new FilesUpstream();
                HandServer host = new HandServer((request, out) -> video(request, out, MEDIUM_BYTES, downloads));
                Gateway gateway = start(upstream, host)) {
            upstream.keepBodies = false;
            List<Customer> customers = customers(gateway);
            long before = liveBytes();

            List<CompletableFuture<Gateway.Reply>> replies = askAll(customers, host);
            assertThat(downloads.liveBytesThere() - before).isLessThan(MEDIA_HEAP_BYTES_MAX);
            assertAnswered(replies);
            assertThat(upstream.uploaded()).isEmpty();
            assertNothingLeft(gateway);
        }
    }

    @Test
    void nor_do_ten_documents_that_an_OpenAI_compatible_server_is_sent() throws Exception {
        Halfway downloads = new Halfway();
        Halfway bodies = new Halfway();
        try (HandServer server = new HandServer((request, out) -> takeHalfwayAndAnswer(request, out, bodies));
                HandServer host = new HandServer((request, out) -> document(request, out, downloads));
                Channels channels = Channels.of(
                        "channels: [{id: far, kind: openai, base_url: \"%s/v1\", models: {gemini-2.5-pro: m}}]"
                                .formatted(server.url()),
                        Map.of("TOLLGATE_MEDIA_ALLOW", "127.0.0.1:" + host.port(), "TOLLGATE_MEDIA_TIME", "60s"))) {
            List<Customer> customers = customers(channels.gateway());
            long before = liveBytes();

            List<CompletableFuture<Gateway.Reply>> replies = askAll(customers, host);
            assertThat(downloads.liveBytesThere() - before).isLessThan(DOCUMENTS_HEAP_BYTES_MAX);
            assertThat(bodies.liveBytesThere() - before).isLessThan(DOCUMENTS_HEAP_BYTES_MAX);

            assertAnswered(replies);
            assertNothingLeft(channels.gateway());
        }
    }

    private static void document(HandServer.Request request, OutputStream out, Halfway halfway) throws IOException {
        out.write(MediaSamples.latin1("HTTP/1.1 200 OK\r\nContent-Length: " + DOCUMENT_BYTES + "\r\n\r\n"));
        byte[] piece = new byte[50_000];
        System.arraycopy(MediaSamples.latin1("%PDF-1.7\n"), 0, piece, 0, 9);
        for (int sent = 0; sent < DOCUMENT_BYTES; sent += piece.length) {
            out.write(piece);
            if (sent == DOCUMENT_BYTES / 2) {
                halfway.pass();
            }
        }
    }

    private static void takeHalfwayAndAnswer(HandServer.Request request, OutputStream out, Halfway halfway)
            throws IOException {
        long length = Long.parseLong(request.header("content-length"));
        assertThat(length).isGreaterThan(DOCUMENT_BYTES / 3 * 4);
        byte[] piece = new byte[64 * 1024];
        for (long left = length / 2; left > 0; ) {
            left -= request.body().read(piece, 0, (int) Math.min(left, piece.length));
        }
        halfway.pass();
        assertThat(request.body().skip(Long.MAX_VALUE)).isEqualTo(length - length / 2);
        String answer =
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
        HandServer.reply(out, 200, "Content-Type: text/event-stream\r\n", answer);
    }

    private static Gateway start(FilesUpstream upstream, HandServer host) {
        return Gateway.start(
                Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url(), "GEMINI_API_KEY", "upstream-key"),
                "media.allow",
                "127.0.0.1:" + host.port(),
                "media.time",
                "60s");
    }

    private static List<Customer> customers(Gateway gateway) {
        List<Customer> customers = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            customers.add(gateway.customer("1000"));
        }
        return customers;
    }

    private static List<CompletableFuture<Gateway.Reply>> askAll(List<Customer> customers, HandServer host) {
        List<CompletableFuture<Gateway.Reply>> replies = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            replies.add(customers.get(i).chatAside(call(host.url() + "/v" + i)));
        }
        return replies;
    }

    private static void assertAnswered(List<CompletableFuture<Gateway.Reply>> replies) throws Exception {
        for (CompletableFuture<Gateway.Reply> reply : replies) {
            assertThat(reply.get(120, TimeUnit.SECONDS).status()).isEqualTo(200);
        }
    }

    private static void assertNothingLeft(Gateway gateway) throws IOException {
        gateway.assertBooksAreClosed();
        try (var files = Files.list(gateway.data().resolve("media"))) {
            assertThat(files).isEmpty();
        }
    }
}
