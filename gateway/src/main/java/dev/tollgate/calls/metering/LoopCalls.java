package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.models.Model;
import dev.tollgate.running.CallNow;
import dev.tollgate.upstreams.hops.Hops;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The open calls of one event loop, which share the loop's turns: all results of one batch of the store arrive in one turn. One timer checks the age
 * of all calls, since almost none reaches the time limit.
 *
 * <p>Confined to its loop, except {@link #execute}, {@link #size} and {@link #stopAll}, which any thread may call.
 */
final class LoopCalls implements Executor {

    private static final long LOOK_MILLIS = 250;

    private final Context context;
    private final Vertx vertx;
    private final long timeNanosMax;
    private final long silenceNanos;
    private final long lookMillis;

    /** @param pass left when the call is over */
    private record Open(long sinceNanos, Quotas.Pass pass) {}

    /** The open calls, oldest first. */
    private final Map<Call, Open> open = new LinkedHashMap<>();

    private volatile int size;
    private long timer = -1;

    /** Called on the loop. */
    LoopCalls(Vertx vertx, Meter.Times times) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.timeNanosMax = times.total().toNanos();
        this.silenceNanos = times.silence().toNanos();
        this.lookMillis =
                Math.clamp(Math.min(times.total().toMillis(), times.silence().toMillis()) / 8, 1, LOOK_MILLIS);
    }

    @Override
    public void execute(Runnable task) {
        context.runOnContext(nothing -> task.run());
    }

    /**
     * Opens a call.
     *
     * @param making makes the call from the callback to run when it is over
     * @param pass left when the call is over
     */
    Call open(Function<Runnable, Call> making, Quotas.Pass pass) {
        @Nullable Call[] made = new Call[1];
        Call call = making.apply(() -> close(made[0]));
        made[0] = call;
        call.memory().retain();
        open.put(call, new Open(System.nanoTime(), pass));
        size = open.size();
        if (timer < 0) {
            timer = vertx.setPeriodic(lookMillis, fired -> look());
        }
        return call;
    }

    private void close(@Nullable Call call) {
        Open was = call == null ? null : open.remove(call);
        if (call != null && was != null) {
            size = open.size();
            was.pass().leave(call.tokensUsed());
            call.memory().release();
        }
    }

    /**
     * Ends the calls that have reached their time limit, tells streams that they run, and has calls go on that wait long for their
     * turn to count. Calls are ordered by age, so the search stops at the first that is too young for each: a model may only raise the limit.
     */
    private void look() {
        long now = System.nanoTime();
        List<Call> late = new ArrayList<>();
        List<Call> old = new ArrayList<>();
        List<Call> waiting = new ArrayList<>();
        Iterator<Map.Entry<Call, Open>> eldest = open.entrySet().iterator();
        boolean more = true;
        while (more && eldest.hasNext()) {
            Map.Entry<Call, Open> next = eldest.next();
            long age = now - next.getValue().sinceNanos();
            if (age >= timeNanosMax && age >= nanosMax(next.getKey())) {
                late.add(next.getKey());
            } else if (age >= silenceNanos) {
                old.add(next.getKey());
            }
            if (age >= Reserving.WAIT_NANOS_MAX && next.getKey().waitsToCount()) {
                waiting.add(next.getKey());
            }
            more = age >= Math.min(Reserving.WAIT_NANOS_MAX, Math.min(timeNanosMax, silenceNanos));
        }
        late.forEach(Call::timeIsUp);
        old.forEach(call -> call.runs(now, silenceNanos));
        waiting.forEach(Call::waits);
        if (open.isEmpty()) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }

    private static long nanosMax(Call call) {
        Hops hops = call.request().ask().hops();
        boolean isLong = hops != null && hops.isLong();
        Duration its = isLong ? Model.CALL_TIME_MAX : call.request().model().callTimeMax();
        return its == null ? 0 : its.toNanos();
    }

    /** Reports the current figures of some accounts' calls. @param found called once, on this loop */
    void look(Set<String> accountIds, Consumer<List<CallNow>> found) {
        execute(() -> {
            List<CallNow> now = new ArrayList<>();
            for (Call call : open.keySet()) {
                CallNow its = accountIds.contains(call.request().accountId()) ? call.now() : null;
                if (its != null) {
                    now.add(its);
                }
            }
            found.accept(now);
        });
    }

    int size() {
        return size;
    }

    void stopAll(ApiError error) {
        execute(() -> List.copyOf(open.keySet()).forEach(call -> call.stop(error)));
    }
}
