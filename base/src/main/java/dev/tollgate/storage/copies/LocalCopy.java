package dev.tollgate.storage.copies;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.host.PrivateFiles;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.storage.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** The copy of the books within the data folder, which one statement makes if there is room. It is given up if it takes too long or fills the disk. */
final class LocalCopy {

    private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);
    private static final Duration READ_MAX = Duration.ofHours(1);
    private static final double ROOM_HERE = 1.2;

    /** The ends of the names of what a killed statement leaves. */
    private static final List<String> LEFT = List.of("", "-journal", "-wal", "-shm");

    private final Copies.Plan plan;
    private final Database database;
    private final InstantSource clock;
    private final BooleanSupplier isClosed;
    private final ReentrantLock reading = new ReentrantLock();

    /** @param isClosed whether no further copy is wanted */
    LocalCopy(Copies.Plan plan, Database database, InstantSource clock, BooleanSupplier isClosed) {
        this.plan = plan;
        this.database = database;
        this.clock = clock;
        this.isClosed = isClosed;
    }

    /** Reads the books into {@link Copies.Plan#local}. Blocks. @param begun when the copy began @throws NoCopy without room or time */
    void read(Instant begun) throws IOException, NoCopy {
        Path local = plan.local();
        PrivateFiles.folder(Objects.requireNonNull(local.getParent()));
        for (String end : LEFT) {
            Files.deleteIfExists(local.resolveSibling(local.getFileName() + end));
        }
        long books = plan.data().resolve("tollgate.db").toFile().length()
                + plan.data().resolve("tollgate.db-wal").toFile().length();
        if (free() < books * ROOM_HERE + plan.spareBytes()) {
            throw new NoCopy(
                    "no-room-here",
                    sentence(
                            "No copy of the books is made: it needs {size} free beside them in {folder}, and there are {free}.",
                            megabytes((long) (books * ROOM_HERE) + plan.spareBytes()),
                            plan.data().toString(),
                            megabytes(free())));
        }
        reading.lock();
        try {
            PrivateFiles.file(local);
            boolean isWhole = !isClosed.getAsBoolean() && database.copyInto(local, () -> mayGoOn(begun));
            if (!isWhole) {
                Files.deleteIfExists(local);
                throw new NoCopy(
                        "given-up",
                        sentence(
                                "No copy of the books is made: it was given up, because it took an hour or less than {size} were free in {folder}.",
                                megabytes(plan.spareBytes()),
                                plan.data().toString()));
            }
        } finally {
            reading.unlock();
        }
    }

    private boolean mayGoOn(Instant begun) {
        return !isClosed.getAsBoolean()
                && free() >= plan.spareBytes()
                && clock.instant().isBefore(begun.plus(READ_MAX));
    }

    private long free() {
        return plan.data().toFile().getUsableSpace();
    }

    /** Waits while the books are read, for at most {@link #CLOSE_WAIT}. */
    void awaitEnd() {
        try {
            if (reading.tryLock(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                reading.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns a size in words, rounded up. */
    static Sentence megabytes(long bytes) {
        return sentence("{megabytes} MB", Long.toString((bytes + 999_999) / 1_000_000));
    }
}
