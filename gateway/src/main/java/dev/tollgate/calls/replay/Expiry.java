package dev.tollgate.calls.replay;

import dev.tollgate.base.log.Event;
import dev.tollgate.calls.replay.Answers.ForgetOld;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets answers after their time, rows and spools. Blocks; one at a time. */
public record Expiry(Writer writer, Answers answers, SpoolFolder folder, InstantSource clock) {

    /** The time for which a response is kept (decision D36). */
    public static final Duration KEPT = Duration.ofHours(24);

    /** The interval between runs. */
    public static final Duration EVERY = Duration.ofMinutes(1);

    /** Rows that one unit of work touches: the writer has other things to do. */
    static final int BATCH = 500;

    private static final Logger log = LoggerFactory.getLogger(Expiry.class);

    /** @throws dev.tollgate.storage.StoreException when the store does not take it; the next time may */
    public void forgetOld() {
        List<String> forgotten;
        do {
            ForgetOld forget = new ForgetOld(clock.instant().minus(KEPT), BATCH);
            writer.commitAndWait(Unit.of(forget));
            forgotten = forget.outcome();
            folder.delete(forgotten);
        } while (forgotten.size() == BATCH);
    }

    /** The interval between searches for spools without a claim. */
    public static final Duration ORPHANS_EVERY = Duration.ofHours(1);

    /** Deletes the spools that a crash left, and those whose claims another node has deleted. */
    public void deleteOrphans() {
        try {
            folder.deleteOrphans(answers);
        } catch (IOException e) {
            log.warn(Event.SPOOL_FAILED, "the folder of spools cannot be read", e);
        }
    }
}
