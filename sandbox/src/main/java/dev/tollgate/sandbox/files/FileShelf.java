package dev.tollgate.sandbox.files;

import dev.tollgate.sandbox.routes.CallingProject;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.scripting.KnobSettings;
import dev.tollgate.sandbox.wire.GoogleError;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.FileSystem;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads under way and uploaded files. Their bytes lie in a folder of their own, which is removed at the end, and never exceed a
 * ceiling; what is known of them lies here. Safe for any thread; no lock is held while the disk is asked.
 */
public final class FileShelf {

    static final long FILE_BYTES_MAX = 2L << 30;

    private static final Logger LOG = LoggerFactory.getLogger(FileShelf.class);
    private static final int FILES_MAX = 10_000;
    private static final int UPLOADS_MAX = 1_000;
    private static final Duration KEPT = Duration.ofHours(48);
    private static final Duration UPLOAD_IDLE_MAX = Duration.ofHours(1);
    private static final int ID_LENGTH = 12;
    private static final Pattern NAME = Pattern.compile("files/[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?");

    private final FileSystem disk;
    private final Settings settings;
    private final InstantSource clock;
    private final Map<String, Upload> uploads = new LinkedHashMap<>();
    private final Map<String, StoredFile> files = new LinkedHashMap<>();
    private long bytes;
    private long count;
    private boolean closed;
    private @Nullable Future<String> folder;

    /**
     * The settings of a shelf.
     *
     * @param seed of the files' names
     * @param bytesMax of all files together
     * @param processingMillis how long a file is PROCESSING where no knob says otherwise
     */
    public record Settings(long seed, long bytesMax, long processingMillis) {}

    public FileShelf(Vertx vertx, InstantSource clock, Settings settings) {
        this.disk = vertx.fileSystem();
        this.clock = clock;
        this.settings = settings;
    }

    /**
     * Begins an upload.
     *
     * @param name {@code files/ID}; empty for one of our own choice
     * @param declaredBytes -1 where the length is not known
     * @throws GoogleError.Failure if it is too large, there are too many, or the name is taken or none
     */
    Future<Upload> begin(CallingProject caller, String name, String displayName, String mimeType, long declaredBytes) {
        check(name, declaredBytes);
        KnobSettings knobs = knobs(displayName);
        return folder().map(parent -> {
            forgetOld();
            synchronized (this) {
                check(name, declaredBytes); // other uploads may have started in the meantime
                String id = nextId();
                Upload upload = new Upload(new Upload.Plan(
                        id,
                        name.isEmpty() ? "files/" + id : name,
                        caller.project(),
                        displayName,
                        mimeType,
                        declaredBytes,
                        knobs,
                        clock.instant(),
                        Path.of(parent, id)));
                uploads.put(id, upload);
                return upload;
            }
        });
    }

    private static KnobSettings knobs(String displayName) {
        try {
            return KnobSettings.marked(displayName);
        } catch (IllegalArgumentException e) {
            throw GoogleError.invalid(String.valueOf(e.getMessage())).asRefusal();
        }
    }

    private synchronized void check(String name, long declaredBytes) {
        GoogleError.require(
                declaredBytes <= FILE_BYTES_MAX, "File size exceeds the limit: " + FILE_BYTES_MAX + " bytes.");
        GoogleError.require(
                name.isEmpty() || NAME.matcher(name).matches(),
                "* CreateFileRequest.file.name: name must be files/ and 1 to 40 lower-case letters, digits or dashes.");
        boolean taken = files.containsKey(name)
                || uploads.values().stream()
                        .anyMatch(upload -> upload.plan().name().equals(name));
        if (taken) {
            throw GoogleError.alreadyExists("File " + name + " already exists.").asRefusal();
        }
        boolean room = bytes + Math.max(0, declaredBytes) <= settings.bytesMax();
        if (closed || !room || files.size() >= FILES_MAX || uploads.size() >= UPLOADS_MAX) {
            throw GoogleError.storageFull().asRefusal();
        }
    }

    /** Made when the first file comes: most sandboxes never see one. */
    private synchronized Future<String> folder() {
        Future<String> made = folder;
        if (made == null || made.failed()) {
            made = disk.createTempDirectory("tollgate-sandbox-");
            folder = made;
        }
        return made;
    }

    private String nextId() {
        byte[] source = ("file " + count++ + " of " + settings.seed()).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(source);
            return new BigInteger(1, hash).toString(36).substring(0, ID_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every JDK", e);
        }
    }

    synchronized Optional<Upload> upload(String id) {
        return Optional.ofNullable(uploads.get(id));
    }

    /** Reserves room for more bytes; false if there is none. Called by the request that has taken the upload. */
    synchronized boolean reserve(long more) {
        boolean room = bytes + more <= settings.bytesMax();
        bytes += room ? more : 0;
        return room;
    }

    /** Drops an upload and releases its bytes. Only the request that has taken it may drop it. */
    void drop(Upload upload) {
        synchronized (this) {
            if (uploads.remove(upload.plan().id()) == null) {
                return;
            }
            bytes -= upload.bytes();
        }
        remove(upload.plan().content());
    }

    /** Turns an upload into a file; empty if it was dropped before. */
    synchronized Optional<StoredFile> finish(Upload upload, String baseUrl) {
        if (uploads.remove(upload.plan().id()) == null) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        long millis = upload.plan().knobs().number(Knob.FILE_PROCESSING, (int) settings.processingMillis());
        String uri = baseUrl + "/v1beta/" + upload.plan().name();
        StoredFile file = upload.finish(uri, now, now.plusMillis(millis), now.plus(KEPT));
        files.put(file.name(), file);
        return Optional.of(file);
    }

    /** Finds a file of the project that has not expired. */
    public Optional<StoredFile> find(CallingProject caller, String name) {
        forgetOld();
        synchronized (this) {
            return Optional.ofNullable(files.get(name))
                    .filter(file -> file.project().equals(caller.project()));
        }
    }

    /** The newest first. */
    public List<StoredFile> list(CallingProject caller) {
        forgetOld();
        synchronized (this) {
            return new ArrayList<>(files.values())
                    .reversed().stream()
                            .filter(file -> file.project().equals(caller.project()))
                            .toList();
        }
    }

    public void delete(StoredFile file) {
        synchronized (this) {
            if (!files.remove(file.name(), file)) {
                return;
            }
            bytes -= file.bytes();
        }
        remove(file.content());
    }

    private void forgetOld() {
        Instant now = clock.instant();
        List<StoredFile> expired;
        List<Upload> idle;
        synchronized (this) {
            expired = files.values().stream()
                    .filter(file -> !now.isBefore(file.expiresAt()))
                    .toList();
            idle = uploads.values().stream()
                    .filter(upload -> now.isAfter(upload.plan().startedAt().plus(UPLOAD_IDLE_MAX)))
                    .filter(Upload::take)
                    .toList();
        }
        expired.forEach(this::delete);
        idle.forEach(this::drop);
    }

    private void remove(Path content) {
        disk.delete(content.toString())
                .onFailure(failure -> LOG.debug("a file of the sandbox could not be removed", failure));
    }

    public synchronized Optional<Path> place() {
        Future<String> made = folder;
        return made != null && made.succeeded() ? Optional.of(Path.of(made.result())) : Optional.empty();
    }

    public synchronized long bytes() {
        return bytes;
    }

    /** Removes the folder with all that is in it. */
    public Future<Void> close() {
        Future<String> made;
        synchronized (this) {
            closed = true;
            made = folder;
            files.clear();
            uploads.clear();
        }
        return made == null
                ? Future.succeededFuture()
                : made.transform(parent ->
                        parent.succeeded() ? disk.deleteRecursive(parent.result()) : Future.<Void>succeededFuture());
    }
}
