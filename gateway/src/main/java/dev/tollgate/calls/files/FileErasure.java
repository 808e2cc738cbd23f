package dev.tollgate.calls.files;

import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.time.InstantSource;

/** Deletes the pieces of deleted and expired files, a few in each unit, so that changes of others go between them. Thread-safe; its methods block. */
public final class FileErasure {

    /** The interval between sweeps. */
    public static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    /** The time that files of a blocked account are kept. */
    private static final Duration BLOCKED = Duration.ofHours(1);

    /** The deletion of pieces: one step at a time, and each account has its turn. */
    private static final FairTurns.Bounds ERASERS = new FairTurns.Bounds(1, 1, 1_024, 64);

    private static final Duration ERASE_WAIT = Duration.ofSeconds(30);

    private static final String OF_BLOCKED = """
            SELECT DISTINCT f.account_id FROM stored_file f JOIN account a ON a.id = f.account_id
            WHERE a.blocked = 1 AND f.expires_at > ?""";

    private final Database database;
    private final Writer writer;
    private final InstantSource clock;
    private final FileRoom room;
    private final FairTurns erasing = new FairTurns(ERASERS);

    FileErasure(Database database, Writer writer, InstantSource clock, FileRoom room) {
        this.database = database;
        this.writer = writer;
        this.clock = clock;
        this.room = room;
    }

    /** Deletes the pieces of a deleted file. What it leaves, the sweep deletes. */
    void erase(String accountId, String id) {
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
        FilesPart.Done done = step.commit(writer);
        if (done.of() != null) {
            room.add(done.of(), -done.amount());
        }
        return done.isDone();
    }

    /** Forgets expired files, some pieces in each unit, and counts what is left. Files of blocked accounts expire within an hour. */
    public void sweep() {
        long until = clock.millis() + BLOCKED.toMillis();
        for (String account : database.read(sql -> sql.list(OF_BLOCKED, row -> row.getString(1), until))) {
            FilesPart.shorten(account, until).commit(writer);
        }
        boolean isMore = true;
        while (isMore) {
            isMore = FilesPart.forget(clock.instant()).commit(writer).isDone();
        }
        room.count(database);
    }
}
