package dev.tollgate.calls.files;

import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.StoreUnavailable;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The words and the pieces of files, each sealed for its place, file and account. Readers whose pieces many ask for take turns on threads of its own.
 * Thread-safe; reading blocks.
 */
public final class FilePieces implements AutoCloseable {

    /** The bytes of each piece but the last. */
    public static final int PIECE_BYTES = 256 << 10;

    /** An address may have 4,096 connections. */
    private static final FairTurns.Bounds OPENERS =
            new FairTurns.Bounds(Workers.halfOfTheCores(0, 0).atOnceMax(), 2, 16_384, 4_096);

    /** The longest wait for a turn. */
    private static final Duration TURN_MAX = Duration.ofMinutes(1);

    private static final String ABOUT = "SELECT about FROM stored_file WHERE id = ?";
    private static final String PIECE = "SELECT sealed FROM file_piece WHERE file_id = ? AND place = ?";
    private static final Logger log = LoggerFactory.getLogger(FileStore.class);

    private final Database database;
    private final SecretBox.Purpose sealing;
    private final Workers openers = new Workers(OPENERS, Workers.threads("open-file", 0));

    FilePieces(Database database, SecretBox secrets) {
        this.database = database;
        this.sealing = secrets.purpose("stored files");
    }

    private static String context(String id, String accountId) {
        return "file " + id + " of " + accountId;
    }

    private static String context(StoredFile file, long place) {
        return "piece " + place + " of " + context(file.id(), file.accountId());
    }

    // ---- to seal ----

    /** Seals the words of a file. Does not block. */
    byte[] sealedAbout(StoredFile file) {
        return sealing.seal(
                file.announced().about().getBytes(StandardCharsets.UTF_8), context(file.id(), file.accountId()));
    }

    /** Opens the words of a file. Does not block. */
    String about(byte[] sealed, String id, String accountId) {
        return new String(sealing.open(sealed, context(id, accountId)), StandardCharsets.UTF_8);
    }

    /** Seals the next piece of a file. Does not block. */
    byte[] sealed(StoredFile file, byte[] piece) {
        return sealing.seal(piece, context(file, file.written()));
    }

    /** Seals a file that is still used under the present sealing key, its words last (C19). If it is not finished, the next day's use goes on. */
    void sealAnew(StoredFile file, Writer writer) {
        try {
            byte[] about = database.read(sql -> sql.one(ABOUT, row -> row.getBytes(1), file.id()));
            if (about == null || !sealing.isOld(about)) {
                return;
            }
            for (long at = 0; at < file.bytes(); at += PIECE_BYTES) {
                long place = at;
                byte[] sealed = database.read(sql -> sql.one(PIECE, row -> row.getBytes(1), file.id(), place));
                if (sealed != null && sealing.isOld(sealed)) {
                    FilesPart.anew(file.id(), place, sealing.anew(sealed, context(file, place)))
                            .commit(writer);
                }
            }
            FilesPart.anew(file.id(), sealing.anew(about, context(file.id(), file.accountId())))
                    .commit(writer);
        } catch (StoreException e) {
            log.warn("file {} was not sealed again: {}", file.id(), e.getMessage());
        }
    }

    /** Returns the words and the pieces of files as they lie in the database. A piece ends with its file. */
    public static List<SealedValues> values() {
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

    // ---- to read ----

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
        return sealing.open(sealed, context(file, place));
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

    /** Reads a file from one of its bytes on, and holds one piece of it. Its methods throw {@link StoreException} as {@link #piece} does. */
    public InputStream from(StoredFile file, long place) {
        return new InputStream() {

            private long next = place;
            private long opened = -1;
            private byte[] piece = {};

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] to, int from, int count) {
                if (next >= file.bytes()) {
                    return -1;
                }
                int skipped = (int) (next % PIECE_BYTES);
                if (opened != next - skipped) {
                    opened = next - skipped;
                    piece = piece(file, opened);
                }
                int some = Math.min(count, piece.length - skipped);
                System.arraycopy(piece, skipped, to, from, some);
                next += some;
                return some;
            }
        };
    }

    /** Returns the SHA-256 of a file with its last piece. It reads the earlier pieces again: another server may have written them. */
    String sha256(StoredFile file, byte[] last) {
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
     * Reads a piece when it is the reader's turn: to open one keeps a core busy, and many are asked for at a time.
     *
     * @param reader an account, or a network
     * @param place the offset of its first byte, a multiple of {@link #PIECE_BYTES}
     * @throws StoreException if it is gone, was changed, or too many wait
     */
    public byte[] inTurn(String reader, StoredFile file, long place) throws InterruptedException {
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
}
