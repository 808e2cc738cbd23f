package dev.tollgate.storage.secrets;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.NodeLease;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secret keys in use and what is sealed under each of them (C24–C26): seals values without an end again under the first key, counts, and forgets a key
 * of which nothing is left. Thread-safe; blocks.
 */
public final class KeyRing implements AutoCloseable {

    private static final int ROWS_AT_ONCE = 500;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(KeyRing.class);

    private final Database database;
    private final Writer writer;
    private final SecretBox ring;
    private final List<SealedValues> kinds;
    private final List<SealedValues.Walk> walks;
    private final Duration pause;
    private final AtomicReference<Sweep> sweep = new AtomicReference<>(new Sweep(State.NEVER, 0, 0));
    private final CountDownLatch closed = new CountDownLatch(1);

    /** The number of values under other keys than the first one at the last count; negative before it. */
    private volatile long oldCounted = -1;

    /** The progress of sealing again on this server. */
    public enum State {
        NEVER,
        RUNNING,
        DONE,
        /** The server stopped, or the database did not take it: the next one goes on. */
        FAILED
    }

    /** @param sealed how many values are under the first key now that were not @param unreadable how many open under no key */
    public record Sweep(State state, long sealed, long unreadable) {}

    /** @param more what else is made again under the first key, besides the values */
    public KeyRing(
            Database database, Writer writer, SecretBox ring, List<SealedValues> kinds, List<SealedValues.Walk> more) {
        this(database, writer, ring, kinds, more, PAUSE);
    }

    KeyRing(
            Database database,
            Writer writer,
            SecretBox ring,
            List<SealedValues> kinds,
            List<SealedValues.Walk> more,
            Duration pause) {
        this.database = database;
        this.writer = writer;
        this.ring = ring;
        this.kinds = List.copyOf(kinds);
        this.walks = Stream.concat(kinds.stream().map(SealedValues::walk).filter(Objects::nonNull), more.stream())
                .toList();
        this.pause = pause;
    }

    /** Returns the ids of the keys, the sealing one first. */
    public List<String> ids() {
        return ring.ids();
    }

    /** Returns how many values are under each key, by kind. Reads whole tables. */
    public List<SealedValues.Count> counts() {
        List<SealedValues.Count> all = new ArrayList<>();
        kinds.forEach(kind -> all.addAll(kind.counts(database, ring)));
        oldCounted = all.stream()
                .filter(it -> !ring.id().equals(it.keyId()))
                .mapToLong(SealedValues.Count::values)
                .sum();
        return all;
    }

    /** Returns how many values are under other keys than the first one, or under none of the ring. Reads whole tables. */
    public long old() {
        counts();
        return oldCounted;
    }

    /** Counts again, for {@link #oldCounted}. Costs nothing while there is one key. */
    public void count() {
        oldCounted = ring.ids().size() == 1 ? 0 : old();
    }

    /** Returns how many values the last count found under other keys than the first one; a negative number before it. Does not block. */
    public long oldCounted() {
        return oldCounted;
    }

    public Sweep sweep() {
        return sweep.get();
    }

    /** Begins to seal again, unless that is under way. @param over is called at its end, on its thread */
    public Sweep rotate(Consumer<Sweep> over) {
        Sweep before = sweep.get();
        Sweep begun = new Sweep(State.RUNNING, 0, 0);
        if (before.state() != State.RUNNING && sweep.compareAndSet(before, begun)) {
            Thread.ofVirtual().name("seal-anew").start(() -> run(over));
        }
        return sweep.get();
    }

    private void run(Consumer<Sweep> over) {
        try {
            boolean isWhole = true;
            for (SealedValues.Walk walk : walks) {
                isWhole &= walk(walk);
            }
            sweep.updateAndGet(isWhole ? it -> with(it, State.DONE) : it -> with(it, State.FAILED));
        } catch (StoreException e) {
            log.warn("values could not be sealed again: {}; the next run goes on", e.getMessage());
            sweep.updateAndGet(it -> with(it, State.FAILED));
        } catch (RuntimeException | Error e) {
            sweep.updateAndGet(it -> with(it, State.FAILED));
            Fatal.check(e);
            log.error(Event.STORE_UNAVAILABLE, "values could not be sealed again", e);
        }
        try {
            over.accept(sweep.get());
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "the end of sealing again was not recorded: {}", e.getMessage());
        }
    }

    private static Sweep with(Sweep sweep, State state) {
        return new Sweep(state, sweep.sealed(), sweep.unreadable());
    }

    /** @return false if the server stops first */
    private boolean walk(SealedValues.Walk walk) {
        String after = "";
        while (after != null) {
            SealedValues.Step step = walk.next(database, after, ROWS_AT_ONCE);
            int sealed = 0;
            SealedValues.Statement anew = step.anew();
            if (anew != null) {
                writer.commitAndWait(Unit.of(anew));
                sealed = anew.outcome();
            }
            add(sealed, step.unreadable());
            after = step.last();
            if (after != null && isClosedAfter(pause)) {
                return false;
            }
        }
        return true;
    }

    private void add(int sealed, int unreadable) {
        sweep.updateAndGet(it -> new Sweep(State.RUNNING, it.sealed() + sealed, it.unreadable() + unreadable));
    }

    private boolean isClosedAfter(Duration time) {
        try {
            return closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /**
     * Forgets a key that is not the first one and of which nothing is left; then its line may go.
     *
     * @param loses whether what is left, and ends, ends now
     * @param commit commits the change, with its row of the audit log
     * @return why not, in a sentence; null if it is forgotten
     */
    public @Nullable String forget(String id, boolean loses, Consumer<Forget> commit) {
        if (!ring.ids().contains(id)) {
            return "There is no key " + id + ": the keys are " + String.join(", ", ring.ids()) + ".";
        }
        if (ring.id().equals(id)) {
            return "Key " + id + " is the one that seals: put another one before it first.";
        }
        List<SealedValues.Count> left =
                counts().stream().filter(it -> id.equals(it.keyId())).toList();
        String kept = left.stream()
                .filter(it -> !loses || it.last() == null)
                .map(it -> it.values() + " " + it.kind())
                .reduce((a, b) -> a + ", " + b)
                .orElse(null);
        if (kept != null) {
            return "Still sealed under key " + id + ": " + kept + ".";
        }
        String sealing = database.read(sql -> NodeLease.Keys.sealingUnder(sql, database.dialect(), id));
        if (sealing != null) {
            return sealing; // before anything is lost
        }
        if (loses) {
            kinds.forEach(kind -> lose(kind, ring.headOf(id)));
            new FreePages(database, writer).clear();
        }
        Forget forget = new Forget(id, loses);
        commit.accept(forget);
        return forget.outcome().isEmpty() ? null : forget.outcome();
    }

    private void lose(SealedValues kind, byte[] head) {
        SealedValues.Statement losing = kind.losing(head);
        while (losing != null) {
            writer.commitAndWait(Unit.of(losing));
            losing = losing.outcome() > 0 ? kind.losing(head) : null;
        }
    }

    /** Returns the part that forgets keys. */
    public static Part<?> part() {
        return new WritePart<>(Forget.class);
    }

    /** Takes back the check of a key. The outcome is why not, in a sentence; empty if it is done. */
    public static final class Forget extends Write<String> {

        private final String id;
        private final boolean loses;

        Forget(String id, boolean loses) {
            this.id = id;
            this.loses = loses;
        }

        @Override
        protected String run(Statements statements) throws SQLException {
            String sealing = NodeLease.Keys.sealingUnder(statements, statements.dialect(), id);
            if (sealing == null) {
                KeyChecks.forget(statements, id);
            }
            if (loses) {
                statements.erased(); // what was lost before
            }
            return Objects.requireNonNullElse(sealing, "");
        }
    }

    /** Ends a run that is under way, without waiting for it. */
    @Override
    public void close() {
        closed.countDown();
    }
}
