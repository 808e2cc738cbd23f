package dev.tollgate.answers;

import dev.tollgate.error.ApiError;
import dev.tollgate.fatal.Fatal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
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
 * <p>Concurrency: thread-safe. Its lock is held for looks at its fields only. All work on the file is done by one worker at a time,
 * which {@code io} runs; it takes what is to be done until there is nothing. Listeners are called without the lock, from any thread.
 */
public final class Spool {

    /** What is kept for a retry; a longer answer is read to its end by those who read it now (decision D36). */
    public static final int KEPT_BYTES_MAX = 4 << 20;

    /** No model's longest answer comes near it. */
    static final long BYTES_MAX = 512L << 20;

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
    private final Executor io;

    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private final Deque<byte[]> tail = new ArrayDeque<>();
    private final Map<Long, Piece> recent = new LinkedHashMap<>();
    private final Set<Runnable> listeners = new LinkedHashSet<>();

    private String taskId = "";
    private @Nullable Head head;
    private @Nullable Pieces file;
    private @Nullable Consumer<@Nullable Ended> ending;
    private @Nullable Runnable drained;
    private @Nullable Runnable broken;
    private @Nullable ApiError failure;
    private long waitingBytes;
    private long recentBytes;
    private long visibleEnd;
    private long visibleBytes;
    private boolean isBroken;
    private boolean tailWritten;
    private @Nullable ApiError finishing;
    private boolean rewinds;
    private boolean complete;
    private boolean unwanted;
    private boolean working;
    private boolean closed;

    /**
     * The whole answer is on disk.
     *
     * @param bytes of the file
     * @param hash of the file; null where the answer is too large to be kept
     * @param copy what other nodes are to read of it, sealed; null where there is none
     */
    public record Ended(long bytes, @Nullable String hash, byte @Nullable [] copy) {}

    private record Job(byte[] bytes, boolean visible) {}

    /** @param io runs what blocks; must not run it at once */
    public Spool(SpoolFolder folder, Executor io) {
        this.folder = folder;
        this.io = io;
    }

    // ---- write ----

    /** @param broken told once, on any thread, when the file can no longer be written */
    public void begin(String taskId, Head head, Runnable broken) {
        synchronized (this) {
            this.taskId = taskId;
            this.head = head;
            this.broken = broken;
        }
    }

    public void append(byte[] bytes) {
        synchronized (this) {
            if (isBroken || complete || failure != null) {
                return;
            }
            waiting.add(bytes);
            waitingBytes += bytes.length;
        }
        work();
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
            ending = then;
        }
        work();
    }

    /** The charge is durable: the end may be read. @param keep whether the file is referred to */
    public void publish(boolean keep) {
        synchronized (this) {
            Pieces written = file;
            if (written != null) {
                visibleEnd = written.end();
                visibleBytes = written.bodyBytes();
            }
            complete = true;
            unwanted = !keep;
        }
        tellListeners();
        work();
    }

    /** The charge did not become durable: the end is taken back. Something else has to end the answer. */
    public void dropEnd() {
        synchronized (this) {
            tail.clear();
            tailWritten = false;
            recent.keySet().removeIf(at -> at >= visibleEnd);
            recentBytes =
                    recent.values().stream().mapToLong(it -> it.bytes().length).sum();
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
            finishing = error;
            waiting.add(last);
            waitingBytes += last.length;
        }
        work();
    }

    /** Ends the spool with an error; what could be read until now still can. */
    public void fail(ApiError error) {
        synchronized (this) {
            if (complete || failure != null) {
                return;
            }
            failure = error;
            unwanted = head != null;
            waiting.clear();
            waitingBytes = 0;
        }
        tellListeners();
        work();
    }

    /** Makes this the spool of an answer that is kept. Blocks. @throws IOException when it is not there, or not what was kept */
    public void open(KnownAnswer known) throws IOException {
        opened(known, folder.open(known));
    }

    /** As above, from the copy in the database, for a node that does not have the file. @throws IOException when it is none */
    public void open(KnownAnswer known, byte[] copy) throws IOException {
        opened(known, folder.open(known.taskId(), copy));
    }

    private void opened(KnownAnswer known, Pieces opened) {
        synchronized (this) {
            taskId = known.taskId();
            file = opened;
            head = opened.head();
            visibleEnd = opened.end();
            visibleBytes = opened.bodyBytes();
            complete = true;
        }
        tellListeners();
        work();
    }

    // ---- read ----

    /**
     * @param listener called, from any thread, whenever there may be more; also when there was before
     * @return false where the answer has ended and its last reader has left: it has to be looked for anew
     */
    public boolean join(Runnable listener) {
        synchronized (this) {
            if (closed) {
                return false;
            }
            listeners.add(listener);
        }
        listener.run();
        return true;
    }

    /** Closes the spool of an answer that has not begun, where nobody reads it: who comes later looks anew. @return whether it is closed */
    synchronized boolean closeIfUnread() {
        closed = closed || listeners.isEmpty();
        return closed;
    }

    /** Reads no more. The file is closed when the last one has left. */
    public void leave(Runnable listener) {
        synchronized (this) {
            listeners.remove(listener);
        }
        work();
    }

    /** What stands before the bytes; there as soon as anything was found but nothing or a failure. */
    public synchronized Head head() {
        Head known = head;
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
        Pieces written = file;
        long position = place == 0 && written != null ? written.bodyStart() : place;
        if (position < visibleEnd) {
            Piece piece = recent.get(position);
            return piece == null ? ON_DISK : piece;
        }
        if (failure != null) {
            return new Failed(failure);
        }
        return complete ? END : NOTHING;
    }

    /** Reads what is {@link OnDisk}. Blocks; only between {@link #join} and {@link #leave}. */
    public Piece read(long place) throws IOException {
        Pieces written;
        synchronized (this) {
            written = file;
        }
        if (written == null) {
            throw new IOException("the spool is closed");
        }
        Pieces.Piece piece = written.read(place == 0 ? written.bodyStart() : place);
        return new Piece(piece.bytes(), piece.next());
    }

    // ---- the worker ----

    private void work() {
        synchronized (this) {
            if (working) {
                return;
            }
            working = true;
        }
        try {
            io.execute(this::workAside);
        } catch (RejectedExecutionException e) {
            log.debug("the spool of {} is left as it is: the program stops", taskId);
        }
    }

    private void workAside() {
        try {
            for (Job job = take(); job != null; job = take()) {
                write(job);
            }
        } catch (IOException | RuntimeException | Error e) {
            Fatal.check(e);
            log.error("the spool of {} cannot be written", taskId, e);
            breakDown();
        }
    }

    /** The next thing to write; where there is none, does what comes after and stops working. */
    private @Nullable Job take() throws IOException {
        while (true) {
            Runnable next;
            synchronized (this) {
                if (!waiting.isEmpty()) {
                    return new Job(joined(waiting), true);
                }
                if (!tail.isEmpty() && !tailWritten) {
                    return new Job(joined(tail), false);
                }
                next = afterwards();
                if (next == null) {
                    working = false;
                    return null;
                }
            }
            next.run();
        }
    }

    private @Nullable Runnable afterwards() {
        Consumer<@Nullable Ended> told = ending;
        if (told != null) {
            ending = null;
            tailWritten = true;
            return () -> told.accept(settled());
        }
        if (finishing != null && !complete && failure == null) {
            complete = true;
            unwanted = true;
            return this::tellListeners;
        }
        if (unwanted) {
            unwanted = false;
            return () -> folder.delete(List.of(taskId));
        }
        Pieces open = file;
        if (open != null && listeners.isEmpty() && (complete || failure != null)) {
            file = null;
            closed = true;
            return () -> close(open);
        }
        return null;
    }

    /** Up to a piece's bytes of what waits. */
    private static byte[] joined(Deque<byte[]> queue) {
        byte[] first = queue.remove();
        if (first.length > SpoolFile.PIECE_BYTES_MAX) {
            queue.addFirst(java.util.Arrays.copyOfRange(first, SpoolFile.PIECE_BYTES_MAX, first.length));
            return java.util.Arrays.copyOf(first, SpoolFile.PIECE_BYTES_MAX);
        }
        byte[] next = queue.peek();
        if (next == null || first.length + next.length > SpoolFile.PIECE_BYTES_MAX) {
            return first;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(first);
        while (next != null && all.size() + next.length <= SpoolFile.PIECE_BYTES_MAX) {
            all.writeBytes(queue.remove());
            next = queue.peek();
        }
        return all.toByteArray();
    }

    private void write(Job job) throws IOException {
        SpoolFile target = made();
        rewind(target);
        long at = target.end();
        if (target.bodyBytes() + job.bytes().length > BYTES_MAX) {
            throw new IOException("an answer of more than " + BYTES_MAX + " bytes");
        }
        target.write(job.bytes());
        Runnable resumed = written(job, at, target);
        if (resumed != null) {
            resumed.run();
        }
        if (job.visible()) {
            tellListeners();
        }
    }

    private SpoolFile made() throws IOException {
        if (file instanceof SpoolFile known) {
            return known;
        }
        SpoolFile created = folder.create(taskId, head());
        synchronized (this) {
            file = created;
        }
        return created;
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

    private synchronized @Nullable Runnable written(Job job, long at, SpoolFile target) {
        recent.put(at, new Piece(job.bytes(), target.end()));
        recentBytes += job.bytes().length;
        Iterator<Piece> oldest = recent.values().iterator();
        while (recentBytes > RECENT_BYTES_MAX) {
            recentBytes -= oldest.next().bytes().length;
            oldest.remove();
        }
        if (job.visible()) {
            waitingBytes = Math.max(0, waitingBytes - job.bytes().length);
            visibleEnd = target.end();
            visibleBytes = target.bodyBytes();
        }
        Runnable resume = full() ? null : drained;
        drained = resume == null ? drained : null;
        return resume;
    }

    private @Nullable Ended settled() {
        try {
            if (!(file instanceof SpoolFile written) || written.bodyBytes() > KEPT_BYTES_MAX) {
                return new Ended(0, null, null);
            }
            written.sync();
            return new Ended(written.end(), written.hash(), folder.copy(written));
        } catch (IOException e) {
            log.error("the spool of {} cannot be synced", taskId, e);
            return null;
        }
    }

    private static void close(Pieces file) {
        try {
            file.close();
        } catch (IOException e) {
            log.warn("a spool could not be closed", e);
        }
    }

    private void breakDown() {
        Runnable told;
        Consumer<@Nullable Ended> end;
        Runnable resume;
        ApiError last;
        synchronized (this) {
            isBroken = true;
            last = finishing;
            working = false;
            waiting.clear();
            tail.clear();
            waitingBytes = 0;
            told = broken;
            broken = null;
            end = ending;
            ending = null;
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
