package dev.tollgate.calls.files;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.Allowances.Allowance;
import dev.tollgate.books.allowances.PaidAccounts;
import dev.tollgate.calls.files.StoredFile.Announced;
import dev.tollgate.calls.files.StoredFile.Arrived;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.secrets.SecretBox;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Begins files, appends to them, finds, lists and deletes them. {@link FilesPart} writes; the other ideas of the store have a class each. */
public final class FileStore implements AutoCloseable {

    /** The time without a piece after which an upload makes room for the next one. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    /** The most uploads that an account may begin, files that it may delete and times that it may set in a minute, all together. */
    public static final int CHANGES_A_MINUTE = 600;

    /** The time that an upload waits for its next piece. */
    private static final Duration UPLOAD = Duration.ofHours(1);

    private static final Duration TOUCH_AFTER = Duration.ofDays(1);
    private static final int ID_BYTES = 16;

    static final String COLUMNS =
            "SELECT f.id, f.account_id, f.purpose, f.about, f.mime_type, f.bytes, f.written, f.sha256, f.created_at, f.expires_at, f.origin_id"
                    + " FROM stored_file f WHERE f.expires_at > ? AND f.purpose = ? ";
    private static final String BY_ID = COLUMNS + "AND f.id = ?";
    private static final String ONE = BY_ID + " AND f.account_id = ? AND " + FilesPart.READABLE;
    private static final String LIST = COLUMNS + "AND f.account_id = ? AND " + FilesPart.READABLE
            + " AND f.written = f.bytes ORDER BY f.created_at DESC, f.id LIMIT ? OFFSET ?";

    private final Database database;
    private final Writer writer;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Allowances allowances;
    private final FileRoom room;
    private final FileLimits limits;
    private final FilePieces pieces;
    private final FileErasure erasure;

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
        this.clock = clock;
        this.random = random;
        this.allowances = allowances;
        this.room = new FileRoom(bytesMax);
        this.limits = new FileLimits(database, paid, clock, room);
        this.pieces = new FilePieces(database, secrets);
        this.erasure = new FileErasure(database, writer, clock, room);
    }

    /** Returns the part that goes after the accounts'. */
    public static Part<?> part() {
        return new FilesPart();
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

    /** Returns the bytes of all files. */
    public FileRoom room() {
        return room;
    }

    /** Returns what refuses files. */
    public FileLimits limits() {
        return limits;
    }

    /** Returns what reads the content of files. */
    public FilePieces pieces() {
        return pieces;
    }

    /** Returns what deletes the pieces of files, and sweeps. */
    public FileErasure erasure() {
        return erasure;
    }

    /** Returns the inputs of batches. */
    public BatchInputs inputs() {
        return new BatchInputs(this, database, writer, clock);
    }

    /** Returns the files as the operator sees them. */
    public HeldFiles held() {
        return new HeldFiles(database, clock);
    }

    @Override
    public void close() {
        pieces.close();
    }

    // ---- to write ----

    /** Deletes uploads without a piece for a while, as many as the next one needs. */
    private void makeRoom(String accountId, FilePurpose purpose, long bytes) {
        long now = clock.millis();
        long idleSince = now + UPLOAD.toMillis() - IDLE.toMillis();
        for (String id : limits.makingRoom(accountId, purpose, bytes, now, idleSince)) {
            remove(FilesPart.abandon(id, idleSince), accountId, id);
        }
    }

    /**
     * Begins a file.
     *
     * @param announced its words are sealed; they have at most some KiB
     * @throws dev.tollgate.base.error.ApiException 429 without room
     */
    public StoredFile begin(String accountId, KeyOwner owner, FilePurpose purpose, Announced announced) {
        return begin(accountId, owner, purpose, announced, newId());
    }

    /** Draws an id. Does not block. */
    String newId() {
        byte[] drawn = new byte[ID_BYTES];
        random.nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }

    private StoredFile begin(String accountId, KeyOwner owner, FilePurpose purpose, Announced announced, String id) {
        if (purpose.isUploaded()) {
            makeRoom(accountId, purpose, announced.bytes());
        }
        if (!purpose.isPaid()) {
            limits.requireRoom(accountId, purpose, 1, announced.bytes());
        }
        long now = clock.millis();
        StoredFile begun = new StoredFile(
                id, accountId, owner.originId(), purpose, announced, now, new Arrived(0, "", now + UPLOAD.toMillis()));
        FilesPart.FileChange change =
                FilesPart.begin(begun, owner, pieces.sealedAbout(begun), purpose.isPaid() ? null : limits);
        if (!(purpose.isUploaded() ? counted(accountId, change) : change.commit(writer)).isDone()) {
            limits.requireRoom(accountId, purpose, 1, announced.bytes()); // others have come first
            throw new StoreException("a file of account " + accountId + " cannot begin");
        }
        return begun;
    }

    /**
     * Appends a piece.
     *
     * @param piece {@link FilePieces#PIECE_BYTES}, or the rest of the file
     * @return the file with the piece; null if it has another length by now, or is gone
     * @throws dev.tollgate.base.error.ApiException 429 if the files of all accounts leave no room for it
     */
    public @Nullable StoredFile append(StoredFile file, byte[] piece) {
        return append(file, piece, file.purpose().kept());
    }

    private @Nullable StoredFile append(StoredFile file, byte[] piece, Duration kept) {
        boolean isWhole = file.written() + piece.length == file.bytes();
        long expiresAt = clock.millis() + (isWhole ? kept : UPLOAD).toMillis();
        return append(file, piece, isWhole ? pieces.sha256(file, piece) : "", expiresAt, file.bytes());
    }

    /**
     * Ends a file with its last piece. From then on it has the bytes that have come, however many were announced.
     *
     * @param piece at most {@link FilePieces#PIECE_BYTES}
     * @param sha256 of all of it, in lower-case hex
     * @param kept how long the file is kept, from its beginning on
     * @return the whole file; otherwise as {@link #append}
     */
    public @Nullable StoredFile end(StoredFile file, byte[] piece, String sha256, Duration kept) {
        return append(file, piece, sha256, file.createdAt() + kept.toMillis(), file.written() + piece.length);
    }

    private @Nullable StoredFile append(StoredFile file, byte[] piece, String sha256, long expiresAt, long bytes) {
        long written = file.written() + piece.length;
        if (piece.length == 0
                || bytes > file.bytes()
                || piece.length != Math.min(FilePieces.PIECE_BYTES, bytes - file.written())) {
            throw new IllegalArgumentException("a piece of " + piece.length + " bytes at " + file.written());
        }
        limits.requireRoomForPiece(file.purpose(), piece.length);
        StoredFile grown = file.with(new Arrived(written, sha256, expiresAt), bytes);
        if (!FilesPart.append(file, grown, pieces.sealed(file, piece))
                .commit(writer)
                .isDone()) {
            return null;
        }
        room.add(file.purpose(), piece.length);
        return grown;
    }

    /**
     * Writes a whole file. It is gone again if that fails.
     *
     * @param content of exactly as many bytes as announced
     * @throws IOException if it cannot be read, or is shorter
     */
    public StoredFile write(
            String accountId, KeyOwner owner, FilePurpose purpose, Announced announced, InputStream content)
            throws IOException {
        return write(accountId, owner, purpose, announced, content, purpose.kept());
    }

    /** Writes a whole file. It is gone again if that fails. @param kept how long it is kept */
    public StoredFile write(
            String accountId,
            KeyOwner owner,
            FilePurpose purpose,
            Announced announced,
            InputStream content,
            Duration kept)
            throws IOException {
        return written(begin(accountId, owner, purpose, announced), owner, content, kept);
    }

    /** Writes a file that is kept with a response, under an id that was drawn before. */
    StoredFile keep(String accountId, KeyOwner owner, String id, long bytes, InputStream content) throws IOException {
        Announced announced = new Announced("", "application/octet-stream", bytes);
        StoredFile file = begin(accountId, owner, FilePurpose.KEPT, announced, id);
        return written(file, owner, content, FilePurpose.KEPT.kept());
    }

    private StoredFile written(StoredFile begun, KeyOwner owner, InputStream content, Duration kept)
            throws IOException {
        StoredFile file = begun;
        try {
            while (!file.isWhole()) {
                byte[] piece =
                        content.readNBytes((int) Math.min(FilePieces.PIECE_BYTES, file.bytes() - file.written()));
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
                remove(
                        FilesPart.delete(file.accountId(), owner, file.purpose(), file.id(), clock.millis()),
                        file.accountId(),
                        file.id());
            } catch (StoreException again) {
                e.addSuppressed(again); // the sweep deletes it
            }
            throw e;
        }
    }

    // ---- to find ----

    /** Returns a file, also if it is not whole; null if there is none that the key may read. @param reads the owner of the key */
    public @Nullable StoredFile find(String accountId, KeyOwner reads, FilePurpose purpose, String id) {
        return database.readFor(
                accountId,
                sql -> sql.one(
                        ONE, this::read, clock.millis(), purpose.code(), id, accountId, reads.id(), reads.originId()));
    }

    /** Finds a file by its id alone, which is a secret. @param reader who takes turns with the other readers */
    public @Nullable StoredFile find(String reader, FilePurpose purpose, String id) {
        return database.readFor(reader, sql -> sql.one(BY_ID, this::read, clock.millis(), purpose.code(), id));
    }

    /** Returns whole files that a key may read, the newest first. @param from the files to skip */
    public List<StoredFile> list(String accountId, KeyOwner reads, FilePurpose purpose, int from, int most) {
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

    StoredFile read(ResultSet row) throws SQLException {
        String id = row.getString(1);
        String accountId = row.getString(2);
        return new StoredFile(
                id,
                accountId,
                row.getString(11),
                FilePurpose.of(row.getString(3)),
                new Announced(pieces.about(row.getBytes(4), id, accountId), row.getString(5), row.getLong(6)),
                row.getLong(9),
                new Arrived(row.getLong(7), row.getString(8), row.getLong(10)));
    }

    // ---- to delete and keep ----

    /** Deletes a file. @param reads the owner of the key @return whether it was there, and the key may read it */
    public boolean delete(String accountId, KeyOwner reads, FilePurpose purpose, String id) {
        FilesPart.FileChange change = FilesPart.delete(accountId, reads, purpose, id, clock.millis());
        boolean isThere = (purpose.isPaid() ? change.commit(writer) : counted(accountId, change)).isDone();
        if (isThere) {
            erasure.erase(accountId, id);
        }
        return isThere;
    }

    /** Gives an upload up. @return whether it had not ended */
    public boolean cancel(StoredFile upload) {
        return remove(FilesPart.abandon(upload.id(), Long.MAX_VALUE), upload.accountId(), upload.id());
    }

    private boolean remove(FilesPart.FileChange change, String accountId, String id) {
        boolean isThere = change.commit(writer).isDone();
        if (isThere) {
            erasure.erase(accountId, id);
        }
        return isThere;
    }

    /** Notes that a file is in use, which keeps it as long as if it were new. @return the file */
    StoredFile used(StoredFile file, KeyOwner reads) {
        long now = clock.millis();
        long until = now + file.purpose().kept().toMillis();
        if (until - file.arrived().expiresAt() > TOUCH_AFTER.toMillis()) {
            FilesPart.keepUntil(file.accountId(), reads, file.purpose(), file.id(), now, until)
                    .commit(writer);
            Thread.ofVirtual().name("seal-anew").start(() -> pieces.sealAnew(file, writer));
        }
        return file;
    }

    /** Sets when a file expires. @param reads the owner of the key @return whether it is there, and the key may read it */
    public boolean keepUntil(String accountId, KeyOwner reads, FilePurpose purpose, String id, long expiresAt) {
        return counted(accountId, FilesPart.keepUntil(accountId, reads, purpose, id, clock.millis(), expiresAt))
                .isDone();
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
}
