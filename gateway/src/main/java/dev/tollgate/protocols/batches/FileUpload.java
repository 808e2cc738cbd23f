package dev.tollgate.protocols.batches;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.json.StrictUtf8;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FilePieces;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.calls.files.StoredFile.Announced;
import dev.tollgate.calls.replay.Sha256;
import dev.tollgate.http.Caller;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.protocols.openai.FormStream;
import dev.tollgate.protocols.openai.PartHead;
import dev.tollgate.storage.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An upload while it comes (J22): the parts of a form, in any order. The last piece waits for the end of the form, so that the file exists if all of it is
 * right. Used by one thread, which blocks.
 */
final class FileUpload {

    private static final String FILE = "file";
    private static final String PURPOSE = "purpose";
    private static final String ANCHOR = "expires_after[anchor]";
    private static final String SECONDS = "expires_after[seconds]";

    /** The name of a file that comes without one. */
    private static final String UNNAMED = "input.jsonl";

    private static final int NAME_CHARS_MAX = 512;
    private static final int TEXT_BYTES_MAX = 256;
    private static final Duration KEY_JUDGED_EACH = Duration.ofSeconds(4);
    private static final Duration KEPT_MIN = Duration.ofHours(1);
    private static final Duration KEPT_MAX = Duration.ofDays(7);

    private final FileStore files;
    private final Caller caller;
    private final Runnable key;
    private final FormStream form;
    private final long bytesMax;
    private final long announced;
    private final Lease memory;
    private final List<String> ignored = new ArrayList<>();
    private final MessageDigest sha256 = Sha256.digest();
    private byte[] piece = {};
    private int length;
    private long keyJudged = System.nanoTime();
    private @Nullable StoredFile file;
    private @Nullable String purpose;
    private @Nullable String anchor;
    private @Nullable Duration kept;

    /**
     * @param key refuses a key that may no longer be used; blocks
     * @param bytesMax of a file
     * @param announced the bytes of the request; -1 if it does not say
     * @param memory charged for a piece
     */
    FileUpload(
            FileStore files,
            Caller caller,
            Runnable key,
            FormStream form,
            long bytesMax,
            long announced,
            Lease memory) {
        this.files = files;
        this.caller = caller;
        this.key = key;
        this.form = form;
        this.bytesMax = bytesMax;
        this.announced = announced;
        this.memory = memory;
    }

    /** A file that was uploaded. @param ignored the fields of its form that had no effect */
    record Uploaded(StoredFile file, List<String> ignored) {}

    /** Reads the form. Nothing stays of a file that is refused, or does not come whole. @throws ApiException if it is refused */
    Uploaded read() throws IOException {
        try {
            for (PartHead part = form.next(); part != null; part = form.next()) {
                take(part);
            }
            return new Uploaded(Records.read(this::ended), ignored);
        } catch (IOException | RuntimeException e) {
            giveUp(e);
            throw e;
        }
    }

    private void giveUp(Exception why) {
        if (file != null) {
            try {
                files.cancel(file);
            } catch (StoreException again) {
                why.addSuppressed(again); // the sweep deletes it
            }
        }
    }

    private void take(PartHead part) throws IOException {
        String name = part.inner() == null ? part.name() : part.name() + "[" + part.inner() + "]";
        switch (name) {
            case FILE -> {
                refuse(file != null, FILE, "'file' must come once: a request uploads one file.");
                store(part.fileName() == null || part.fileName().isBlank() ? UNNAMED : part.fileName());
            }
            case PURPOSE -> {
                purpose = text(PURPOSE, purpose);
                refuse(
                        !purpose.equals(FilePurpose.BATCH.code()),
                        PURPOSE,
                        "'purpose' must be 'batch', got " + MessageText.quoted(purpose)
                                + ": files are taken as inputs of batches alone.");
            }
            case ANCHOR -> {
                anchor = text(ANCHOR, anchor);
                refuse(
                        !anchor.equals("created_at"),
                        ANCHOR,
                        "'expires_after[anchor]' must be 'created_at', got " + MessageText.quoted(anchor) + ".");
            }
            case SECONDS -> kept = seconds(text(SECONDS, kept == null ? null : ""));
            default -> ignored.add(name);
        }
    }

    private String text(String name, @Nullable String former) throws IOException {
        refuse(former != null, name, "'" + name + "' must come once.");
        byte[] text = form.text(TEXT_BYTES_MAX);
        if (text == null) {
            throw invalid(name, "'" + name + "' has more than " + TEXT_BYTES_MAX + " bytes.");
        }
        StrictUtf8.check(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static Duration seconds(String text) {
        long seconds = text.matches("[0-9]{1,9}") ? Long.parseLong(text) : 0;
        refuse(
                seconds < KEPT_MIN.toSeconds() || seconds > KEPT_MAX.toSeconds(),
                SECONDS,
                "'expires_after[seconds]' must be a whole number from " + KEPT_MIN.toSeconds() + " to "
                        + KEPT_MAX.toSeconds() + ", got " + MessageText.quoted(text) + ".");
        return Duration.ofSeconds(seconds);
    }

    // ---- the file ----

    private void store(String name) throws IOException {
        refuse(
                name.length() > NAME_CHARS_MAX,
                FILE,
                "The name of the file must have at most " + NAME_CHARS_MAX + " characters.");
        Sentence complaint = WrittenText.complaint(name);
        refuse(complaint != null, FILE, "The name of the file " + complaint + ".");
        memory.take(FilePieces.PIECE_BYTES);
        piece = new byte[FilePieces.PIECE_BYTES];
        int read = fill();
        refuse(length == 0, FILE, "The file is empty.");
        StoredFile begun = Records.read(() -> begin(name));
        file = begun;
        byte[] next = new byte[1];
        while (read >= 0) {
            read = form.read(next, 0, 1);
            if (read > 0) {
                begun = appended(begun);
                file = begun;
                piece[0] = next[0];
                length = 1;
                read = fill();
            }
        }
        requireLength(begun, begun.written() + length);
    }

    /** Reads until the piece is full. @return -1 at the end of the file */
    private int fill() throws IOException {
        int read = 0;
        while (read >= 0 && length < piece.length) {
            read = form.read(piece, length, piece.length - length);
            length += Math.max(0, read);
            if (System.nanoTime() - keyJudged > KEY_JUDGED_EACH.toNanos()) {
                judgeKey();
            }
        }
        return read;
    }

    /** Refuses to go on if the key may no longer be used, e.g. was disabled while its file comes. */
    private void judgeKey() {
        key.run();
        keyJudged = System.nanoTime();
    }

    private StoredFile begin(String name) {
        String account = caller.accountId();
        long bytes = announced < 0 ? files.limits().left(account, FilePurpose.BATCH) : announced;
        Announced its = new Announced(name, "application/jsonl", Math.min(bytesMax, Math.max(length, bytes)));
        return files.begin(account, owner(), FilePurpose.BATCH, its);
    }

    /** Writes a full piece, behind which more of the file has come. */
    private StoredFile appended(StoredFile begun) {
        requireLength(begun, begun.written() + length + 1);
        judgeKey();
        sha256.update(piece);
        return there(Records.read(() -> {
            try (FairTurns.Turn _ = files.limits().turn(caller.accountId())) {
                return files.append(begun, piece);
            }
        }));
    }

    private void requireLength(StoredFile begun, long bytes) {
        if (bytes > bytesMax) {
            throw tooLarge(bytesMax).asException();
        }
        if (bytes > begun.bytes()) {
            throw ApiError.of(
                            ErrorCode.RATE_LIMIT_EXCEEDED,
                            "The file is larger than the account has room for: " + begun.bytes()
                                    + " bytes. Delete some files, or wait.")
                    .asException();
        }
    }

    private StoredFile ended() {
        StoredFile begun = file;
        if (begun == null) {
            throw invalid(FILE, "'file' is missing.");
        }
        refuse(purpose == null, PURPOSE, "'purpose' is missing: it must be 'batch'.");
        refuse(
                (anchor == null) != (kept == null),
                anchor == null ? ANCHOR : SECONDS,
                "'expires_after' must have both 'anchor' and 'seconds'.");
        judgeKey();
        Duration its = kept == null ? FilePurpose.BATCH.kept() : kept;
        byte[] last = Arrays.copyOf(piece, length);
        String hash = HexFormat.of().formatHex(sha256.digest(last));
        try (FairTurns.Turn _ = files.limits().turn(caller.accountId())) {
            return there(files.end(begun, last, hash, its));
        }
    }

    private static StoredFile there(@Nullable StoredFile after) {
        if (after == null) {
            throw ApiError.of(
                            ErrorCode.INVALID_REQUEST,
                            "The upload is gone: it had no piece for a minute, and another one of the account took its room. Send the file again.")
                    .withStatus(409)
                    .asException();
        }
        return after;
    }

    private KeyOwner owner() {
        return Objects.requireNonNull(caller.reads()); // the gate lets no management key in
    }

    // ---- refusals ----

    /** Returns the refusal of a file that is too large. */
    static ApiError tooLarge(long bytesMax) {
        return ApiError.invalid(FILE, "A file must have at most " + bytesMax + " bytes.")
                .withStatus(413);
    }

    private static void refuse(boolean isRefused, String param, String message) {
        if (isRefused) {
            throw invalid(param, message);
        }
    }

    private static ApiException invalid(String param, String message) {
        return ApiError.invalid(param, message).asException();
    }
}
