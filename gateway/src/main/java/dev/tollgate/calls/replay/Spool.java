package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.log.Event;
import dev.tollgate.calls.replay.Answers.KnownAnswer;
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
 * A response that passes through a sealed file: one writer at the upstream's pace, any number of readers, each at its own.
 *
 * <p>Model: the writer's bytes wait in memory until a worker has sealed and written them. From then on they can be read. The end of the response is
 * written first and becomes readable with {@link #publish}, when the charge that refers to it is durable. A spool ends once: by {@code publish}, by
 * {@link #finish} (a response that ended in an error within its stream) or by {@link #fail}.
 *
 * <p>Memory: at most {@value #WAITING_BYTES_MAX} bytes wait before {@link #full} pauses the writer. The latest {@value #RECENT_BYTES_MAX} bytes stay
 * in memory unsealed, so that readers who keep up read no file.
 *
 * <p>Concurrency: thread-safe. Its lock is held only to access its fields. One worker at a time does all work on the file ({@link SpoolWorker}).
 * Listeners are called without the lock, from any thread.
 */
public final class Spool {

    /** The largest response kept for retries. Readers of a longer one can read it to its end (decision D36). */
    public static final int KEPT_BYTES_MAX = 4 << 20;

    static final int WAITING_BYTES_MAX = 256 << 10;
    static final int RECENT_BYTES_MAX = 256 << 10;

    private static final Logger log = LoggerFactory.getLogger(Spool.class);

    /** The bytes or the state at a reader's place. */
    public sealed interface Found {}

    /** @param next the place after the piece */
    public record Piece(byte[] bytes, long next) implements Found {}

    /** Bytes that have to be {@link #read} from the file. */
    public record OnDisk() implements Found {}

    /** No bytes yet. */
    public record Nothing() implements Found {}

    /** The end of the response. */
    public record End() implements Found {}

    /** A failure. No bytes follow. */
    public record Failed(ApiError error) implements Found {}

    /**
     * The readable part of the file.
     *
     * @param end position after its last piece
     * @param bytes bytes of the body in it
     */
    private record Readable(long end, long bytes) {

        static Readable allOf(Pieces file) {
            return new Readable(file.end(), file.bodyBytes());
        }
    }

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
    private Readable readable = new Readable(0, 0);
    private boolean isBroken;
    private boolean rewinds;

    /**
     * A complete response on disk.
     *
     * @param bytes size of the file
     * @param hash hash of the file; null if the response is too large to keep
     * @param copy the sealed copy for other nodes; null if there is none
     */
    public record Ended(long bytes, @Nullable String hash, byte @Nullable [] copy) {}

    /** @param io runs blocking work, never within {@code execute} */
    public Spool(SpoolFolder folder, Executor io) {
        this.folder = folder;
        this.disk = new SpoolDisk(folder);
        this.worker = new SpoolWorker(io, this::step, this::breakDown);
    }

    // ---- write ----

    /** @param broken called once, on any thread, when the file can no longer be written */
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

    /** Writes some of the end, which is unreadable until {@link #publish}. */
    void appendToEnd(byte[] bytes) {
        synchronized (this) {
            if (isBroken || ending.isOver()) {
                return;
            }
            tail.add(bytes);
            waitingBytes += bytes.length;
        }
        worker.work();
    }

    /** Returns whether the writer should wait for {@link #onDrain}. */
    public synchronized boolean full() {
        return waitingBytes > WAITING_BYTES_MAX && !isBroken;
    }

    /** @param resume called once, on any thread, when there is room again */
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
     * Writes the last bytes of the end, and syncs it. It is unreadable until {@link #publish}.
     *
     * @param then receives, once, on any thread, the file's state; null if the end could not be written
     */
    public void end(byte[] last, Consumer<@Nullable Ended> then) {
        synchronized (this) {
            tail.add(last);
            waitingBytes += last.length;
            ending.ask(then);
        }
        worker.work();
    }

    /** Makes the end readable, after the charge is durable. @param keep whether a claim refers to the file */
    public void publish(boolean keep) {
        synchronized (this) {
            Pieces written = disk.file();
            if (written != null) {
                readable = Readable.allOf(written);
            }
            ending.complete(keep);
        }
        tellListeners();
        worker.work();
    }

    /** Removes the written end, because the charge did not become durable. The response must be ended in another way. */
    public void dropEnd() {
        synchronized (this) {
            tail.clear();
            ending.takeBack();
            recent.forgetFrom(readable.end());
            rewinds = true;
        }
    }

    /**
     * Ends a failed response with bytes that report the error.
     *
     * @param error the same error, for the case that the bytes cannot be written
     */
    public void finish(byte[] last, ApiError error) {
        synchronized (this) {
            ending.finish(error);
            waiting.add(last);
            waitingBytes += last.length;
        }
        worker.work();
    }

    /** Ends the spool with an error. Bytes that were readable stay readable. */
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

    /** Opens a kept response. Blocks. @throws IOException if the file is missing or differs from the kept response */
    public void open(KnownAnswer known) throws IOException {
        opened(known, folder.open(known));
    }

    /** Opens a kept response from its copy in the database, on a node without the file. @throws IOException if the copy is unreadable */
    public void open(KnownAnswer known, byte[] copy) throws IOException {
        opened(known, folder.open(known.taskId(), copy));
    }

    private void opened(KnownAnswer known, Pieces opened) {
        synchronized (this) {
            taskId = known.taskId();
            disk.opened(opened);
            head = opened.head();
            readable = Readable.allOf(opened);
            ending.complete(true);
        }
        tellListeners();
        worker.work();
    }

    // ---- read ----

    /**
     * Adds a reader.
     *
     * @param listener called, from any thread, whenever there may be more bytes, and once now
     * @return false if the response has ended and its last reader has left: the response has to be looked up again
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

    /**
     * Closes the spool of a response that has not begun, if it has no readers. Later callers look the response up again. @return whether it is closed
     */
    synchronized boolean closeIfUnread() {
        if (listeners.isEmpty()) {
            ending.close();
        }
        return ending.isClosed();
    }

    /** Removes a reader. The file is closed when the last one has left. */
    public void leave(Runnable listener) {
        synchronized (this) {
            listeners.remove(listener);
        }
        worker.work();
    }

    /** Returns the head of the response. Available once a piece or the end was found. */
    public synchronized SpoolHead head() {
        SpoolHead known = head;
        if (known == null) {
            throw new IllegalStateException("the answer has not begun");
        }
        return known;
    }

    /** Returns the number of readable bytes: all of them, if a whole body is readable at all. */
    public synchronized long visibleBytes() {
        return readable.bytes();
    }

    /** @param place 0 for the beginning, afterwards the {@code next} of the last piece */
    public synchronized Found at(long place) {
        Pieces written = disk.file();
        long position = place == 0 && written != null ? written.bodyStart() : place;
        if (position < readable.end()) {
            Piece piece = recent.at(position);
            return piece == null ? ON_DISK : piece;
        }
        ApiError failure = ending.failure();
        if (failure != null) {
            return new Failed(failure);
        }
        return ending.isOver() ? END : NOTHING;
    }

    /** Reads bytes that are {@link OnDisk}. Blocks; only between {@link #join} and {@link #leave}. */
    public Piece read(long place) throws IOException {
        Pieces written = disk.file();
        if (written == null) {
            throw new IOException("the spool is closed");
        }
        Pieces.Piece piece = written.read(place == 0 ? written.bodyStart() : place);
        return new Piece(piece.bytes(), piece.next());
    }

    // ---- what the worker does ----

    /** Does one piece of work. @return false if there is none */
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
            end = Math.max(readable.end(), target.bodyStart());
        }
        target.cutAt(end);
    }

    private synchronized @Nullable Runnable written(byte[] bytes, boolean visible, long at, SpoolFile target) {
        recent.add(at, new Piece(bytes, target.end()));
        waitingBytes = Math.max(0, waitingBytes - bytes.length);
        if (visible) {
            readable = Readable.allOf(target);
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
