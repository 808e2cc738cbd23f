package dev.tollgate.app;

import dev.tollgate.base.log.Event;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.ShutOut;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps programs away that would misread these books: the start shuts them out, or one of the next looks if older servers are still running. Each
 * look is on a thread of its own, one at a time.
 */
final class OlderServers {

    static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(OlderServers.class);

    private final Database database;
    private final Writer writer;
    private volatile boolean isDone;
    private @Nullable String told;
    private List<String> misreading = List.of();

    OlderServers(Database database, Writer writer) {
        this.database = database;
        this.writer = writer;
    }

    /** Shuts older programs out, unless one of them is running; and names those that run in spite of that. Blocks. */
    void look() {
        if (!isDone) {
            shutOut();
        }
        if (!writer.isEmbedded()) {
            alarm();
        }
    }

    private void alarm() {
        try {
            List<String> now = ShutOut.misreading(database);
            if (!now.isEmpty() && !now.equals(misreading)) {
                log.error(
                        Event.OLDER_SERVER,
                        "ALARM: servers of an older version misread rows of this database: {}. Stop them now.",
                        String.join(", ", now));
            }
            misreading = now;
        } catch (StoreException e) {
            // Without the database they do no harm; the next look comes in a minute.
        }
    }

    private void shutOut() {
        try {
            ShutOut shutOut = new ShutOut();
            writer.commitAndWait(Unit.of(shutOut));
            List<String> older = shutOut.outcome();
            isDone = older.isEmpty();
            if (!isDone) {
                tell("servers of an older version misread prices or members: " + String.join(", ", older)
                        + "; replace them");
            }
        } catch (StoreException e) {
            tell("older programs could not be shut out: " + e.getMessage());
        }
    }

    /** Logs each sentence once. */
    private void tell(String sentence) {
        if (!sentence.equals(told)) {
            told = sentence;
            log.warn(sentence);
        }
    }
}
