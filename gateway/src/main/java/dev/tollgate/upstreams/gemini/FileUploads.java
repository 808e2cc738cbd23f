package dev.tollgate.upstreams.gemini;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tollgate.upstreams.gemini.UploadedFile.Content;
import dev.tollgate.upstreams.media.Medium;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The uploaded files of one channel (D50). An uploaded file is used again while the upstream keeps it, and calls that need the same file
 * wait for one upload. An upload for which no call waits is cancelled. Thread-safe; does not block.
 */
final class FileUploads {

    /** The time for which the upstream keeps a file, unless it reports one (protocol 1.8). */
    static final Duration KEPT = Duration.ofHours(48);

    /** The time before its end in which a file is not used. Otherwise a call might begin with a file that ends under it. */
    static final Duration MARGIN = Duration.ofHours(1);

    private static final int FILES_MAX = 10_000;

    private final UploadProtocol protocol;
    private final InstantSource clock;
    private final Cache<Content, UploadedFile> files =
            Caffeine.newBuilder().maximumSize(FILES_MAX).build();
    private final Map<Content, Running> running = new HashMap<>();

    FileUploads(UploadProtocol protocol, InstantSource clock) {
        this.protocol = protocol;
        this.clock = clock;
    }

    /** A wish for a file; to be given up when the file is no longer wanted, fulfilled or not. */
    final class Ticket {

        private final Content content;
        private final @Nullable Running upload;
        private final CompletableFuture<UploadedFile> file;
        private boolean left;

        private Ticket(Content content, @Nullable Running upload, CompletableFuture<UploadedFile> file) {
            this.content = content;
            this.upload = upload;
            this.file = file;
        }

        /** Fails with an {@link UploadFailed}. */
        CompletableFuture<UploadedFile> file() {
            return file;
        }

        void leave() {
            if (upload != null) {
                FileUploads.this.leave(this, upload);
            }
        }
    }

    private static final class Running {
        private final FileUpload upload;
        private int waiting;

        Running(FileUpload upload) {
            this.upload = upload;
        }
    }

    /** @param medium there at least until the ticket is left */
    Ticket want(Medium medium) {
        Content content = new Content(medium.sha256(), medium.mimeType());
        UploadedFile known = files.getIfPresent(content);
        if (known != null && clock.instant().isBefore(known.until())) {
            return new Ticket(content, null, CompletableFuture.completedFuture(known));
        }
        synchronized (running) {
            Running upload = running.get(content);
            if (upload == null) {
                upload = begin(content, medium);
            }
            upload.waiting++;
            return new Ticket(content, upload, upload.upload.file());
        }
    }

    private Running begin(Content content, Medium medium) {
        Running begun = new Running(new FileUpload(protocol, content, medium, clock));
        running.put(content, begun);
        begun.upload.file().whenComplete((file, failure) -> ended(content, begun, file));
        begun.upload.start();
        return begun;
    }

    private void ended(Content content, Running upload, @Nullable UploadedFile file) {
        if (file != null) {
            files.put(content, file);
        }
        synchronized (running) {
            running.remove(content, upload);
        }
    }

    private void leave(Ticket ticket, Running upload) {
        synchronized (running) {
            if (ticket.left) {
                return;
            }
            ticket.left = true;
            if (--upload.waiting > 0) {
                return;
            }
            running.remove(ticket.content, upload);
        }
        upload.upload.cancel();
    }

    /** The upstream does not have it any more. */
    void forget(UploadedFile file) {
        files.asMap().remove(file.content(), file);
    }
}
