package dev.tollgate.operator.inspection;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.host.FileThreads;
import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.Pace;
import dev.tollgate.base.log.Event;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.auditlog.UnseenDifferences;
import dev.tollgate.operator.admin.server.BooksCheck;
import dev.tollgate.operator.admin.server.BooksCheck.Found;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.copies.CopyComparison;
import dev.tollgate.storage.copies.DayCopy;
import dev.tollgate.storage.copies.Note;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.verification.Audit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the books once a day (C37) on a thread of its own: of an embedded database the first copy of the day, slowly, which is also compared with the
 * copy of the day before; of a server the books themselves, by one of the nodes. Nothing is changed because of a difference.
 */
public final class DailyCheck implements AutoCloseable {

    private static final Duration DAY = Duration.ofDays(1);

    /** The age of the newest check from which an operator has to look. */
    private static final Duration LATE = Duration.ofHours(48);

    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(DailyCheck.class);

    private final @Nullable Source source;
    private final Database database;
    private final Writer writer;
    private final Allowances allowances;
    private final SecretBox secrets;
    private final BooksCheck books;
    private final InstantSource clock;
    private final Instant started;
    private volatile boolean isClosed;
    private volatile BooksCheck.@Nullable Scheduled last;
    private volatile long unseen;
    private volatile @Nullable Note trouble;
    private @Nullable Thread thread;

    /**
     * The copies of an embedded database.
     *
     * @param day the copy that is checked
     * @param place returns the place of a copy in the folder by its name
     */
    public record Source(DayCopy day, Function<String, Path> place) {}

    /** The check is ended since the server stops. */
    private static final class Stopped extends RuntimeException {

        private static final long serialVersionUID = 1;
    }

    /** @param source null for a server's database, which is checked itself */
    public DailyCheck(
            @Nullable Source source,
            Database database,
            Writer writer,
            SecretBox secrets,
            BooksCheck books,
            InstantSource clock) {
        this.source = source;
        this.database = database;
        this.writer = writer;
        this.allowances = new Allowances(database, secrets, clock);
        this.secrets = secrets;
        this.books = books;
        this.clock = clock;
        this.started = clock.instant();
        look();
    }

    /** Starts the thread. It ends with the process, if not before. */
    public void start() {
        Thread checks =
                Thread.ofPlatform().name("tollgate-daily-check").daemon().unstarted(this::loop);
        thread = checks;
        checks.start();
    }

    private void loop() {
        try {
            while (!isClosed) {
                round();
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException | Stopped e) {
            // It is closed.
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            trouble = new Note(
                    "check-thread",
                    sentence(
                            "The books are not checked until a restart: the thread has met a fault, {error}.",
                            String.valueOf(e)));
            log.error(Event.THREAD_ENDED, "the thread of the daily check has ended", e);
        }
    }

    /** Checks what is due. */
    void round() {
        try {
            look();
            if (source != null) {
                Path waiting = source.day.waiting();
                if (waiting != null) {
                    checkCopy(source, waiting);
                }
            } else if (isMine()) {
                checkBooks();
            }
        } catch (IOException e) {
            fail(unchecked(FileTrouble.of(e)));
        } catch (CannotOpen e) {
            fail(new Note(
                    "unchecked",
                    sentence("The books of today are not checked: {sentence}", String.valueOf(e.getMessage()))));
        } catch (StoreException e) {
            fail(unchecked(e.withCause()));
        }
    }

    private static Note unchecked(String reason) {
        return new Note("unchecked", sentence("The books of today are not checked: {reason}.", reason));
    }

    private void fail(Note why) {
        if (!isClosed && !why.equals(trouble)) {
            log.warn(Event.STORE_UNAVAILABLE, "{}", why.words().english());
        }
        trouble = why;
    }

    private void look() {
        last = books.ofSchedule();
        UnseenDifferences found = books.unseen();
        unseen = found == null ? 0 : found.count();
        if (source != null && last != null) {
            source.day.checked(last.subject());
        }
    }

    // ---- a server ----

    /** Returns whether this node checks the books now: one does each day. */
    private boolean isMine() {
        return allowances
                .use(writer, List.of(allowances.of("daily-check", "books", 1, DAY)))
                .isZero();
    }

    private void checkBooks() {
        Instant since = clock.instant();
        Found.Collector differences = new Found.Collector();
        new Audit(database, secrets, this::goOn).run(differences, _ -> {}, (_, _) -> {});
        end(since, "books", differences.found());
    }

    private void goOn() {
        if (isClosed) {
            throw new Stopped();
        }
    }

    // ---- a copy ----

    private void checkCopy(Source from, Path copy) throws IOException {
        Instant since = clock.instant();
        String name = String.valueOf(copy.getFileName());
        try {
            DayCopy.requireRoom(copy);
            Found.Collector differences = new Found.Collector();
            Rest rest = new Rest();
            try (Database books = Database.openReading(copy)) {
                new Audit(books, secrets, rest).run(differences, _ -> {}, (_, _) -> {});
            }
            Note uncompared = compare(from, copy, differences, rest);
            if (uncompared != null && differences.found().differences() == 0) {
                fail(uncompared);
                return;
            }
            end(since, name, differences.found());
            trouble = uncompared;
        } finally {
            if (!isClosed) {
                from.day.forget(copy);
            }
        }
    }

    /** Compares a copy with the day before's. @return why it could not; null if it could, or there is none */
    private static @Nullable Note compare(Source from, Path copy, Found.Collector differences, Rest rest)
            throws IOException {
        Path scratch = Files.createDirectory(copy.resolve("before"));
        try {
            CopyComparison.withDayBefore(
                    DayCopy.books(copy),
                    from.place.apply(String.valueOf(copy.getFileName())),
                    scratch,
                    differences,
                    differences,
                    note -> log.info(Event.NOTE, "the copy of today is checked. {}", note),
                    rest);
            return null;
        } catch (CannotOpen e) {
            return new Note(
                    "uncompared",
                    sentence(
                            "The books of today are not compared with those of the day before: {reason}",
                            String.valueOf(e.getMessage())));
        }
    }

    private void end(Instant since, String what, Found found) {
        books.record(since, what, found);
        trouble = null;
        look();
    }

    /** Sleeps four times as long as the check has worked. Used by the thread of the check. */
    private final class Rest implements Pace {

        private static final int STEPS = 64;
        private static final long WORK_NANOS = 20_000_000;
        private static final long REST_NANOS_MAX = 2_000_000_000;
        private static final int TIMES = 4;

        private int steps;
        private long since = System.nanoTime();

        @Override
        public void step() {
            if (++steps % STEPS != 0) {
                return;
            }
            goOn();
            long worked = System.nanoTime() - since;
            if (worked < WORK_NANOS) {
                return;
            }
            try {
                Thread.sleep(Duration.ofNanos(Math.min(REST_NANOS_MAX, TIMES * worked)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Stopped();
            }
            since = System.nanoTime();
        }
    }

    // ---- what is known ----

    /**
     * Returns the differences that the newest check with any has found, until an operator marks them as seen, then zero; null before the first one. From
     * any thread.
     */
    public @Nullable Long differences() {
        return last == null && unseen == 0 ? null : unseen;
    }

    /** Returns the age of the newest check; before the first one, the time since this server has started. From any thread. */
    public Duration age() {
        BooksCheck.Scheduled known = last;
        return Duration.between(known == null ? started : known.at(), clock.instant());
    }

    /** Returns what needs an operator now; differences are an alarm of the check itself. From any thread. */
    public List<Note> alarms() {
        boolean isLate = age().compareTo(LATE) > 0;
        Note why = trouble;
        return isLate
                ? List.of(
                        why == null
                                ? new Note(
                                        "check-late",
                                        sentence("The newest daily check of the books is older than two days."))
                                : why)
                : List.of();
    }

    /** Returns what an operator should know. From any thread. */
    public List<Note> warnings() {
        Note why = trouble;
        return why == null || !alarms().isEmpty() ? List.of() : List.of(why);
    }

    /** Ends a running check; the next start begins it again. */
    @Override
    public void close() {
        isClosed = true;
        Thread running = thread;
        if (running != null) {
            FileThreads.interrupt(running);
            try {
                running.join(CLOSE_WAIT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
