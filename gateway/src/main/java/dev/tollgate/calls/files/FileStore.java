package dev.tollgate.calls.files;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.Allowances.Allowance;
import dev.tollgate.books.allowances.PaidAccounts;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.StoreUnavailable;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.secrets.SealedValues;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins files, appends to them, and finds, reads, deletes and forgets them. {@link FilesPart} writes. */
public final class FileStore implements AutoCloseable {

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

    /** The most bytes of an account that has neither bought credits nor been charged {@link #KNOWN_MICROS}. */
    public static final long NEW_BYTES = 64L << 20;

    /** The charges that make an account a known one, in micro-credits: 100 credits. */
    private static final long KNOWN_MICROS = 100_000_000;

    /** The most uploads of an account that have begun and not ended. */
    public static final int BEGUN_MAX = 4;

    /** The time without a piece after which an upload makes room for the next one. */
    static final Duration IDLE = Duration.ofMinutes(1);

    /** The most uploads that an account may begin, files that it may delete and times that it may set in a minute, all together. */
    public static final int CHANGES_A_MINUTE = 600;

    /** The time that files of a blocked account are kept. */
    static final Duration BLOCKED = Duration.ofHours(1);

    /** The most accounts in a list of those with files. */
    private static final int HOLDERS_MAX = 100;

    /** The interval between sweeps. */
    public static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    /** The time that an upload waits for its next piece. */
    private static final Duration UPLOAD = Duration.ofHours(1);

    /** An address may have 4,096 connections. */
    private static final FairTurns.Bounds OPENERS =
            new FairTurns.Bounds(Workers.halfOfTheCores(0, 0).atOnceMax(), 2, 16_384, 4_096);

    /** The longest wait for a turn. */
    private static final Duration TURN_MAX = Duration.ofMinutes(1);

    /** The deletion of pieces: one step at a time, and each account has its turn. */
    private static final FairTurns.Bounds ERASERS = new FairTurns.Bounds(1, 1, 1_024, 64);

    private static final Duration ERASE_WAIT = Duration.ofSeconds(30);

    private static final String NO_ROOM =
            "The files of all accounts leave too little room on this server: an account may use as much as it leaves for the others. Please try again later.";

    private static final Duration TOUCH_AFTER = Duration.ofDays(1);
    private static final Duration COME_BACK = Duration.ofMinutes(1);
    private static final int ID_BYTES = 16;
    /** The condition of a key that reads. Takes the owner's id, and the key's first id. */
    static final String READABLE = "(f.owner = ? OR f.origin_id = ?)";

    private static final String COLUMNS =
            "SELECT f.id, f.account_id, f.purpose, f.about, f.mime_type, f.bytes, f.written, f.sha256, f.created_at, f.expires_at, f.origin_id"
                    + " FROM stored_file f WHERE f.expires_at > ? AND f.purpose = ? ";
    private static final String BY_ID = COLUMNS + "AND f.id = ?";
    private static final String ONE = BY_ID + " AND f.account_id = ? AND " + READABLE;
    private static final String LIST = COLUMNS + "AND f.account_id = ? AND " + READABLE
            + " AND f.written = f.bytes ORDER BY f.created_at DESC, f.id LIMIT ? OFFSET ?";
    private static final Logger log = LoggerFactory.getLogger(FileStore.class);

    private static final String ABOUT = "SELECT about FROM stored_file WHERE id = ?";
    private static final String PIECE = "SELECT sealed FROM file_piece WHERE file_id = ? AND place = ?";
    private static final String TOTAL = "SELECT purpose, SUM(written) FROM stored_file GROUP BY purpose";
    private static final String IDLE_ONES = """
            SELECT id, bytes, written FROM stored_file
            WHERE account_id = ? AND purpose = 'gemini' AND written < bytes AND expires_at > ? AND expires_at <= ?
            ORDER BY expires_at LIMIT %d""".formatted(BEGUN_MAX);
    private static final String OF_BLOCKED = """
            SELECT DISTINCT f.account_id FROM stored_file f JOIN account a ON a.id = f.account_id
            WHERE a.blocked = 1 AND f.expires_at > ?""";
    private static final String HOLDERS = """
            SELECT account_id, COUNT(*), SUM(written) FROM stored_file WHERE expires_at > ?
            GROUP BY account_id ORDER BY SUM(written) DESC, account_id LIMIT %d""".formatted(HOLDERS_MAX);
    private static final String OF_ACCOUNT = """
            SELECT id, purpose, mime_type, bytes, written, created_at, expires_at FROM stored_file
            WHERE account_id = ? AND expires_at > ? ORDER BY bytes DESC, id""";

    private final Database database;
    private final Writer writer;
    private final SecretBox.Purpose sealing;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Workers openers = new Workers(OPENERS, Workers.threads("open-file", 0));
    private final Allowances allowances;
    private final PaidAccounts paid;
    private final Room room;
    private final FairTurns erasing = new FairTurns(ERASERS);

    /** The reasons for which the platform stores a file; a caller does not choose one. */
    public enum Purpose {
        /** Uploaded by Google's clients. */
        GEMINI("gemini", Duration.ofHours(48)),
        /** Made by a model, for who has the address. */
        MADE("made", Duration.ofMinutes(60)),
        /** Made by a model, and kept with a response until that is unused for so long. */
        KEPT("kept", Duration.ofDays(30)),
        /** The beginnings of prompts, as Google's clients create and name them; each has a time of its own. */
        CACHED_CONTENTS("cache", Duration.ofHours(1));

        private final String code;
        private final Duration kept;

        Purpose(String code, Duration kept) {
            this.code = code;
            this.kept = kept;
        }

        public String code() {
            return code;
        }

        static Purpose of(String code) {
            return Arrays.stream(values())
                    .filter(it -> it.code.equals(code))
                    .findAny()
                    .orElseThrow(() -> new StoreException("a file of an unknown purpose"));
        }

        /** Returns whether a charged call has made the file, so that its room costs something. */
        private boolean isPaid() {
            return this == MADE || this == KEPT;
        }
    }

    /** The bytes of all files that have arrived: those at the last sweep, and what this server has written and deleted since. Thread-safe. */
    static final class Room {

        private final long bytesMax;
        private final AtomicLongArray arrived = new AtomicLongArray(Purpose.values().length);

        Room(long bytesMax) {
            this.bytesMax = bytesMax;
        }

        private void add(Purpose purpose, long bytes) {
            arrived.addAndGet(purpose.ordinal(), bytes);
        }

        long bytes(Purpose purpose) {
            return arrived.get(purpose.ordinal());
        }

        private long all() {
            return Arrays.stream(Purpose.values()).mapToLong(this::bytes).sum();
        }

        /** Returns what more a purpose may take. A quarter is for images by address alone: their calls are paid for. */
        long left(Purpose purpose) {
            long all = all();
            return purpose == Purpose.MADE
                    ? bytesMax - all
                    : Math.min(bytesMax - all, bytesMax / 4 * 3 - (all - bytes(Purpose.MADE)));
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
     * @param originId the first id of the key that made it
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
            long expiresAt,
            String originId) {

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

    /** The limit that leaves a file no room. */
    private enum Lack {
        SHARE,
        NEW_ACCOUNT,
        CACHES,
        BEGUN,
        ROOM
    }

    /**
     * The part of its limits that the files of an account take. Files that were deleted, or have expired, count no more.
     *
     * @param bytes as announced
     * @param arrived the bytes that have arrived
     * @param begun the uploads that have not ended
     * @param isKnown whether the account has bought credits, or was charged for as much
     */
    record Taken(long files, long bytes, long arrived, long caches, long begun, boolean isKnown) {

        private static final String SQL = """
                SELECT COUNT(*), COALESCE(SUM(bytes), 0), COALESCE(SUM(written), 0),
                    COALESCE(SUM(CASE WHEN purpose = 'cache' THEN 1 ELSE 0 END), 0),
                    COALESCE(SUM(CASE WHEN purpose = 'gemini' AND written < bytes THEN 1 ELSE 0 END), 0),
                    (SELECT COUNT(*) FROM account a WHERE a.id = ? AND a.consumed_micros >= ?)
                FROM stored_file WHERE account_id = ? AND expires_at > ?""";

        static Taken of(Sql sql, PaidAccounts paid, String accountId, long now) throws SQLException {
            Taken taken = Objects.requireNonNull(sql.one(
                    SQL,
                    row -> new Taken(
                            row.getLong(1),
                            row.getLong(2),
                            row.getLong(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getLong(6) > 0),
                    accountId,
                    KNOWN_MICROS,
                    accountId,
                    now));
            return !taken.isKnown() && paid.hasPaid(sql, accountId) ? taken.asKnown() : taken;
        }

        private Taken asKnown() {
            return new Taken(files, bytes, arrived, caches, begun, true);
        }

        private Taken without(Idle upload) {
            return new Taken(files - 1, bytes - upload.bytes(), arrived - upload.written(), caches, begun - 1, isKnown);
        }

        boolean leaves(Purpose purpose, long moreBytes, Room room) {
            return lack(purpose, 1, moreBytes, room) == null;
        }

        /** Returns what more files lack; null if they have room. The bytes of paid files are no more than an upper bound, so what is there already counts for the account. */
        private @Nullable Lack lack(Purpose purpose, int moreFiles, long moreBytes, Room room) {
            if (files + moreFiles > SHARE_FILES || bytes + moreBytes > SHARE_BYTES) {
                return Lack.SHARE;
            }
            long its = bytes + (purpose.isPaid() ? 0 : moreBytes);
            if (!isKnown && its > NEW_BYTES) {
                return Lack.NEW_ACCOUNT;
            }
            if (purpose == Purpose.CACHED_CONTENTS && caches >= SHARE_CACHES) {
                return Lack.CACHES;
            }
            if (purpose == Purpose.GEMINI && begun >= BEGUN_MAX) {
                return Lack.BEGUN;
            }
            return its > room.left(purpose) - (bytes - arrived) - moreBytes ? Lack.ROOM : null;
        }

        private ApiError refusal(Lack lack, int moreFiles, long moreBytes) {
            String message =
                    switch (lack) {
                        case SHARE ->
                            "The account has %d stored files with %d bytes, so %d more with up to %d bytes exceed its %d files or %d bytes. Images are kept for an hour, uploaded files for 48 hours: delete some, or wait."
                                    .formatted(files, bytes, moreFiles, moreBytes, SHARE_FILES, SHARE_BYTES);
                        case NEW_ACCOUNT ->
                            "The account has %d bytes of stored files, and %d more are announced. Until it has bought credits or been charged 100 credits, it has room for %d bytes: delete some files, or wait."
                                    .formatted(bytes, moreBytes, NEW_BYTES);
                        case CACHES ->
                            "The account has " + SHARE_CACHES
                                    + " cached contents, which is the most. Delete one, or wait until one expires.";
                        case BEGUN ->
                            "The account has " + BEGUN_MAX
                                    + " uploads that have begun and not ended, which is the most. End one, or give it up with X-Goog-Upload-Command: cancel."
                                    + " One without a piece for a minute makes room for the next.";
                        case ROOM -> NO_ROOM;
                    };
            return ApiError.of(ErrorCode.RATE_LIMIT_EXCEEDED, message).retryAfter(COME_BACK);
        }
    }

    /** An upload that has had no piece for a while. */
    private record Idle(String id, long bytes, long written) {}

    /** @param bytesMax what the files of all accounts may take */
    public FileStore(
            Database database,
            Writer writer,
            SecretBox secrets,
            InstantSource clock,
            SecureRandom random,
            Allowances allowances,
            PaidAccounts paid,
            long bytesMax) {
        this.database = database;
        this.writer = writer;
        this.sealing = secrets.purpose("stored files");
        this.clock = clock;
        this.random = random;
        this.allowances = allowances;
        this.paid = paid;
        this.room = new Room(bytesMax);
    }

    /** Returns the part that goes after the accounts'. */
    public static Part<?> part() {
        return new FilesPart();
    }

    // ---- to write ----

    /** Returns whether so many images can be kept with a response: these leave half of the room to other files. Blocks. */
    boolean hasRoomToKeep(String accountId, int files, long bytes) {
        Taken taken = taken(accountId);
        return taken.files() + files <= SHARE_FILES / 2
                && taken.bytes() + bytes <= SHARE_BYTES / 2
                && taken.lack(Purpose.KEPT, files, bytes, room) == null;
    }

    private Taken taken(String accountId) {
        return database.readFor(accountId, sql -> Taken.of(sql, paid, accountId, clock.millis()));
    }

    /**
     * Refuses files that the account, or the server, has no room for.
     *
     * @throws dev.tollgate.base.error.ApiException 429 that names the limit
     */
    public void requireRoom(String accountId, Purpose purpose, int files, long bytes) {
        Taken taken = taken(accountId);
        Lack lack = taken.lack(purpose, files, bytes, room);
        if (lack != null) {
            throw taken.refusal(lack, files, bytes).asException();
        }
    }

    /** Refuses pieces that have no room any more, because files of others have arrived since the file began. @throws dev.tollgate.base.error.ApiException 429 */
    public void requireRoom(StoredFile file, long moreBytes) {
        Taken taken = taken(file.accountId());
        if (taken.arrived() + moreBytes > room.left(file.purpose()) - moreBytes) {
            throw taken.refusal(Lack.ROOM, 0, moreBytes).asException();
        }
    }

    /** Deletes uploads without a piece for a while, as many as the next one needs. */
    private void makeRoom(String accountId, long bytes) {
        long now = clock.millis();
        long idleSince = now + UPLOAD.toMillis() - IDLE.toMillis();
        List<Idle> gone = database.readFor(accountId, sql -> {
            Taken taken = Taken.of(sql, paid, accountId, now);
            List<Idle> idle = taken.begun() == 0
                    ? List.of()
                    : sql.list(
                            IDLE_ONES,
                            row -> new Idle(row.getString(1), row.getLong(2), row.getLong(3)),
                            accountId,
                            now,
                            idleSince);
            List<Idle> first = new ArrayList<>();
            for (Idle each : idle) {
                if (taken.lack(Purpose.GEMINI, 1, bytes, room) == null) {
                    return first;
                }
                taken = taken.without(each);
                first.add(each);
            }
            return taken.lack(Purpose.GEMINI, 1, bytes, room) == null ? first : List.of();
        });
        for (Idle each : gone) {
            if (decided(FilesPart.abandon(each.id(), idleSince)).isDone()) {
                erase(accountId, each.id());
            }
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
        if (purpose == Purpose.GEMINI) {
            makeRoom(accountId, bytes);
        }
        if (!purpose.isPaid()) {
            requireRoom(accountId, purpose, 1, bytes);
        }
        long now = clock.millis();
        StoredFile begun = new StoredFile(
                id, accountId, purpose, about, mimeType, bytes, 0, "", now, now + UPLOAD.toMillis(), owner.originId());
        byte[] sealed = sealing.seal(about.getBytes(StandardCharsets.UTF_8), begun.context());
        FilesPart.FileChange change = FilesPart.begin(begun, owner, sealed, purpose.isPaid() ? null : room, paid);
        if (!(purpose == Purpose.GEMINI ? counted(accountId, change) : decided(change)).isDone()) {
            requireRoom(accountId, purpose, 1, bytes); // others have come first
            throw new StoreException("a file of account " + accountId + " cannot begin");
        }
        return begun;
    }

    /**
     * Appends a piece.
     *
     * @param piece {@link #PIECE_BYTES}, or the rest of the file
     * @return the file with the piece; null if it has another length by now, or is gone
     * @throws dev.tollgate.base.error.ApiException 429 if the files of all accounts leave no room for it
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
        if (!file.purpose().isPaid() && piece.length > room.left(file.purpose())) {
            throw ApiError.of(ErrorCode.RATE_LIMIT_EXCEEDED, NO_ROOM)
                    .retryAfter(COME_BACK)
                    .asException();
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
                clock.millis() + (isWhole ? kept : UPLOAD).toMillis(),
                file.originId());
        byte[] sealed = sealing.seal(piece, file.context(file.written()));
        if (!decided(FilesPart.append(file, after, sealed)).isDone()) {
            return null;
        }
        room.add(file.purpose(), piece.length);
        return after;
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
                remove(FilesPart.delete(file.accountId(), owner, file.purpose(), file.id(), clock.millis()), file);
            } catch (StoreException again) {
                e.addSuppressed(again); // the sweep deletes it
            }
            throw e;
        }
    }

    // ---- to find ----

    /** Returns a file, also if it is not whole; null if there is none that the key may read. @param reads the owner of the key */
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

    /** Returns whole files that a key may read, the newest first. @param from the files to skip */
    public List<StoredFile> list(String accountId, KeyOwner reads, Purpose purpose, int from, int most) {
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
                        most,
                        from));
    }

    private StoredFile read(ResultSet row) throws SQLException {
        String id = row.getString(1);
        String accountId = row.getString(2);
        return new StoredFile(
                id,
                accountId,
                Purpose.of(row.getString(3)),
                new String(sealing.open(row.getBytes(4), StoredFile.context(id, accountId)), StandardCharsets.UTF_8),
                row.getString(5),
                row.getLong(6),
                row.getLong(7),
                row.getString(8),
                row.getLong(9),
                row.getLong(10),
                row.getString(11));
    }

    /**
     * Reads a piece.
     *
     * @param place the offset of its first byte, a multiple of {@link #PIECE_BYTES}
     * @throws StoreException if it is gone, or was changed
     */
    public byte[] piece(StoredFile file, long place) {
        return piece(file.accountId(), file, place);
    }

    private byte[] piece(String reader, StoredFile file, long place) {
        byte[] sealed = database.readFor(reader, sql -> sql.one(PIECE, row -> row.getBytes(1), file.id(), place));
        if (sealed == null) {
            throw new StoreException("piece " + place + " of file " + file.id() + " is gone");
        }
        return sealing.open(sealed, file.context(place));
    }

    /** Reads all of a file. @throws StoreException if a piece is gone, or was changed */
    public byte[] whole(StoredFile file) {
        byte[] bytes = new byte[Math.toIntExact(file.bytes())];
        for (int at = 0; at < bytes.length; at += PIECE_BYTES) {
            byte[] piece = piece(file, at);
            System.arraycopy(piece, 0, bytes, at, piece.length);
        }
        return bytes;
    }

    /**
     * Reads a piece on a thread of the store's own, when it is the reader's turn: to open one keeps a core busy, and many are asked for at a time. Blocks.
     *
     * @param reader an account, or a network
     * @param place the offset of its first byte, a multiple of {@link #PIECE_BYTES}
     * @throws StoreException if it is gone, was changed, or too many wait
     */
    public byte[] pieceInTurn(String reader, StoredFile file, long place) throws InterruptedException {
        Workers.Job<byte[]> job = openers.start(reader, _ -> piece(reader, file, place));
        if (job == null) {
            throw new StoreUnavailable("too many pieces of files are being read");
        }
        try {
            return job.result().get(TURN_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            job.cancel();
            throw e;
        } catch (TimeoutException e) {
            job.cancel();
            throw new StoreUnavailable("a piece of a file was not read in time", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoreException known
                    ? known
                    : new IllegalStateException("a piece could not be read", e.getCause());
        }
    }

    /** Lets the threads end. */
    @Override
    public void close() {
        openers.close();
    }

    // ---- for the operator ----

    /** The bytes that have arrived for a purpose, as this server knows them. Does not block. */
    public long bytes(Purpose purpose) {
        return room.bytes(purpose);
    }

    /** Returns what all files together may take. */
    public long bytesMax() {
        return room.bytesMax;
    }

    /** An account with files. @param bytes those that have arrived */
    public record Holder(String accountId, long files, long bytes) {}

    /** Returns the accounts with files, those with the most bytes first; at most {@value #HOLDERS_MAX}. Blocks. */
    public List<Holder> holders() {
        return database.read(sql ->
                sql.list(HOLDERS, row -> new Holder(row.getString(1), row.getLong(2), row.getLong(3)), clock.millis()));
    }

    /** A file without its words. Parameters as of {@link StoredFile}. */
    public record Held(
            String id, Purpose purpose, String mimeType, long bytes, long written, long createdAt, long expiresAt) {}

    /** Returns the files of an account, the largest first. Blocks. */
    public List<Held> held(String accountId) {
        return database.readFor(
                accountId,
                sql -> sql.list(
                        OF_ACCOUNT,
                        row -> new Held(
                                row.getString(1),
                                Purpose.of(row.getString(2)),
                                row.getString(3),
                                row.getLong(4),
                                row.getLong(5),
                                row.getLong(6),
                                row.getLong(7)),
                        accountId,
                        clock.millis()));
    }

    /** A deletion to commit. @param files their number, once it is committed */
    public record Removal(Change change, IntSupplier files) {}

    /** Returns a change that deletes a file of an account, or all of them. The sweep frees their room within a minute. @param id null for all */
    public Removal removal(String accountId, @Nullable String id) {
        FilesPart.FileChange change = FilesPart.remove(accountId, id, clock.millis());
        return new Removal(change, () -> (int) change.outcome().amount());
    }

    // ---- to forget ----

    /** Deletes a file. @param reads the owner of the key @return whether it was there, and the key may read it */
    public boolean delete(String accountId, KeyOwner reads, Purpose purpose, String id) {
        FilesPart.FileChange change = FilesPart.delete(accountId, reads, purpose, id, clock.millis());
        boolean isThere = (purpose.isPaid() ? decided(change) : counted(accountId, change)).isDone();
        if (isThere) {
            erase(accountId, id);
        }
        return isThere;
    }

    /** Gives an upload up. @return whether it had not ended */
    public boolean cancel(StoredFile upload) {
        return remove(FilesPart.abandon(upload.id(), Long.MAX_VALUE), upload);
    }

    private boolean remove(FilesPart.FileChange change, StoredFile file) {
        boolean isThere = decided(change).isDone();
        if (isThere) {
            erase(file.accountId(), file.id());
        }
        return isThere;
    }

    /** Deletes the pieces of a deleted file, a few in each unit, so that changes of others go between them. What it leaves, the sweep deletes. */
    private void erase(String accountId, String id) {
        try {
            boolean isMore = true;
            while (isMore) {
                try (FairTurns.Turn turn = erasing.enter(accountId, ERASE_WAIT.toNanos())) {
                    isMore = turn != null && erased(FilesPart.erase(id));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean erased(FilesPart.FileChange step) {
        FilesPart.Done done = decided(step);
        if (done.of() != null) {
            room.add(done.of(), -done.amount());
        }
        return done.isDone();
    }

    /** Notes that a file is in use, which keeps it as long as if it were new. @return the file */
    StoredFile used(StoredFile file, KeyOwner reads) {
        long now = clock.millis();
        long until = now + file.purpose().kept.toMillis();
        if (until - file.expiresAt() > TOUCH_AFTER.toMillis()) {
            decided(FilesPart.keepUntil(file.accountId(), reads, file.purpose(), file.id(), now, until));
            Thread.ofVirtual().name("seal-anew").start(() -> sealAnew(file));
        }
        return file;
    }

    /** Seals a file that is still used under the present sealing key, its words last (C19). If it is not finished, the next day's use goes on. */
    private void sealAnew(StoredFile file) {
        try {
            byte[] about = database.read(sql -> sql.one(ABOUT, row -> row.getBytes(1), file.id()));
            if (about == null || !sealing.isOld(about)) {
                return;
            }
            for (long at = 0; at < file.bytes(); at += PIECE_BYTES) {
                long place = at;
                byte[] sealed = database.read(sql -> sql.one(PIECE, row -> row.getBytes(1), file.id(), place));
                if (sealed != null && sealing.isOld(sealed)) {
                    decided(FilesPart.anew(file.id(), place, sealing.anew(sealed, file.context(place))));
                }
            }
            String context = StoredFile.context(file.id(), file.accountId());
            decided(FilesPart.anew(file.id(), sealing.anew(about, context)));
        } catch (StoreException e) {
            log.warn("file {} was not sealed again: {}", file.id(), e.getMessage());
        }
    }

    /** Returns the words and the pieces of files as they lie in the database. A piece ends with its file. */
    public static List<SealedValues> sealed() {
        return List.of(
                SealedValues.ending(
                        "stored files",
                        "about",
                        false,
                        "stored_file",
                        "expires_at",
                        Duration.ZERO,
                        "UPDATE stored_file SET expires_at = 1 WHERE id IN"
                                + " (SELECT id FROM stored_file WHERE expires_at > 1 AND %s LIMIT 500)"),
                SealedValues.ending(
                        "pieces of stored files",
                        "file_piece.sealed",
                        false,
                        "file_piece JOIN stored_file ON stored_file.id = file_piece.file_id",
                        "stored_file.expires_at",
                        Duration.ZERO,
                        null));
    }

    /** Sets when a file expires. @param reads the owner of the key @return whether it is there, and the key may read it */
    public boolean keepUntil(String accountId, KeyOwner reads, Purpose purpose, String id, long expiresAt) {
        return counted(accountId, FilesPart.keepUntil(accountId, reads, purpose, id, clock.millis(), expiresAt))
                .isDone();
    }

    /** Forgets expired files, some pieces in each unit, and counts what is left. Files of blocked accounts expire within an hour. */
    public void sweep() {
        long until = clock.millis() + BLOCKED.toMillis();
        for (String account : database.read(sql -> sql.list(OF_BLOCKED, row -> row.getString(1), until))) {
            decided(FilesPart.shorten(account, until));
        }
        boolean isMore = true;
        while (isMore) {
            isMore = decided(FilesPart.forget(clock.instant())).isDone();
        }
        long[] arrived = new long[Purpose.values().length];
        database.read(sql -> {
            sql.each(TOTAL, row -> arrived[Purpose.of(row.getString(1)).ordinal()] = row.getLong(2));
            return arrived;
        });
        for (Purpose purpose : Purpose.values()) {
            room.arrived.set(purpose.ordinal(), arrived[purpose.ordinal()]);
        }
    }

    /** Commits a change that a caller makes, whose number is limited. @throws dev.tollgate.base.error.ApiException 429 */
    private FilesPart.Done counted(String accountId, FilesPart.FileChange change) {
        List<Allowance> changes =
                List.of(allowances.of("file-changes", accountId, CHANGES_A_MINUTE, Duration.ofMinutes(1)));
        Duration wait = allowances.wait(changes);
        if (wait.isZero()) {
            Allowances.Use use = allowances.using(changes);
            FilesPart.FileChange allowed = change.onlyIf(use::isAllowed);
            writer.commitAndWait(Unit.of(use, allowed));
            if (use.isAllowed()) {
                return allowed.outcome();
            }
            wait = use.outcome();
        }
        throw ApiError.of(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        "The account has begun, deleted or changed " + CHANGES_A_MINUTE
                                + " uploads and cached contents within a minute, which is the most.")
                .retryAfter(wait)
                .asException();
    }

    /** @throws StoreException if the database does not accept it */
    private FilesPart.Done decided(FilesPart.FileChange change) {
        writer.commitAndWait(Unit.of(change));
        return change.outcome();
    }

    /** Returns the files of an account, for the export and the erasure of accounts. They are up to 1 GiB, which the sweep deletes in small steps. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                        "stored-files.csv",
                        "uploaded files, and images that models made, without their content",
                        "stored_file f",
                        "f.account_id = :account",
                        "f.id f.purpose f.mime_type f.bytes f.written f.sha256 f.created_at f.expires_at f.owner",
                        "f.id"))
                .with(RowErasure.ofAccount("UPDATE stored_file SET expires_at = 0 WHERE account_id = ?"));
    }
}
