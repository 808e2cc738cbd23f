package dev.tollgate.calls.replay;

import dev.tollgate.base.log.Event;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of a spool. Only the spool's worker writes it; any thread may read its state. */
final class SpoolDisk {

    /** The largest spool. No model's longest response comes near it. */
    static final long BYTES_MAX = 512L << 20;

    private static final Logger log = LoggerFactory.getLogger(SpoolDisk.class);

    private final SpoolFolder folder;
    private volatile @Nullable Pieces file;
    private String taskId = ""; // the worker's own

    SpoolDisk(SpoolFolder folder) {
        this.folder = folder;
    }

    /** Returns the file; null before the first piece and after the spool was closed. */
    @Nullable
    Pieces file() {
        return file;
    }

    void opened(Pieces known) {
        file = known;
    }

    SpoolFile begun(String taskId, SpoolHead head) throws IOException {
        if (file instanceof SpoolFile known) {
            return known;
        }
        SpoolFile created = folder.create(taskId, head);
        this.taskId = taskId;
        file = created;
        return created;
    }

    void write(SpoolFile target, byte[] bytes) throws IOException {
        if (target.bodyBytes() + bytes.length > BYTES_MAX) {
            throw new IOException("an answer of more than " + BYTES_MAX + " bytes");
        }
        target.write(bytes);
    }

    /** Syncs the file and returns the state to which a charge refers; null if it cannot be synced. */
    Spool.@Nullable Ended settle() {
        try {
            if (!(file instanceof SpoolFile written) || written.bodyBytes() > Spool.KEPT_BYTES_MAX) {
                return new Spool.Ended(0, null, null);
            }
            written.sync();
            return new Spool.Ended(written.end(), written.hash(), folder.copy(written));
        } catch (IOException e) {
            log.error(Event.SPOOL_FAILED, "the spool of {} cannot be synced", taskId, e);
            return null;
        }
    }

    void close() {
        Pieces open = file;
        file = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            log.warn(Event.SPOOL_FAILED, "a spool could not be closed", e);
        }
    }
}
