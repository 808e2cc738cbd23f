package dev.tollgate.calls.replay;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.Meter;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Running;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Answers.AnswerName;
import dev.tollgate.http.limits.Shares;
import dev.tollgate.storage.StoreException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers calls from known results, before anything is reserved, and otherwise asks the meter. Known results are the responses under an idempotency
 * key, kept or still running (D36), and, for a minute, refusals that cannot change (D24).
 *
 * <p>Threading: safe for use by several event loops. Each response stays on the loop of its reader.
 */
public final class KnownAnswers implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(KnownAnswers.class);

    /** Maximum of keys in use at a time, shared by account. Each may have an open file, and a caller may leave calls behind. */
    private static final int AT_WORK_MAX = 10_000;

    private static final Running OVER = () -> {};

    private final Vertx vertx;
    private final Meter meter;
    private final Answers answers;
    private final SpoolFolder folder;
    private final Expiry expiry;
    private final RememberedRefusals refusals;
    private final Awaited awaited;
    private final List<Long> sweeps;
    private final ConcurrentHashMap<AnswerName, KeyedCall> atWork = new ConcurrentHashMap<>();
    private final Shares shares = new Shares(AT_WORK_MAX);
    private final AtomicLongArray replays = new AtomicLongArray(ReplayedFrom.values().length);
    private final ExecutorService io =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("spool").factory());

    public KnownAnswers(Vertx vertx, Meter meter, Answers answers, SpoolFolder folder, Expiry expiry) {
        this.vertx = vertx;
        this.meter = meter;
        this.answers = answers;
        this.folder = folder;
        this.expiry = expiry;
        this.refusals = new RememberedRefusals(Ticker.systemTicker());
        this.awaited = new Awaited(answers, io);
        io.execute(this::cleanUp);
        this.sweeps = List.of(
                vertx.setPeriodic(Awaited.EVERY.toMillis(), fired -> awaited.look()),
                vertx.setPeriodic(Expiry.EVERY.toMillis(), fired -> io.execute(this::forgetOld)),
                vertx.setPeriodic(Expiry.ORPHANS_EVERY.toMillis(), fired -> io.execute(this::cleanUp)));
    }

    private void cleanUp() {
        forgetOld();
        deleteOrphans();
    }

    private void deleteOrphans() {
        try {
            expiry.deleteOrphans();
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "unused spools could not be deleted; trying again in an hour", e);
        }
    }

    private void forgetOld() {
        try {
            expiry.forgetOld();
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "old answers could not be deleted; trying again in a minute", e);
        }
    }

    /**
     * Answers a call on the current event loop.
     *
     * @param bodyHash SHA-256 of door and body, in lower-case hex
     * @param nameHash hash of the caller's {@link IdempotencyKey}; null without one
     * @param outlet the caller's
     * @param door writes an answer to an outlet, which may not be the caller's own
     */
    public Running answer(
            MeteredCall call, String bodyHash, @Nullable String nameHash, Outlet outlet, Function<Outlet, Sink> door) {
        if (nameHash != null) {
            return follow(new AnswerName(call.owner().originId(), nameHash), call, bodyHash, outlet, door);
        }
        RememberedRefusals.Print print = new RememberedRefusals.Print(call.keyId(), bodyHash);
        ApiError refusal = refusals.find(print);
        if (refusal != null) {
            replayed(ReplayedFrom.REFUSAL);
            door.apply(outlet).failed(refusal);
            return OVER;
        }
        return meter.start(call, refusals.watching(print, door.apply(outlet)));
    }

    /** Returns whether the name has a response, by a database read. */
    boolean isKnown(AnswerName name) {
        return atWork.containsKey(name) || answers.find(name).isPresent();
    }

    /**
     * Answers again what is known under a name, and makes no call, on the current event loop.
     *
     * @param otherwise what is said where nothing is known any more
     */
    Running replay(AnswerName name, String accountId, String bodyHash, ApiError otherwise, Outlet outlet) {
        Context context = vertx.getOrCreateContext();
        Executor loop = task -> context.runOnContext(nothing -> task.run());
        KeyedCall running = atWork.get(name);
        if (running != null && running.isOf(bodyHash)) {
            SpoolReader reader = new SpoolReader(running.spool(), outlet, loop, io, () -> true);
            if (reader.begin()) {
                replayed(ReplayedFrom.RUNNING);
                return reader;
            }
        }
        KeyedCall alone =
                new KeyedCall(this, name, accountId, bodyHash, call -> call.refuse(otherwise), loop, Lease.FREE);
        SpoolReader reader = new SpoolReader(alone.spool(), outlet, loop, io, alone::replays);
        reader.begin();
        alone.begin();
        return reader;
    }

    private static Running refused(Outlet outlet, ApiError error) {
        outlet.fail(error);
        return OVER;
    }

    /** Reads what is at work under the key, which is set to work where nothing is. */
    private Running follow(
            AnswerName name, MeteredCall call, String bodyHash, Outlet outlet, Function<Outlet, Sink> door) {
        Lease memory = call.memory();
        Context context = vertx.getOrCreateContext();
        Executor loop = task -> context.runOnContext(nothing -> task.run());
        while (true) {
            KeyedCall fresh = new KeyedCall(
                    this, name, call.accountId(), bodyHash, unknown -> unknown.make(call, door), loop, memory.retain());
            KeyedCall other = atWork.putIfAbsent(name, fresh);
            if (other != null) {
                memory.release();
            }
            KeyedCall keyed = other == null ? fresh : other;
            if (!keyed.isOf(bodyHash)) {
                return refused(outlet, IdempotencyKey.usedForAnotherBody());
            }
            SpoolReader reader =
                    new SpoolReader(keyed.spool(), outlet, loop, io, () -> other != null || keyed.replays());
            if (reader.begin()) {
                if (other == null) {
                    set(fresh);
                } else {
                    replayed(ReplayedFrom.RUNNING);
                    memory.giveAll(); // the other's request is asked, this one's is forgotten
                }
                return reader;
            }
            over(name, keyed); // it has ended since it was found: the next round finds another one, or makes it
        }
    }

    private void set(KeyedCall call) {
        if (shares.take(call.accountId(), 1)) {
            call.beginCounted();
        } else {
            call.refuseBusy();
        }
    }

    /** Counts a replayed response. Any thread may call it. */
    void replayed(ReplayedFrom from) {
        replays.incrementAndGet(from.ordinal());
    }

    /** Requests since the start that were answered from there. From any thread. */
    public long replays(ReplayedFrom from) {
        return replays.get(from.ordinal());
    }

    /** Keys at work now. */
    public int atWork() {
        return atWork.size();
    }

    void over(AnswerName name, KeyedCall call) {
        if (atWork.remove(name, call)) {
            call.memory().release();
            if (call.isCounted()) {
                shares.give(call.accountId(), 1);
            }
        }
    }

    Awaited awaited() {
        return awaited;
    }

    Meter meter() {
        return meter;
    }

    Answers answers() {
        return answers;
    }

    SpoolFolder folder() {
        return folder;
    }

    RememberedRefusals refusals() {
        return refusals;
    }

    Executor io() {
        return io;
    }

    /** Waits for what is being read and written. To be closed when no call is open any more. */
    @Override
    public void close() {
        sweeps.forEach(vertx::cancelTimer);
        io.close();
    }
}
