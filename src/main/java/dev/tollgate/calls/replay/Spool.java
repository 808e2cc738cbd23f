package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.log.Event;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer on its way through a sealed file: one writes, at the upstream's pace, any number read, each at its own.
 *
 * <p>Model: the writer's bytes wait in memory until a worker has sealed and written them; from then on they can be read. The answer's
 * end is written first and read only after {@link #publish}, when the charge that refers to it is durable. A spool ends once: by
 * {@code publish}, by {@link #finish} (an answer that ended in an error within its stream) or by {@link #fail}.
 *
 * <p>Memory: at most {@value #WAITING_BYTES_MAX} bytes wait before {@link #full} holds the writer back, and the latest {@value
 * #RECENT_BYTES_MAX} bytes are remembered in plain, so that readers who keep up read no file.
 *
 * <p>Concurrency: thread-safe. Its lock is held for looks at its fields only. All work on the file is done by one worker at a time
 * ({@link SpoolWorker}). Listeners are called without the lock, from any thread.
 */
public final class Spool {

    /** What is kept for a retry; a longer answer is read to its end by those who read it now (decision D36). */
    public static final int KEPT_BYTES_MAX = 4 << 20;

    static final int WAITING_BYTES_MAX = 256 << 10;
    static final int RECENT_BYTES_MAX = 256 << 10;

    private static final Logger log = LoggerFactory.getLogger(Spool.class);

    /** What a reader finds at its place. */
    public sealed interface Found {}

    /** @param next the place after it */
    public record Piece(byte[] bytes, long next) implements Found {}

    /** It is there, but has to be {@link #read} from the file. */
    public record OnDisk() implements Found {}

    /** Nothing yet. */
    public record Nothing() implements Found {}

    /** All has been read. */
    public record End() implements Found {}

    /** There will be no more. */
    public record Failed(ApiError error) implements Found {}

    private static final OnDisk ON_DISK = new OnDisk();
    private static final Nothing NOTHING = new Nothing();
    private static final End END = new End();

    private final SpoolFolder folder;
    private final SpoolDisk disk;
    private final SpoolWorker worker;

    private final PieceQueue waiting = new PieceQueue();
    private final PieceQueue tail = new PieceQueue();
    private final RecentPieces recent = new RecentPieces(RECENT_BYTES_MAX);
    private final SpoolEnd ending = new SpoolEnd();
    private final Set<Runnable> listeners = new LinkedHashSet<>();

    private String taskId = "";
    private @Nullable SpoolHead head;
    private @Nullable Runnable drained;
    private @Nullable Runnable broken;
    private long waitingBytes;
    private long visibleEnd;
    private long visibleBytes;
    private boolean isBroken;
    private boolean rewinds;

    /**
     * The whole answer is on disk.
     *
     * @param bytes of the file
     * @param hash of the file; null where the answer is too large to be kept
     * @param copy what other nodes are to read of it, sealed; null where there is none
     */
    public record Ended(long bytes, @Nullable String hash, byte @Nullable [] copy) {}

    /** @param io runs what blocks; must not run it at once */
    public Spool(SpoolFolder folder, Executor io) {
        this.folder = folder;
        this.disk = new SpoolDisk(folder);
        this.worker = new SpoolWorker(io, this::step, this::breakDown);
    }

    // ---- write ----

    /** @param broken told once, on any thread, when the file can no longer be written */
    public void begin(String taskId, SpoolHead head, Runnable broken) {
        synchronized (this) {
            this.taskId = taskId;
            this.head = head;
            this.broken = broken;
        }
    }

    public void append(byte[] bytes) {
        synchronized (this) {
            if (isBroken || ending.isOver()) {
                return;
            }
            waiting.add(bytes);
            waitingBytes += bytes.length;
        }
        worker.work();
    }

    /** Whether the writer should wait for {@link #onDrain}. */
    public synchronized boolean full() {
        return waitingBytes > WAITING_BYTES_MAX && !isBroken;
    }

    /** @param resume runs once, on any thread, when there is room again */
    public void onDrain(Runnable resume) {
        synchronized (this) {
            if (full()) {
                drained = resume;
                return;
            }
        }
        resume.run();
    }

    /**
     * The end of the answer: written and synced now, read by nobody before {@link #publish}.
     *
     * @param then told once, on any thread, what is on disk; null where it could not be written
     */
    public void end(byte[] last, Consumer<@Nullable Ended> then) {
        synchronized (this) {
            tail.add(last);
            ending.ask(then);
        }
        worker.work();
    }

    /** The charge is durable: the end may be read. @param keep whether the file is referred to */
    public void publish(boolean keep) {
        synchronized (this) {
            Pieces written = disk.file();
            if (written != null) {
                visibleEnd = written.end();
                visibleBytes = written.bodyBytes();
            }
            ending.complete(keep);
        }
        tellListeners();
        worker.work();
    }

    /** The charge did not become durable: the end is taken back. Something else has to end the answer. */
    public void dropEnd() {
        synchronized (this) {
            tail.clear();
            ending.takeBack();
            recent.forgetFrom(visibleEnd);
            rewinds = true;
        }
    }

    /**
     * Ends an answer that came to nothing with bytes that say so.
     *
     * @param error what they say, for the case that they cannot be written
     */
    public void finish(byte[] last, ApiError error) {
        synchronized (this) {
            ending.finish(error);
            waiting.add(last);
            waitingBytes += last.length;
        }
        worker.work();
    }

    /** Ends the spool with an error; what could be read until now still can. */
    public void fail(ApiError error) {
        synchronized (this) {
            if (ending.isOver()) {
                return;
            }
            ending.fail(error, head != null);
            waiting.clear();
            waitingBytes = 0;
        }
        tellListeners();
        worker.work();
    }

    /** Makes this the spool of an answer that is kept. Blocks. @throws IOException when it is not there, or not what was kept */
    public void open(KnownAnswer known) throws IOException {
        opened(known, folder.open(known));
    }

    /** As above, from the copy in the database, for a node that does not have the file. @throws IOException when it cannot be read as one */
    public void open(KnownAnswer known, byte[] copy) throws IOException {
        opened(known, folder.open(known.taskId(), copy));
    }

    private void opened(KnownAnswer known, Pieces opened) {
        synchronized (this) {
            taskId = known.taskId();
            disk.opened(opened);
            head = opened.head();
            visibleEnd = opened.end();
            visibleBytes = opened.bodyBytes();
            ending.complete(true);
        }
        tellListeners();
        worker.work();
    }

    // ---- read ----

    /**
     * @param listener called, from any thread, whenever there may be more; also when there was before
     * @return false where the answer has ended and its last reader has left: it has to be looked for anew
     */
    public boolean join(Runnable listener) {
        synchronized (this) {
            if (ending.isClosed()) {
                return false;
            }
            listeners.add(listener);
        }
        listener.run();
        return true;
    }

    /** Closes the spool of an answer that has not begun, where nobody reads it: who comes later looks anew. @return whether it is closed */
    synchronized boolean closeIfUnread() {
        if (listeners.isEmpty()) {
            ending.close();
        }
        return ending.isClosed();
    }

    /** Reads no more. The file is closed when the last one has left. */
    public void leave(Runnable listener) {
        synchronized (this) {
            listeners.remove(listener);
        }
        worker.work();
    }

    /** What stands before the bytes; there as soon as anything was found but nothing or a failure. */
    public synchronized SpoolHead head() {
        SpoolHead known = head;
        if (known == null) {
            throw new IllegalStateException("the answer has not begun");
        }
        return known;
    }

    /** Bytes that can be read; all of them once a whole body can be read at all. */
    public synchronized long visibleBytes() {
        return visibleBytes;
    }

    /** @param place 0 for the beginning, then what the last piece gave */
    public synchronized Found at(long place) {
        Pieces written = disk.file();
        long position = place == 0 && written != null ? written.bodyStart() : place;
        if (position < visibleEnd) {
            Piece piece = recent.at(position);
            return piece == null ? ON_DISK : piece;
        }
        ApiError failure = ending.failure();
        if (failure != null) {
            return new Failed(failure);
        }
        return ending.isOver() ? END : NOTHING;
    }

    /** Reads what is {@link OnDisk}. Blocks; only between {@link #join} and {@link #leave}. */
    public Piece read(long place) throws IOException {
        Pieces written = disk.file();
        if (written == null) {
            throw new IOException("the spool is closed");
        }
        Pieces.Piece piece = written.read(place == 0 ? written.bodyStart() : place);
        return new Piece(piece.bytes(), piece.next());
    }

    // ---- what the worker does ----

    /** One piece of work. @return false where there is none */
    private boolean step() throws IOException {
        byte[] bytes;
        boolean visible;
        SpoolEnd.Due due = null;
        synchronized (this) {
            visible = !waiting.isEmpty();
            if (visible) {
                bytes = waiting.next();
            } else if (!tail.isEmpty() && !ending.isWritten()) {
                bytes = tail.next();
            } else {
                bytes = null;
                due = ending.due(disk.file() != null && listeners.isEmpty());
            }
        }
        if (bytes != null) {
            write(bytes, visible);
        } else if (due != null) {
            carryOut(due);
        }
        return bytes != null || due != null;
    }

    private void carryOut(SpoolEnd.Due due) {
        switch (due) {
            case SpoolEnd.Tell tell -> tell.told().accept(disk.settle());
            case SpoolEnd.Show _ -> tellListeners();
            case SpoolEnd.Delete _ -> folder.delete(List.of(taskId));
            case SpoolEnd.Close _ -> disk.close();
        }
    }

    private void write(byte[] bytes, boolean visible) throws IOException {
        SpoolFile target = disk.begun(taskId, head());
        rewind(target);
        long at = target.end();
        disk.write(target, bytes);
        Runnable resumed = written(bytes, visible, at, target);
        if (resumed != null) {
            resumed.run();
        }
        if (visible) {
            tellListeners();
        }
    }

    private void rewind(SpoolFile target) throws IOException {
        long end;
        synchronized (this) {
            if (!rewinds) {
                return;
            }
            rewinds = false;
            end = Math.max(visibleEnd, target.bodyStart());
        }
        target.cutAt(end);
    }

    private synchronized @Nullable Runnable written(byte[] bytes, boolean visible, long at, SpoolFile target) {
        recent.add(at, new Piece(bytes, target.end()));
        if (visible) {
            waitingBytes = Math.max(0, waitingBytes - bytes.length);
            visibleEnd = target.end();
            visibleBytes = target.bodyBytes();
        }
        Runnable resume = full() ? null : drained;
        drained = resume == null ? drained : null;
        return resume;
    }

    private void breakDown(Throwable cause) {
        log.error(Event.SPOOL_FAILED, "the spool of {} cannot be written", taskId, cause);
        Runnable told;
        Consumer<@Nullable Ended> end;
        Runnable resume;
        ApiError last;
        synchronized (this) {
            isBroken = true;
            last = ending.finishing();
            waiting.clear();
            tail.clear();
            waitingBytes = 0;
            told = broken;
            broken = null;
            end = ending.giveUp();
            resume = drained;
            drained = null;
        }
        if (resume != null) {
            resume.run();
        }
        if (end != null) {
            end.accept(null);
        }
        if (told != null) {
            told.run();
        }
        if (last != null) {
            fail(last);
        }
    }

    private void tellListeners() {
        List<Runnable> told;
        synchronized (this) {
            told = List.copyOf(listeners);
        }
        told.forEach(Runnable::run);
    }
}
