package dev.tollgate.calls.files;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.sql.Sql;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Begins files, appends to them, and finds, reads, deletes and forgets them. {@link FilesPart} writes. */
public final class FileStore {

    /** The bytes of each piece but the last. */
    public static final int PIECE_BYTES = 256 << 10;

    /** The most bytes of a file. */
    public static final long FILE_BYTES_MAX = 100L << 20;

    /** The most bytes of all files of an account, as they were announced. */
    public static final long SHARE_BYTES = 1L << 30;

    /** The most files of an account. */
    public static final int SHARE_FILES = 1_000;

    /** The most cached contents of an account. */
    public static final int SHARE_CACHES = 100;

    /** The interval between sweeps. */
    public static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    /** The longest time that an upload may take. */
    private static final Duration UPLOAD = Duration.ofHours(1);

    private static final Duration TOUCH_AFTER = Duration.ofDays(1);
    private static final Duration COME_BACK = Duration.ofMinutes(1);
    private static final int ID_BYTES = 16;
    private static final int LIST_MAX = SHARE_FILES;

    /** The condition of a key that reads. Takes the owner's id, and the key's first id. */
    static final String READABLE = "(f.owner = ? OR f.origin_id = ?)";

    private static final String COLUMNS =
            "SELECT f.id, f.account_id, f.purpose, f.about, f.mime_type, f.bytes, f.written, f.sha256, f.created_at, f.expires_at"
                    + " FROM stored_file f WHERE f.expires_at > ? AND f.purpose = ? ";
    private static final String BY_ID = COLUMNS + "AND f.id = ?";
    private static final String ONE = BY_ID + " AND f.account_id = ? AND " + READABLE;
    private static final String LIST = COLUMNS + "AND f.account_id = ? AND " + READABLE
            + " AND f.written = f.bytes ORDER BY f.created_at DESC, f.id LIMIT ?";
    private static final String PIECE = "SELECT sealed FROM file_piece WHERE file_id = ? AND place = ?";
    private static final String TOTAL = "SELECT COALESCE(SUM(bytes), 0) FROM stored_file";

    private final Database database;
    private final Writer writer;
    private final SecretBox.Purpose sealing;
    private final InstantSource clock;
    private final SecureRandom random;
    private final long bytesMax;

    /** The bytes of all files at the last sweep, and those that this server has begun since. */
    private final AtomicLong total = new AtomicLong();

    /** The purposes of files. */
    public enum Purpose {
        /** Uploaded by Google's clients. */
        GEMINI("gemini", Duration.ofHours(48)),
        /** Made by a model, for who has the address. */
        MADE("made", Duration.ofMinutes(60)),
        /** Made by a model, and kept with a response until that is unused for so long. */
        KEPT("kept", Duration.ofDays(30)),
        /** The beginnings of prompts, each with a time of its own. */
        CACHE("cache", Duration.ofHours(1));

        private final String code;
        private final Duration kept;

        Purpose(String code, Duration kept) {
            this.code = code;
            this.kept = kept;
        }

        String code() {
            return code;
        }
    }

    /**
     * A file.
     *
     * @param id 128 random bits in hex
     * @param about the words of its purpose: the name that its caller gave it, or empty
     * @param bytes its length as announced
     * @param written how many of them are there
     * @param sha256 in lower-case hex; empty as long as it is not whole
     * @param createdAt in milliseconds since 1970, as is {@code expiresAt}
     */
    public record StoredFile(
            String id,
            String accountId,
            Purpose purpose,
            String about,
            String mimeType,
            long bytes,
            long written,
            String sha256,
            long createdAt,
            long expiresAt) {

        public boolean isWhole() {
            return written == bytes;
        }

        private String context() {
            return context(id, accountId);
        }

        private static String context(String id, String accountId) {
            return "file " + id + " of " + accountId;
        }

        private String context(long place) {
            return "piece " + place + " of " + context();
        }
    }

    /** The part of its limits that the files of an account take. */
    record Taken(long files, long bytes, long caches) {

        private static final String SQL =
                "SELECT COUNT(*), COALESCE(SUM(bytes), 0), COALESCE(SUM(CASE WHEN purpose = 'cache' THEN 1 ELSE 0 END), 0)"
                        + " FROM stored_file WHERE account_id = ?";

        static Taken of(Sql sql, String accountId) throws SQLException {
            Taken taken = sql.one(SQL, row -> new Taken(row.getLong(1), row.getLong(2), row.getLong(3)), accountId);
            return taken == null ? new Taken(0, 0, 0) : taken;
        }

        boolean leaves(int moreFiles, long moreBytes) {
            return files + moreFiles <= SHARE_FILES && bytes + moreBytes <= SHARE_BYTES;
        }

        boolean leaves(Purpose purpose, long moreBytes) {
            return leaves(1, moreBytes) && (purpose != Purpose.CACHE || caches < SHARE_CACHES);
        }
    }

    /** @param bytesMax what the files of all accounts may take */
    public FileStore(
            Database database,
            Writer writer,
            SecretBox secrets,
            InstantSource clock,
            SecureRandom random,
            long bytesMax) {
        this.database = database;
        this.writer = writer;
        this.sealing = secrets.purpose("stored files");
        this.clock = clock;
        this.random = random;
        this.bytesMax = bytesMax;
    }

    /** Returns the part that goes after the accounts'. */
    public static Part<?> part() {
        return new FilesPart();
    }

    // ---- to write ----

    /** Returns whether so many images can be kept with a response: these leave half of the room to other files. Blocks. */
    boolean hasRoomToKeep(String accountId, int files, long bytes) {
        Taken taken = database.readFor(accountId, sql -> Taken.of(sql, accountId));
        return taken.leaves(files + SHARE_FILES / 2, bytes + SHARE_BYTES / 2) && total.get() + bytes <= bytesMax;
    }

    /**
     * Refuses what the account, or the server, has no room for.
     *
     * @throws dev.tollgate.base.error.ApiException 429 that names the limit
     */
    public void requireRoom(String accountId, int files, long bytes) {
        Taken taken = database.readFor(accountId, sql -> Taken.of(sql, accountId));
        if (!taken.leaves(files, bytes)) {
            throw ApiError.of(
                            ErrorCode.RATE_LIMIT_EXCEEDED,
                            "The account has %d stored files with %d bytes, so %d more with up to %d bytes exceed its %d files or %d bytes. Images are kept for an hour, uploaded files for 48 hours: delete some, or wait."
                                    .formatted(taken.files(), taken.bytes(), files, bytes, SHARE_FILES, SHARE_BYTES))
                    .retryAfter(COME_BACK)
                    .asException();
        }
        if (total.get() + bytes > bytesMax) {
            throw ApiError.of(
                            ErrorCode.RATE_LIMIT_EXCEEDED,
                            "The files of all accounts take all the room that this server has for them. Please try again later.")
                    .retryAfter(COME_BACK)
                    .asException();
        }
    }

    /**
     * Begins a file.
     *
     * @param about sealed; at most some KiB
     * @param bytes its length, above 0
     * @throws dev.tollgate.base.error.ApiException 429 without room
     */
    public StoredFile begin(
            String accountId, KeyOwner owner, Purpose purpose, String about, String mimeType, long bytes) {
        return begin(accountId, owner, purpose, about, mimeType, bytes, newId());
    }

    /** Draws an id. Does not block. */
    String newId() {
        byte[] drawn = new byte[ID_BYTES];
        random.nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }

    private StoredFile begin(
            String accountId, KeyOwner owner, Purpose purpose, String about, String mimeType, long bytes, String id) {
        boolean isCounted = purpose != Purpose.MADE && purpose != Purpose.KEPT;
        if (isCounted) {
            requireRoom(accountId, 1, bytes);
        }
        long now = clock.millis();
        StoredFile begun =
                new StoredFile(id, accountId, purpose, about, mimeType, bytes, 0, "", now, now + UPLOAD.toMillis());
        byte[] sealed = sealing.seal(about.getBytes(StandardCharsets.UTF_8), begun.context());
        if (!decided(FilesPart.begin(begun, owner, sealed, isCounted))) {
            requireRoom(accountId, 1, bytes); // others have come first
            if (purpose == Purpose.CACHE) {
                throw ApiError.of(
                                ErrorCode.RATE_LIMIT_EXCEEDED,
                                "The account has " + SHARE_CACHES
                                        + " cached contents, which is the most. Delete one, or wait until one expires.")
                        .retryAfter(COME_BACK)
                        .asException();
            }
            throw new StoreException("a file of account " + accountId + " cannot begin");
        }
        total.addAndGet(bytes);
        return begun;
    }

    /**
     * Appends a piece.
     *
     * @param piece {@link #PIECE_BYTES}, or the rest of the file
     * @return the file with the piece; null if it has another length by now, or is gone
     */
    public @Nullable StoredFile append(StoredFile file, byte[] piece) {
        return append(file, piece, file.purpose().kept);
    }

    private @Nullable StoredFile append(StoredFile file, byte[] piece, Duration kept) {
        long written = file.written() + piece.length;
        if (piece.length == 0
                || written > file.bytes()
                || piece.length != Math.min(PIECE_BYTES, file.bytes() - file.written())) {
            throw new IllegalArgumentException("a piece of " + piece.length + " bytes at " + file.written());
        }
        boolean isWhole = written == file.bytes();
        StoredFile after = new StoredFile(
                file.id(),
                file.accountId(),
                file.purpose(),
                file.about(),
                file.mimeType(),
                file.bytes(),
                written,
                isWhole ? sha256(file, piece) : "",
                file.createdAt(),
                isWhole ? clock.millis() + kept.toMillis() : file.expiresAt());
        byte[] sealed = sealing.seal(piece, file.context(file.written()));
        return decided(FilesPart.append(file, after, sealed)) ? after : null;
    }

    /** Reads the earlier pieces again: another server may have written them. */
    private String sha256(StoredFile file, byte[] last) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (long at = 0; at < file.written(); at += PIECE_BYTES) {
                digest.update(piece(file, at));
            }
            return HexFormat.of().formatHex(digest.digest(last));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Writes a whole file. It is gone again if that fails.
     *
     * @param content of exactly as many bytes
     * @throws IOException if it cannot be read, or is shorter
     */
    public StoredFile write(
            String accountId, KeyOwner owner, Purpose purpose, String mimeType, long bytes, InputStream content)
            throws IOException {
        return write(accountId, owner, purpose, "", mimeType, bytes, content, purpose.kept);
    }

    /** Writes a file that is kept with a response, under an id that was drawn before. */
    StoredFile keep(String accountId, KeyOwner owner, String id, long bytes, InputStream content) throws IOException {
        StoredFile file = begin(accountId, owner, Purpose.KEPT, "", "application/octet-stream", bytes, id);
        return written(file, owner, content, Purpose.KEPT.kept);
    }

    /** Writes a whole file. It is gone again if that fails. @param about as in {@link #begin} @param kept how long it is kept */
    public StoredFile write(
            String accountId,
            KeyOwner owner,
            Purpose purpose,
            String about,
            String mimeType,
            long bytes,
            InputStream content,
            Duration kept)
            throws IOException {
        return written(begin(accountId, owner, purpose, about, mimeType, bytes), owner, content, kept);
    }

    private StoredFile written(StoredFile begun, KeyOwner owner, InputStream content, Duration kept)
            throws IOException {
        StoredFile file = begun;
        try {
            while (!file.isWhole()) {
                byte[] piece = content.readNBytes((int) Math.min(PIECE_BYTES, file.bytes() - file.written()));
                if (piece.length == 0) {
                    throw new IOException("a file has become shorter");
                }
                StoredFile after = append(file, piece, kept);
                if (after == null) {
                    throw new StoreException("file " + file.id() + " is gone");
                }
                file = after;
            }
            return file;
        } catch (IOException | RuntimeException e) {
            try {
                delete(file.accountId(), owner, file.purpose(), file.id());
            } catch (StoreException again) {
                e.addSuppressed(again); // the sweep deletes it
            }
            throw e;
        }
    }

    // ---- to find ----

    /** Finds a file, also one that is not whole; null if there is none that the key may read. @param reads the owner of the key */
    public @Nullable StoredFile find(String accountId, KeyOwner reads, Purpose purpose, String id) {
        return database.readFor(
                accountId,
                sql -> sql.one(
                        ONE, this::read, clock.millis(), purpose.code(), id, accountId, reads.id(), reads.originId()));
    }

    /** Finds a file by its id alone, which is a secret. @param reader who takes turns with the other readers */
    public @Nullable StoredFile find(String reader, Purpose purpose, String id) {
        return database.readFor(reader, sql -> sql.one(BY_ID, this::read, clock.millis(), purpose.code(), id));
    }

    /** Returns the whole files that a key may read, the newest first. */
    public List<StoredFile> list(String accountId, KeyOwner reads, Purpose purpose) {
        return database.readFor(
                accountId,
                sql -> sql.list(
                        LIST,
                        this::read,
                        clock.millis(),
                        purpose.code(),
                        accountId,
                        reads.id(),
                        reads.originId(),
                        LIST_MAX));
    }

    private StoredFile read(ResultSet row) throws SQLException {
        String id = row.getString(1);
        String accountId = row.getString(2);
        String code = row.getString(3);
        return new StoredFile(
                id,
                accountId,
                Arrays.stream(Purpose.values())
                        .filter(it -> it.code.equals(code))
                        .findAny()
                        .orElseThrow(() -> new StoreException("a file of an unknown purpose")),
                new String(sealing.open(row.getBytes(4), StoredFile.context(id, accountId)), StandardCharsets.UTF_8),
                row.getString(5),
                row.getLong(6),
                row.getLong(7),
                row.getString(8),
                row.getLong(9),
                row.getLong(10));
    }

    /**
     * Reads a piece.
     *
     * @param place the offset of its first byte, a multiple of {@link #PIECE_BYTES}
     * @throws StoreException if it is gone, or was changed
     */
    public byte[] piece(StoredFile file, long place) {
        byte[] sealed =
                database.readFor(file.accountId(), sql -> sql.one(PIECE, row -> row.getBytes(1), file.id(), place));
        if (sealed == null) {
            throw new StoreException("piece " + place + " of file " + file.id() + " is gone");
        }
        return sealing.open(sealed, file.context(place));
    }

    /** Reads a part of a whole file, from all the pieces that it lies in. @throws StoreException if one is gone, or was changed */
    public byte[] read(StoredFile file, long from, int count) {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count; ) {
            int skipped = (int) ((from + at) % PIECE_BYTES);
            byte[] piece = piece(file, from + at - skipped);
            int some = Math.min(count - at, piece.length - skipped);
            System.arraycopy(piece, skipped, bytes, at, some);
            at += some;
        }
        return bytes;
    }

    // ---- to forget ----

    /** Deletes a file. @param reads the owner of the key @return whether it was there, and the key may read it */
    public boolean delete(String accountId, KeyOwner reads, Purpose purpose, String id) {
        return decided(FilesPart.delete(accountId, reads, purpose, id));
    }

    /** Notes that a file is in use, which keeps it as long as if it were new. @return the file */
    StoredFile used(StoredFile file, KeyOwner reads) {
        long until = clock.millis() + file.purpose().kept.toMillis();
        if (until - file.expiresAt() > TOUCH_AFTER.toMillis()) {
            keepUntil(file.accountId(), reads, file.purpose(), file.id(), until);
        }
        return file;
    }

    /** Sets when a file expires. @param reads the owner of the key @return whether it is there, and the key may read it */
    public boolean keepUntil(String accountId, KeyOwner reads, Purpose purpose, String id, long expiresAt) {
        return decided(FilesPart.keepUntil(accountId, reads, purpose, id, clock.millis(), expiresAt));
    }

    /** Forgets what has expired, a few files in each unit, and counts what is left. */
    public void sweep() {
        boolean isMore = true;
        while (isMore) {
            isMore = decided(FilesPart.forget(clock.instant()));
        }
        total.set(database.read(sql -> sql.number(TOTAL)));
    }

    /** @throws StoreException if the database does not accept it */
    private boolean decided(FilesPart.FileChange change) {
        writer.commitAndWait(Unit.of(change));
        return change.outcome();
    }
}
