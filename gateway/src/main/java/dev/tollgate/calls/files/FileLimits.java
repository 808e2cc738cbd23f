package dev.tollgate.calls.files;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.allowances.PaidAccounts;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The limits of stored files: of an account as its files were announced, and of all accounts as their pieces arrive ({@link FileRoom}). They apply in the
 * order of {@link Taken#lack}. Thread-safe; its methods block, except as they say.
 */
public final class FileLimits {

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

    /** The most bytes of the inputs and results of the jobs of an account: the part of {@link #SHARE_BYTES}, and of {@link #NEW_BYTES}. */
    private static final int JOBS_PART = 2;

    /** The charges that make an account a known one, in micro-credits: 100 credits. */
    private static final long KNOWN_MICROS = 100_000_000;

    /** The most uploads of an account that have begun and not ended. */
    public static final int BEGUN_MAX = 4;

    private static final String NO_ROOM =
            "The files of all accounts leave too little room on this server: an account may use as much as it leaves for the others. Please try again later.";

    private static final Duration COME_BACK = Duration.ofMinutes(1);

    private static final String IDLE = """
            SELECT id, purpose, bytes, written FROM stored_file
            WHERE account_id = ? AND purpose IN ('gemini', 'batch') AND written < bytes AND expires_at > ? AND expires_at <= ?
            ORDER BY expires_at LIMIT %d""".formatted(BEGUN_MAX);

    /** Four requests of an account write at the same time, and four wait. */
    private static final FairTurns.Bounds WRITERS = new FairTurns.Bounds(64, 4, 1_024, 4);

    private static final Duration TURN_MAX = Duration.ofSeconds(30);

    private final FairTurns turns = new FairTurns(WRITERS);
    private final Database database;
    private final PaidAccounts paid;
    private final InstantSource clock;
    private final FileRoom room;

    FileLimits(Database database, PaidAccounts paid, InstantSource clock, FileRoom room) {
        this.database = database;
        this.paid = paid;
        this.clock = clock;
        this.room = room;
    }

    /** The limit that leaves a file no room. */
    private enum Lack {
        SHARE,
        NEW_ACCOUNT,
        JOBS,
        CACHES,
        BEGUN,
        ROOM
    }

    /**
     * The part of its limits that the files of an account take. Files that were deleted, or have expired, count no more.
     *
     * @param bytes as announced, with the results of jobs
     * @param arrived the bytes that have arrived, with the results of jobs
     * @param begun the uploads that have not ended
     * @param jobs the bytes of inputs of batches, as announced, and of the requests and results of jobs
     * @param isKnown whether the account has bought credits, or was charged for as much
     */
    private record Taken(long files, long bytes, long arrived, long caches, long begun, long jobs, boolean isKnown) {

        private static final String SQL = """
                SELECT COUNT(*), COALESCE(SUM(bytes), 0), COALESCE(SUM(written), 0),
                    COALESCE(SUM(CASE WHEN purpose = 'cache' THEN 1 ELSE 0 END), 0),
                    COALESCE(SUM(CASE WHEN purpose IN ('gemini', 'batch') AND written < bytes THEN 1 ELSE 0 END), 0),
                    COALESCE(SUM(CASE WHEN purpose = 'batch' THEN bytes ELSE 0 END), 0),
                    (SELECT COALESCE(SUM(j.sealed_bytes), 0) FROM job j WHERE j.account_id = ? AND j.sealed_bytes > 0),
                    (SELECT COUNT(*) FROM account a WHERE a.id = ? AND a.consumed_micros >= ?)
                FROM stored_file WHERE account_id = ? AND expires_at > ?""";

        private static Taken of(Sql sql, PaidAccounts paid, String accountId, long now) throws SQLException {
            Taken taken = Objects.requireNonNull(sql.one(
                    SQL,
                    row -> new Taken(
                            row.getLong(1),
                            row.getLong(2) + row.getLong(7),
                            row.getLong(3) + row.getLong(7),
                            row.getLong(4),
                            row.getLong(5),
                            row.getLong(6) + row.getLong(7),
                            row.getLong(8) > 0),
                    accountId,
                    accountId,
                    KNOWN_MICROS,
                    accountId,
                    now));
            return !taken.isKnown() && paid.hasPaid(sql, accountId) ? taken.asKnown() : taken;
        }

        private Taken asKnown() {
            return new Taken(files, bytes, arrived, caches, begun, jobs, true);
        }

        private Taken without(Idle upload) {
            return new Taken(
                    files - 1,
                    bytes - upload.bytes(),
                    arrived - upload.written(),
                    caches,
                    begun - 1,
                    jobs - (upload.purpose() == FilePurpose.BATCH ? upload.bytes() : 0),
                    isKnown);
        }

        private long jobsMax() {
            return (isKnown ? SHARE_BYTES : NEW_BYTES) / JOBS_PART;
        }

        /** Returns what more files lack; null if they have room. The bytes of paid files are no more than an upper bound, so what is there already counts for the account. */
        private @Nullable Lack lack(FilePurpose purpose, int moreFiles, long moreBytes, FileRoom room) {
            if (files + moreFiles > SHARE_FILES || bytes + moreBytes > SHARE_BYTES) {
                return Lack.SHARE;
            }
            long its = bytes + (purpose.isPaid() ? 0 : moreBytes);
            if (!isKnown && its > NEW_BYTES) {
                return Lack.NEW_ACCOUNT;
            }
            if (purpose == FilePurpose.BATCH && jobs + moreBytes > jobsMax()) {
                return Lack.JOBS;
            }
            if (purpose == FilePurpose.CACHED_CONTENTS && caches >= SHARE_CACHES) {
                return Lack.CACHES;
            }
            if (purpose.isUploaded() && begun >= BEGUN_MAX) {
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
                        case JOBS ->
                            "The inputs and results of the account's batches, and its requests in the background, take %d bytes, and %d more are announced. Together they have room for %d bytes: delete some files, or wait."
                                    .formatted(jobs, moreBytes, jobsMax());
                        case CACHES ->
                            "The account has " + SHARE_CACHES
                                    + " cached contents, which is the most. Delete one, or wait until one expires.";
                        case BEGUN ->
                            "The account has " + BEGUN_MAX
                                    + " uploads that have begun and not ended, which is the most. End one, or give one of Google's clients up with"
                                    + " X-Goog-Upload-Command: cancel. One without a piece for a minute makes room for the next.";
                        case ROOM -> NO_ROOM;
                    };
            return ApiError.of(ErrorCode.RATE_LIMIT_EXCEEDED, message).retryAfter(COME_BACK);
        }
    }

    /** An upload that has had no piece for a while. */
    private record Idle(String id, FilePurpose purpose, long bytes, long written) {}

    private Taken taken(String accountId) {
        return database.readFor(accountId, sql -> Taken.of(sql, paid, accountId, clock.millis()));
    }

    /**
     * Refuses files that the account, or the server, has no room for.
     *
     * @throws dev.tollgate.base.error.ApiException 429 that names the limit
     */
    public void requireRoom(String accountId, FilePurpose purpose, int files, long bytes) {
        Taken taken = taken(accountId);
        Lack lack = taken.lack(purpose, files, bytes, room);
        if (lack != null) {
            throw taken.refusal(lack, files, bytes).asException();
        }
    }

    /** Returns the largest file for which the account, and the server, have room; 0 without any. */
    public long left(String accountId, FilePurpose purpose) {
        Taken taken = taken(accountId);
        long fits = 0;
        for (long step = Long.highestOneBit(FILE_BYTES_MAX); step > 0; step /= 2) {
            if (fits + step <= FILE_BYTES_MAX && taken.lack(purpose, 1, fits + step, room) == null) {
                fits += step;
            }
        }
        return fits;
    }

    /** Returns whether results of an account's jobs have room for so many bytes more. */
    public boolean hasRoomForResults(String accountId, long bytes) {
        Taken taken = taken(accountId);
        return taken.jobs() + bytes <= taken.jobsMax() && bytes <= room.left(FilePurpose.BATCH);
    }

    /** Refuses pieces that have no room any more, because files of others have arrived since the file began. @throws dev.tollgate.base.error.ApiException 429 */
    public void requireRoom(StoredFile file, long moreBytes) {
        Taken taken = taken(file.accountId());
        if (taken.arrived() + moreBytes > room.left(file.purpose()) - moreBytes) {
            throw taken.refusal(Lack.ROOM, 0, moreBytes).asException();
        }
    }

    /** Waits for an account's turn to write pieces. Blocks. @return to be closed @throws dev.tollgate.base.error.ApiException 429 if it does not come */
    public FairTurns.Turn turn(String accountId) {
        try {
            FairTurns.Turn turn = turns.enter(accountId, TURN_MAX.toNanos());
            if (turn == null) {
                throw ApiError.of(
                                ErrorCode.RATE_LIMIT_EXCEEDED,
                                "Four uploads of your account are being written at the moment. Please try again.")
                        .retryAfter(TURN_MAX)
                        .asException();
            }
            return turn;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Refuses a piece if the files of all accounts leave no room for it. Does not block. @throws dev.tollgate.base.error.ApiException 429 */
    void requireRoomForPiece(FilePurpose purpose, int bytes) {
        if (!purpose.isPaid() && bytes > room.left(purpose)) {
            throw ApiError.of(ErrorCode.RATE_LIMIT_EXCEEDED, NO_ROOM)
                    .retryAfter(COME_BACK)
                    .asException();
        }
    }

    /** Returns whether so many images can be kept with a response: these leave half of the room to other files. */
    boolean hasRoomToKeep(String accountId, int files, long bytes) {
        Taken taken = taken(accountId);
        return taken.files() + files <= SHARE_FILES / 2
                && taken.bytes() + bytes <= SHARE_BYTES / 2
                && taken.lack(FilePurpose.KEPT, files, bytes, room) == null;
    }

    /** Returns whether a file that begins has room, as its change is applied. */
    boolean leaves(Sql sql, StoredFile begun) throws SQLException {
        return Taken.of(sql, paid, begun.accountId(), begun.createdAt()).lack(begun.purpose(), 1, begun.bytes(), room)
                == null;
    }

    /**
     * Returns the uploads without a piece for a while that make room for the next one, as many as it needs; none if all of them would not suffice.
     *
     * @param purpose of the next one
     * @param bytes of the next one
     * @param idleSince when an upload expires at the latest that is idle
     */
    List<String> makingRoom(String accountId, FilePurpose purpose, long bytes, long now, long idleSince) {
        return database.readFor(accountId, sql -> {
            Taken taken = Taken.of(sql, paid, accountId, now);
            List<Idle> idle = taken.begun() == 0
                    ? List.of()
                    : sql.list(
                            IDLE,
                            row -> new Idle(
                                    row.getString(1), FilePurpose.of(row.getString(2)), row.getLong(3), row.getLong(4)),
                            accountId,
                            now,
                            idleSince);
            List<String> first = new ArrayList<>();
            for (Idle each : idle) {
                if (taken.lack(purpose, 1, bytes, room) == null) {
                    return first;
                }
                taken = taken.without(each);
                first.add(each.id());
            }
            return taken.lack(purpose, 1, bytes, room) == null ? first : List.of();
        });
    }
}
