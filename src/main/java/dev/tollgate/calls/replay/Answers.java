package dev.tollgate.calls.replay;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds responses by name, and provides the claims' parts of the writer's work. Reads block and see everything committed before. */
public final class Answers {

    /** The most disk space for one account's responses (decision D36). */
    public static final long SHARE_BYTES_MAX = 256L << 20;

    private static final String FIND =
            "SELECT body_hash, task_id, state, bytes, hash FROM kept_answer WHERE key_id = ? AND name_hash = ?";
    private static final String IS_KNOWN = "SELECT 1 FROM kept_answer WHERE task_id = ? AND state <> 'dropped'";

    private static final String COPY = "SELECT sealed_copy FROM kept_answer WHERE task_id = ? AND state = 'kept'";
    private static final String RUNNING = "SELECT task_id FROM kept_answer WHERE state = 'running' AND task_id IN (%s)";

    private final Database database;
    private final long shareBytesMax;

    public Answers(Database database) {
        this(database, SHARE_BYTES_MAX);
    }

    /** @param shareBytesMax what the answers of one account may take on disk */
    public Answers(Database database, long shareBytesMax) {
        this.database = database;
        this.shareBytesMax = shareBytesMax;
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
}
