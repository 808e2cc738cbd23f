package dev.tollgate.calls.replay;

import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.calls.replay.ClaimKey.ClaimPart;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Reads;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds responses by name, and provides the claims' parts of the writer's work. Reads block and see everything committed before.
 *
 * @param shareBytesMax what the answers of one account may take on disk
 */
public record Answers(Database database, long shareBytesMax) {

    /** The most disk space for one account's responses (decision D36). */
    public static final long SHARE_BYTES_MAX = 256L << 20;

    private static final String KEPT_AT = "SELECT settled_at FROM kept_answer WHERE task_id = ? AND state = 'kept'";

    private static final String FIND =
            "SELECT body_hash, task_id, state, bytes, hash FROM kept_answer WHERE key_id = ? AND name_hash = ?";
    private static final String IS_KNOWN = "SELECT 1 FROM kept_answer WHERE task_id = ? AND state <> 'dropped'";

    private static final String COPY = "SELECT sealed_copy FROM kept_answer WHERE task_id = ? AND state = 'kept'";
    private static final String RUNNING = "SELECT task_id FROM kept_answer WHERE state = 'running' AND task_id IN (%s)";

    public Answers(Database database) {
        this(database, SHARE_BYTES_MAX);
    }

    /** Returns the part that runs before the ledger, whose reservations depend on the claims. */
    public Part<?> claimPart() {
        return new ClaimPart();
    }

    /** Returns the part that runs after the ledger, whose outcomes it reads. */
    public Part<?> part() {
        return new AnswerPart(shareBytesMax);
    }

    /** Finds a known response. Look-ups take turns by key, of which callers cannot make more. */
    public Optional<KnownAnswer> find(AnswerName name) {
        return database.readFor(
                name.keyId(),
                sql -> Optional.ofNullable(sql.one(
                        FIND,
                        row -> new KnownAnswer(
                                row.getString(1),
                                row.getString(2),
                                KnownAnswer.State.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
                                row.getLong(4),
                                row.getString(5)),
                        name.keyId(),
                        name.nameHash())));
    }

    /** Returns the copy that another node has stored of a kept response; null if there is none. Reads take turns by key. */
    byte @Nullable [] copy(AnswerName name, String taskId) {
        return database.<byte @Nullable []>readFor(name.keyId(), sql -> sql.one(COPY, row -> row.getBytes(1), taskId));
    }

    /** Returns the tasks whose claims are not resolved. @param taskIds at least one, at most some ten thousand */
    Set<String> running(Set<String> taskIds) {
        String places = String.join(", ", Collections.nCopies(taskIds.size(), "?"));
        return database.read(sql -> {
            try (PreparedStatement select = sql.prepare(RUNNING.formatted(places))) {
                int place = 1;
                for (String taskId : taskIds) {
                    select.setString(place++, taskId);
                }
                Set<String> running = new HashSet<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        running.add(row.getString(1));
                    }
                }
                return running;
            }
        });
    }

    /** Returns whether a task's spool may be needed: its call runs, or its response is kept. */
    boolean isKnown(String taskId) {
        return database.read(sql -> sql.has(IS_KNOWN, taskId));
    }

    /** A change of a claim that follows from the ledger's decision in the same unit. */
    public sealed interface AnswerChange extends Change
            permits ConfirmClaim, KeepAnswer, FreeClaim, FreeAbandoned, ForgetOld {}

    /**
     * Gives a claim up where the reservation was refused: a refused call leaves nothing behind.
     *
     * @param claim of the same unit
     * @param reserve of the same unit
     */
    public record ConfirmClaim(ClaimKey claim, Reserve reserve) implements AnswerChange {}

    /**
     * Frees the key of a call that ended in an error and a full refund: the retry is a new call. Does nothing if the reservation had
     * ended before.
     *
     * @param release of the same unit
     */
    public record FreeClaim(Release release) implements AnswerChange {}

    /**
     * Frees the keys of calls whose owner has died (decision D34).
     *
     * @param expired of the same unit
     */
    public record FreeAbandoned(ReleaseAbandoned expired) implements AnswerChange {}

    /**
     * Forgets answers that were settled before a time, the oldest first and so many at most. The outcome is the ids of their tasks: the
     * spools can be deleted.
     */
    public static final class ForgetOld extends Decision<List<String>> implements AnswerChange {

        private final Instant before;
        private final int answersMax;

        public ForgetOld(Instant before, int answersMax) {
            this.before = before;
            this.answersMax = answersMax;
        }

        Instant before() {
            return before;
        }

        int answersMax() {
            return answersMax;
        }

        void made(List<String> forgotten) {
            decide(forgotten);
        }
    }

    /** The name under which a response is kept. Two API keys never share one, whatever their callers send (guarantee S-09). */
    public record AnswerName(String keyId, String nameHash) implements Comparable<AnswerName> {

        private static final Comparator<AnswerName> ORDER =
                Comparator.comparing(AnswerName::keyId).thenComparing(AnswerName::nameHash);

        @Override
        public int compareTo(AnswerName other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * The state of the response under a name.
     *
     * @param bodyHash of the request that claimed it
     * @param taskId of the call that answered it; also names the spool
     * @param bytes of the spool's file; 0 unless kept
     * @param hash SHA-256 of the spool's file in lower-case hex; null unless kept
     */
    public record KnownAnswer(
            String bodyHash,
            String taskId,
            State state,
            long bytes,
            @Nullable String hash) {

        /** The progress of the call. */
        public enum State {
            /** The call is not settled. New callers with the key follow it. */
            RUNNING,
            /** Charged, and its answer can be given again. */
            KEPT,
            /** Charged, but the response is gone: it was too large, or the account's share was full. */
            DROPPED
        }
    }

    /** Returns when the answer of a call was stored; null if none is. */
    public static @Nullable Instant keptAt(Reads sql, String callId) throws SQLException {
        return sql.one(KEPT_AT, row -> Columns.time(row, 1), callId);
    }

    /** Returns the stored responses of an account, for the export and the erasure of accounts: they stay until they expire. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                "kept-answers.csv",
                "responses stored under an Idempotency-Key, without their content",
                "kept_answer a",
                "a.account_id = :account",
                "a.key_id a.task_id a.created_at a.state a.settled_at a.bytes",
                "a.key_id a.name_hash"));
    }
}
