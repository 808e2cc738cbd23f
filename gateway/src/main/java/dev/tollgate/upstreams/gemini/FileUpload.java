package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.http.client.WholeReply;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.gemini.UploadedFile.Content;
import dev.tollgate.upstreams.media.Medium;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A resumable upload: start, send, go on where a connection broke, wait until the file may be used. On a virtual thread of its own,
 * which is not interrupted: the medium's file may have other readers.
 */
final class FileUpload {

    private static final long CONTROL_MILLIS = 30_000;
    private static final long SEND_MILLIS = 600_000;
    private static final int RESUMED_MAX = 2;

    /** A video is looked through before it may be used. */
    private static final long ACTIVE_MILLIS_MAX = 300_000;

    private static final long POLL_MILLIS_FIRST = 200;
    private static final long POLL_MILLIS_MAX = 5_000;

    private static final Pattern NAME = Pattern.compile("files/[A-Za-z0-9_-]{1,100}");
    private static final Pattern URI = Pattern.compile("[!-~]{1,2048}");

    private final UploadProtocol protocol;
    private final Content content;
    private final Medium medium;
    private final InstantSource clock;
    private final CompletableFuture<UploadedFile> file = new CompletableFuture<>();
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private volatile @Nullable Runnable breakOff;

    FileUpload(UploadProtocol protocol, Content content, Medium medium, InstantSource clock) {
        this.protocol = protocol;
        this.content = content;
        this.medium = medium;
        this.clock = clock;
    }

    /** Fails with an {@link UploadFailed}. */
    CompletableFuture<UploadedFile> file() {
        return file;
    }

    void start() {
        Thread.ofVirtual().name("upload").start(this::run);
    }

    void cancel() {
        cancelled.countDown();
        Runnable current = breakOff;
        if (current != null) {
            current.run();
        }
    }

    private void run() {
        if (!medium.retain()) {
            file.completeExceptionally(protocol.failed("the medium is gone"));
            return;
        }
        try {
            file.complete(upload());
        } catch (UploadFailed | RuntimeException | Error e) {
            Fatal.check(e);
            file.completeExceptionally(e);
        } finally {
            medium.release();
        }
    }

    private UploadedFile upload() throws UploadFailed {
        String path = begin();
        JsonNode described = UploadProtocol.json(send(path)).path("file");
        String name = described.path("name").asString("");
        if (!NAME.matcher(name).matches()) {
            throw protocol.failed("an uploaded file has no name");
        }
        return ready(name, waitUntilActive(name, described));
    }

    private WholeReply ask(
            String method, String path, Map<String, String> headers, @Nullable OutgoingBody body, long millis)
            throws UploadFailed {
        WholeReply reply = protocol.send(method, path, headers, body, millis, this::began);
        breakOff = null;
        requireWanted();
        return reply;
    }

    private void began(Runnable reset) {
        breakOff = reset;
        if (cancelled.getCount() == 0) {
            reset.run();
        }
    }

    private void requireWanted() {
        if (cancelled.getCount() == 0) {
            throw new CancellationException("no call waits for the file");
        }
    }

    // ---- start, send ----

    private String begin() throws UploadFailed {
        Map<String, String> headers = Map.of(
                "x-goog-upload-protocol", "resumable",
                "x-goog-upload-command", "start",
                "x-goog-upload-header-content-length", Long.toString(medium.length()),
                "x-goog-upload-header-content-type", medium.mimeType(),
                "content-type", "application/json");
        OutgoingBody body = OutgoingBody.of("{\"file\":{}}".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        WholeReply started = ask("POST", "/upload/v1beta/files", headers, body, CONTROL_MILLIS);
        return protocol.path(started.header(UploadProtocol.URL));
    }

    private WholeReply send(String path) throws UploadFailed {
        long from = 0;
        for (int resumed = 0; ; resumed++) {
            try {
                Map<String, String> headers = Map.of(
                        "x-goog-upload-offset",
                        Long.toString(from),
                        "x-goog-upload-command",
                        "upload, finalize",
                        "content-type",
                        medium.mimeType());
                return ask("POST", path, headers, OutgoingBody.raw(medium, from), SEND_MILLIS);
            } catch (UploadFailed e) {
                requireWanted();
                if (e.failure().kind() != Kind.UNAVAILABLE || resumed == RESUMED_MAX) {
                    throw e;
                }
                from = received(path, e);
            }
        }
    }

    /** Returns the number of bytes that the upstream has received. */
    private long received(String path, UploadFailed why) throws UploadFailed {
        WholeReply state = ask("POST", path, Map.of("x-goog-upload-command", "query"), null, CONTROL_MILLIS);
        String received = state.header(UploadProtocol.RECEIVED);
        boolean active = "active".equals(state.header(UploadProtocol.STATUS));
        if (!active || received == null || !received.matches("[0-9]{1,18}")) {
            throw why;
        }
        long from = Long.parseLong(received);
        if (from > medium.length()) {
            throw why;
        }
        return from;
    }

    // ---- wait ----

    private JsonNode waitUntilActive(String name, JsonNode described) throws UploadFailed {
        JsonNode now = described;
        long waited = 0;
        for (long pause = POLL_MILLIS_FIRST; !now.path("state").asString("").equals("ACTIVE"); ) {
            if (now.path("state").asString("").equals("FAILED")) {
                throw protocol.failed(Kind.REFUSED, "the upstream could not read a file: " + now.path("error"));
            }
            if (waited >= ACTIVE_MILLIS_MAX) {
                throw protocol.failed("a file did not become active");
            }
            sleep(pause);
            waited += pause;
            pause = Math.min(pause * 2, POLL_MILLIS_MAX);
            now = UploadProtocol.json(ask("GET", "/v1beta/" + name, Map.of(), null, CONTROL_MILLIS));
        }
        return now;
    }

    private void sleep(long millis) throws UploadFailed {
        try {
            if (cancelled.await(millis, TimeUnit.MILLISECONDS)) {
                requireWanted();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw protocol.failed("an upload was interrupted");
        }
    }

    private UploadedFile ready(String name, JsonNode described) throws UploadFailed {
        String uri = described.path("uri").asString("");
        if (!URI.matcher(uri).matches()) {
            throw protocol.failed("an uploaded file has no URI");
        }
        Instant latest = clock.instant().plus(FileUploads.KEPT);
        Instant expires = instant(described.path("expirationTime").asString(""), latest);
        Instant until = expires.isBefore(latest) ? expires : latest;
        return new UploadedFile(content, name, uri, until.minus(FileUploads.MARGIN));
    }

    private static Instant instant(String text, Instant otherwise) {
        try {
            return text.isEmpty() ? otherwise : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return otherwise;
        }
    }
}
