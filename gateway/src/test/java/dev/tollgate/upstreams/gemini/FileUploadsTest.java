package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.testing.FilesUpstream;
import dev.tollgate.upstreams.gemini.answers.GeminiErrors;
import dev.tollgate.upstreams.media.Medium;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FileUploadsTest {

    private final Vertx vertx = Vertx.vertx();
    private final FilesUpstream upstream = new FilesUpstream();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final FileUploads uploads = new FileUploads(
            new UploadProtocol(
                    new FarEnd(Outbound.direct(vertx), upstream.url(), 16, Timeouts.DEFAULT),
                    new KeyAccess("upstream-key", false),
                    new GeminiErrors("upstream-key")),
            now::get);

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        upstream.close();
    }

    private UploadedFile upload(String content) throws Exception {
        FileUploads.Ticket ticket = uploads.want(Medium.of("text/plain", content.getBytes()));
        UploadedFile file = ticket.file().get(60, TimeUnit.SECONDS);
        ticket.leave();
        return file;
    }

    @Test
    void a_file_is_used_again_until_an_hour_before_it_expires() throws Exception {
        UploadedFile first = upload("a");
        now.updateAndGet(time -> time.plus(Duration.ofHours(46)));
        assertThat(upload("a")).isEqualTo(first);
        now.updateAndGet(time -> time.plus(Duration.ofHours(1)));
        assertThat(upload("a")).isNotEqualTo(first);
        assertThat(upstream.uploaded()).hasSize(2);
    }

    @Test
    void the_same_bytes_of_another_type_are_another_file() throws Exception {
        upload("a");
        FileUploads.Ticket ticket = uploads.want(Medium.of("text/csv", "a".getBytes()));
        assertThat(ticket.file().get(60, TimeUnit.SECONDS).mimeType()).isEqualTo("text/csv");
        assertThat(upstream.uploaded())
                .extracting(FilesUpstream.Uploaded::mimeType)
                .containsExactly("text/plain", "text/csv");
    }

    @Test
    void an_upload_goes_on_while_one_of_two_still_wants_it() throws Exception {
        upstream.uploadMillis = 200;
        FileUploads.Ticket one = uploads.want(Medium.of("text/plain", "a".getBytes()));
        FileUploads.Ticket two = uploads.want(Medium.of("text/plain", "a".getBytes()));
        one.leave();
        one.leave();
        assertThat(two.file().get(60, TimeUnit.SECONDS).name()).isEqualTo("files/f1");
        assertThat(upstream.uploaded()).hasSize(1);
    }

    @Test
    void an_unwanted_upload_is_cancelled_and_restarted_on_demand() throws Exception {
        upstream.uploadMillis = 60_000;
        FileUploads.Ticket ticket = uploads.want(Medium.of("text/plain", "a".getBytes()));
        dev.tollgate.testing.Await.until("the upload", () -> upstream.requests().size() == 2);
        ticket.leave();
        assertThat(ticket.file()).failsWithin(Duration.ofSeconds(60));
        upstream.uploadMillis = 0;
        assertThat(upload("a").name()).isEqualTo("files/f2");
    }

    @Test
    void a_failed_upload_is_not_remembered() throws Exception {
        upstream.finalState = "FAILED";
        FileUploads.Ticket ticket = uploads.want(Medium.of("text/plain", "a".getBytes()));
        assertThat(ticket.file()).failsWithin(Duration.ofSeconds(60));
        ticket.leave();
        upstream.finalState = "ACTIVE";
        assertThat(upload("a").name()).isEqualTo("files/f2");
    }
}
