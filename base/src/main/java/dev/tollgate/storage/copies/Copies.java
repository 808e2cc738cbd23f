package dev.tollgate.storage.copies;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.host.FileThreads;
import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.copies.CopyFolder.Copy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the books into a folder again and again (C31): first by one statement into the data folder's own {@code copy/}, then, without a handle of the
 * books, as one stream into the folder. A folder that fails or hangs holds up this thread alone.
 */
public final class Copies implements AutoCloseable {

    /** The name of the value with the installation's id, by which its subfolder is called. */
    public static final String BOOKS = "books";

    /** The name of the value with the name of the last copy, written before the copy is; {@link LastCopy} is written after it. */
    static final String LAST = "copy.last";

    /** The code of the trouble that an operator can end by saying that the folder is new. */
    public static final String MISSING = "missing";

    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration AGAIN_AFTER = Duration.ofMinutes(5);
    private static final int REST = 19;
    private static final double ROOM_THERE = 1.1;
    private static final long GIB = 1L << 30;

    private static final Logger log = LoggerFactory.getLogger(Copies.class);

    private final Plan plan;
    private final @Nullable DayCopy day;
    private final Database database;
    private final Writer writer;
    private final InstantSource clock;
    private final LocalCopy local;
    private final Instant started;
    private volatile boolean isClosed;
    private volatile State state = State.NONE;
    private volatile @Nullable Room room;
    private @Nullable Thread thread;
    private Instant due = Instant.MIN;

    /**
     * The operator's choice.
     *
     * @param data the data folder
     * @param keep the number of days of which the first copy is kept
     * @param spareBytes what stays free on the data folder's disk
     */
    public record Plan(Path data, Path folder, Duration every, int keep, long spareBytes) {

        /** The usual room of 1 GiB stays free. */
        public Plan(Path data, Path folder, Duration every, int keep) {
            this(data, folder, every, keep, GIB);
        }

        /** Returns the file into which the books are read first. */
        Path local() {
            return data.resolve("copy").resolve("tollgate.db");
        }
    }

    /**
     * The state of the copies.
     *
     * @param newest the instant of the newest whole copy; null if none is known
     * @param since when the running copy began; null if none runs
     * @param trouble why the last try made no copy; null if it did
     * @param notes about the copies that are made
     */
    public record State(
            @Nullable Instant newest,
            @Nullable Instant since,
            @Nullable Note trouble,
            List<Note> notes) {

        static final State NONE = new State(null, null, null, List.of());

        public State {
            notes = List.copyOf(notes);
        }
    }

    /**
     * The folder, as of the last look.
     *
     * @param copiesBytes of this installation's own copies
     * @param copies their number
     * @param newestBytes of the newest of them; 0 without any
     */
    public record Room(long freeBytes, long copiesBytes, int copies, long newestBytes) {}

    /** @param day takes the first copy of a day, which is checked; null if none is */
    public Copies(Plan plan, @Nullable DayCopy day, Database database, Writer writer, InstantSource clock) {
        this.plan = plan;
        this.day = day;
        this.database = database;
        this.writer = writer;
        this.clock = clock;
        this.local = new LocalCopy(plan, database, clock, () -> isClosed);
        this.started = clock.instant();
    }

    /** Starts the thread. It ends with the process, if not before: a folder that hangs must not keep the process. */
    public void start() {
        Thread copies = Thread.ofPlatform().name("tollgate-copies").daemon().unstarted(this::loop);
        thread = copies;
        copies.start();
    }

    /** Returns what is known now. From any thread; never waits. */
    public State state() {
        return state;
    }

    /** Returns the room of the folder; null before the first look. From any thread; never waits. */
    public @Nullable Room room() {
        return room;
    }

    public Plan plan() {
        return plan;
    }

    /** Returns the age of the newest copy; before the first one, the time since this server has started. From any thread. */
    public Duration age() {
        Instant newest = state.newest();
        return Duration.between(newest == null ? started : newest, clock.instant());
    }

    /** Returns whether so much is missing that an operator has to look: three times the interval and an hour. From any thread. */
    public boolean isLate() {
        return age().compareTo(plan.every().multipliedBy(3).plusHours(1)) > 0;
    }

    private void loop() {
        try {
            while (!isClosed) {
                round();
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            // It is closed.
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            fail(new Note(
                    "thread",
                    sentence(
                            "No copy of the books is made until a restart: the thread has met a fault, {error}.",
                            String.valueOf(e))));
            log.error(Event.THREAD_ENDED, "the thread of the copies has ended", e);
        }
    }

    /** Makes a copy if one is due. */
    void round() {
        Instant begun = clock.instant();
        if (begun.isBefore(due) || isClosed) {
            return;
        }
        state = new State(state.newest(), begun, state.trouble(), state.notes());
        try {
            LastCopy last = last();
            if (last != null) {
                state = new State(last.at(), begun, state.trouble(), state.notes());
            }
            Instant newest = newest(last);
            if (newest != null && begun.isBefore(newest.plus(plan.every()))) {
                due = newest.plus(plan.every());
                state = new State(newest, null, null, state.notes());
                return;
            }
            makeCopy(begun);
        } catch (NoCopy e) {
            fail(e.why);
        } catch (IOException e) {
            fail(new Note(
                    "failed",
                    withOthers(sentence(
                            "The copy to {folder} failed: {reason}.",
                            plan.folder().toString(),
                            FileTrouble.of(e)))));
        } catch (StoreException e) {
            fail(new Note("store", sentence("The books could not be copied: {reason}", e.withCause())));
        }
    }

    private void makeCopy(Instant begun) throws IOException, NoCopy {
        List<Note> notes = new ArrayList<>();
        Instant at = copy(begun, notes);
        look(own());
        Duration took = Duration.between(begun, clock.instant());
        Instant next = max(at.plus(plan.every()), clock.instant().plus(took.multipliedBy(REST)));
        due = next;
        if (next.isAfter(at.plus(plan.every()))) {
            notes.add(new Note(
                    "slow",
                    sentence(
                            "A copy takes {took}, so the next one begins later than backup.every says. If the disk is lost, up to {time} are lost with it.",
                            minutes(took),
                            minutes(Duration.between(at, next).plus(took)))));
        }
        succeed(at, notes);
    }

    private static Instant max(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Sentence minutes(Duration time) {
        return time.toSeconds() < 120
                ? sentence("{seconds} seconds", Long.toString(time.toSeconds()))
                : sentence("{minutes} minutes", Long.toString(time.toMinutes()));
    }

    private void succeed(Instant at, List<Note> notes) {
        if (state.trouble() != null) {
            log.info(Event.BACKUP_MADE, "the books are copied to {} again", plan.folder());
        }
        state = new State(at, null, null, notes);
    }

    private void fail(Note why) {
        if (isClosed) {
            return;
        }
        if (!why.equals(state.trouble())) {
            log.warn(Event.BACKUP_FAILED, "{}", why.words().english());
        }
        due = clock.instant().plus(why.code().equals(MISSING) ? LOOK : AGAIN_AFTER);
        state = new State(state.newest(), null, why, state.notes());
    }

    /** Returns the place of a copy in the folder. Reads the database. */
    public Path place(String name) {
        return own().path().resolve(name);
    }

    private CopyFolder own() {
        return CopyFolder.of(plan.folder(), Objects.requireNonNull(value(BOOKS), "each installation has an id"));
    }

    private @Nullable String value(String name) {
        return database.read(sql -> InstallationValue.find(sql, name));
    }

    private void look(CopyFolder own) throws IOException {
        List<Copy> copies = own.copies();
        room = new Room(
                Files.getFileStore(own.path()).getUsableSpace(),
                own.bytes(),
                copies.size(),
                copies.isEmpty() ? 0 : Files.size(copies.getFirst().file()));
    }

    private @Nullable LastCopy last() {
        CopyFolder own = own();
        return database.read(sql -> LastCopy.find(sql, own));
    }

    /** Returns the time of the newest copy in the folder; null if there is none. @param finished the last copy that was finished there, if one is known */
    private @Nullable Instant newest(@Nullable LastCopy finished) throws IOException, NoCopy {
        if (!Files.isDirectory(plan.folder())) {
            throw new NoCopy(
                    "no-folder",
                    sentence(
                            "No copy of the books is made: {folder} is no folder, or is not mounted.",
                            plan.folder().toString()));
        }
        CopyFolder own = own();
        Copy newest = own.copies().stream().findFirst().orElse(null);
        if (newest != null) {
            look(own);
        }
        String last = value(LAST);
        if (newest != null && (last == null || newest.name().compareTo(last) > 0)) {
            throw new NoCopy(
                    "other-server",
                    sentence(
                            "No copy of the books is made: the newest one in {folder}, {name}, was made by another server with a copy of this data folder. Nothing is written or deleted there. Stop one of the two,"
                                    + " or restore the books of one with ./tollgate restore, which gives it a subfolder of its own.",
                            own.path().toString(),
                            newest.name()));
        }
        requireFinished(own, newest == null ? "" : newest.name(), finished);
        return newest == null ? null : newest.at();
    }

    /** Checks that the last finished copy, or one that was finished when the server died, is the newest one in the folder. @param newest empty if there is none */
    private void requireFinished(CopyFolder own, String newest, @Nullable LastCopy finished) throws NoCopy {
        if (finished != null && newest.compareTo(finished.name()) < 0) {
            throw new NoCopy(
                    MISSING,
                    sentence(
                            "No copy of the books is made: the last one, {name}, is not in {folder}. Is the folder mounted? If it is new or was emptied, say so: Console → Books, or ./tollgate installation backup-folder.",
                            finished.name(),
                            own.path().toString()));
        }
        if (!newest.isEmpty() && (finished == null || !newest.equals(finished.name()))) {
            finished(own, newest);
        }
    }

    private void finished(CopyFolder own, String name) {
        writer.commitAndWait(Unit.of(LastCopy.in(own, name).row()));
    }

    /** Copies the books. @return the instant of the snapshot, in seconds */
    private Instant copy(Instant begun, List<Note> notes) throws IOException, NoCopy {
        CopyFolder own = own();
        own.prepare();
        local.read(begun);
        var unused = newest(last()); // the folder may have been unmounted since
        Instant at = name(begun);
        writer.commitAndWait(Unit.of(InstallationValue.replacing(LAST, CopyFolder.name(at))));
        long bytes = Files.size(plan.local());
        if (Files.getFileStore(own.path()).getUsableSpace() < bytes * ROOM_THERE) {
            throw new NoCopy(
                    "no-room",
                    withOthers(sentence(
                            "No copy of the books is made: {folder} has no room for {size}.",
                            plan.folder().toString(),
                            LocalCopy.megabytes(bytes))));
        }
        boolean isPrivate = own.store(plan.local(), CopyFolder.name(at));
        finished(own, CopyFolder.name(at));
        own.rotate(plan.keep(), at);
        if (day != null && day.wants(at)) {
            day.take(plan.local(), at);
        } else {
            Files.delete(plan.local());
        }
        if (!isPrivate) {
            notes.add(new Note(
                    "readable",
                    sentence(
                            "The file system of {folder} lets other users of its machine read the copies.",
                            plan.folder().toString())));
        }
        if (Files.getFileStore(plan.folder()).equals(Files.getFileStore(plan.data()))) {
            notes.add(new Note(
                    "same-disk",
                    sentence(
                            "{folder} is on the disk of the books: if that disk is lost, so are the copies.",
                            plan.folder().toString())));
        }
        return at;
    }

    /** Returns a time that no copy has yet, also if the clock was set back. */
    private Instant name(Instant begun) {
        Instant at = begun.truncatedTo(ChronoUnit.SECONDS);
        Instant last = CopyFolder.time(value(LAST));
        return last == null || at.isAfter(last) ? at : last.plusSeconds(1);
    }

    /** Returns a sentence, and what other subfolders hold. */
    private Sentence withOthers(Sentence why) {
        try {
            return own().withOthers(why);
        } catch (IOException | StoreException e) {
            return why;
        }
    }

    /** Ends a running copy. Waits while the books are read, since the database closes next, and never for the folder. */
    @Override
    public void close() {
        isClosed = true;
        Thread running = thread;
        if (running != null) {
            local.awaitEnd();
            FileThreads.interrupt(running);
        }
    }
}
