package dev.tollgate.calls.jobs;

import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.Batches;
import dev.tollgate.jobs.JobChange;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.storage.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The lines of a batch that are still to be tried (J15, J16): those that wait go first, then the file's in their order. Confined to its batch's thread. */
public final class LineQueue {

    /** The files with the lines of batches. */
    public interface Inputs {

        @Nullable
        StoredFile find(Batch batch);

        InputStream from(StoredFile file, long place);

        /** Returns whether an account has room for further results. Blocks. */
        boolean hasRoom(String accountId);
    }

    /** The readers of all batches of a server: those used last stay in memory (J16). Thread-safe. */
    static final class Readers {

        private static final int MOST = 16;

        private final Map<LineQueue, LineReader> open = new LinkedHashMap<>(16, 0.75f, true);

        private synchronized @Nullable LineReader of(LineQueue queue) {
            return open.get(queue);
        }

        private synchronized void put(LineQueue queue, LineReader reader) {
            open.put(queue, reader);
            if (open.size() > MOST) {
                open.remove(open.keySet().iterator().next());
            }
        }

        private synchronized void remove(LineQueue queue) {
            open.remove(queue);
        }
    }

    /**
     * A line that is to be tried.
     *
     * @param bytes null for a line that was read before
     * @param hasRow whether it has had a hold
     * @param tries that have ended without an answer, and count
     * @param refusals of the provider, as far as this server knows them
     */
    record Next(int line, long place, byte @Nullable [] bytes, boolean hasRow, int tries, int refusals, Instant dueAt) {

        Next later(boolean hasARow, int moreTries, int moreRefusals, Instant due) {
            return new Next(line, place, null, hasARow, tries + moreTries, refusals + moreRefusals, due);
        }
    }

    /** A line cannot be read, since the input is gone. */
    static final class Gone extends Exception {

        private static final long serialVersionUID = 1;
    }

    private final Batch batch;
    private final Jobs jobs;
    private final Batches batches;
    private final Inputs inputs;
    private final Readers readers;
    private final PriorityQueue<Next> waiting = new PriorityQueue<>(Comparator.comparing(Next::dueAt));
    private final List<Batches.OpenLine> others = new ArrayList<>();
    private final BitSet begun;
    private @Nullable StoredFile input;
    private boolean hasReadAll;
    private long place;
    private int number;

    LineQueue(Batch batch, Jobs jobs, Batches batches, Inputs inputs, Readers readers) {
        this.batch = batch;
        this.jobs = jobs;
        this.batches = batches;
        this.inputs = inputs;
        this.readers = readers;
        Batches.Rows rows = batches.rows(batch.id());
        this.begun = rows.all();
        for (Batches.OpenLine each : rows.open()) {
            if (each.runs()) {
                others.add(each);
            } else {
                again(each);
            }
        }
    }

    private void again(Batches.OpenLine line) {
        Instant due = line.dueAt() == null ? Instant.EPOCH : line.dueAt();
        waiting.add(new Next(Math.toIntExact(line.line()), line.place(), null, true, line.tries(), 0, due));
    }

    /** Returns whether no line is left, but those that run here. */
    boolean isEmpty() {
        return hasReadAll && waiting.isEmpty() && others.isEmpty();
    }

    /** Returns whether lines run on servers that were gone when this began. */
    boolean hasOthers() {
        return !others.isEmpty();
    }

    /** Returns when the first line that waits is due; null if none waits. */
    @Nullable
    Instant firstDue() {
        Next first = waiting.peek();
        return first == null ? null : first.dueAt();
    }

    /** Lets a line wait. */
    void add(Next next) {
        waiting.add(next);
    }

    /** Takes the next line that is due; null if there is none now. @throws Gone if the input is gone */
    @Nullable
    Next next(Instant now) throws Gone {
        Next first = waiting.peek();
        if (first != null && !now.isBefore(first.dueAt())) {
            return waiting.poll();
        }
        return hasReadAll ? null : read();
    }

    /** Reads the next line without a row. */
    private @Nullable Next read() throws Gone {
        LineReader reader = readers.of(this);
        if (reader == null) {
            reader = new LineReader(inputs.from(input(), place), place, number);
            readers.put(this, reader);
        }
        try {
            for (Line line = reader.next(); line != null; line = reader.next()) {
                place = reader.place();
                number = line.number();
                if (!begun.get(number)) {
                    begun.set(number);
                    return new Next(number, line.place(), line.bytes(), false, 0, 0, Instant.EPOCH);
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        hasReadAll = true;
        close();
        return null;
    }

    /** Returns the bytes of a line. @throws Gone if the input is gone */
    byte[] bytes(Next next) throws Gone {
        if (next.bytes() != null) {
            return next.bytes();
        }
        try (InputStream in = inputs.from(input(), next.place())) {
            return Objects.requireNonNull(new LineReader(in, next.place(), next.line() - 1).next())
                    .bytes();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private StoreException unreadable(IOException e) {
        return new StoreException("the input of batch " + batch.id() + " cannot be read", e);
    }

    private StoredFile input() throws Gone {
        if (input == null) {
            input = inputs.find(batch);
        }
        if (input == null) {
            throw new Gone();
        }
        return input;
    }

    /** Lets lines wait whose servers are gone, once their holds are. Blocks. */
    void lookAtOthers() {
        List<Batches.OpenLine> before = List.copyOf(others);
        for (Batches.OpenLine each : before) {
            jobs.commit(new JobChange.Lost(batch.id(), each.line(), Objects.requireNonNull(each.callId())));
        }
        Map<Long, Batches.OpenLine> open = new HashMap<>();
        batches.rows(batch.id()).open().forEach(each -> open.put(each.line(), each));
        others.clear();
        for (Batches.OpenLine each : before) {
            Batches.OpenLine now = open.get(each.line());
            if (now != null && now.runs()) {
                others.add(now);
            } else if (now != null) {
                again(now);
            }
        }
    }

    /** Gives its reader back. */
    void close() {
        readers.remove(this);
    }
}
