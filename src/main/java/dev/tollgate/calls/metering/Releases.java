package dev.tollgate.calls.metering;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.rollups.CallEnd;
import dev.tollgate.books.rollups.CallFigures;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.books.tasks.TaskResult;
import dev.tollgate.books.tasks.TaskStatus;
import dev.tollgate.books.tasks.Tasks.CloseTask;
import dev.tollgate.calls.metering.Books.Trace;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Releases a call's hold in full, and retries at growing intervals until it succeeds: a hold must not outlive its call. A start releases holds that
 * were open at the stop. Confined to its call.
 */
final class Releases {

    private static final Logger log = LoggerFactory.getLogger(Releases.class);

    /** Tries at intervals of a second. Later tries come once a minute, and each logs its failure. */
    private static final int TRIES_QUICK = 60;

    private static final int PAUSES_MAX = 60;
    private static final int TRIES_TOLD = 60;

    private final Accounting accounting;
    private final Executor loop;
    private final Keeper keeper;
    private Supplier<List<Change>> counted = List::of;

    Releases(Accounting accounting, Executor loop, Keeper keeper) {
        this.accounting = accounting;
        this.loop = loop;
        this.keeper = keeper;
    }

    /** Has the release counted by a change in its commit. */
    void count(Supplier<Change> change) {
        counted = () -> List.of(change.get());
    }

    /** @param then called after the first try, successful or not */
    void begin(String taskId, String model, TaskStatus status, TaskResult result, Trace trace, Runnable then) {
        attempt(taskId, model, status, result, trace, 0, then);
    }

    private void attempt(
            String taskId, String model, TaskStatus status, TaskResult result, Trace trace, int tries, Runnable then) {
        try {
            Release release =
                    new Release(taskId, Release.Why.RELEASE, accounting.clock().instant());
            List<Change> changes = new ArrayList<>(List.of(
                    release,
                    new CloseTask(release, status, model, result(result, trace)),
                    new CountCall(release, figures(status, trace))));
            changes.addAll(keeper.free(release));
            changes.addAll(counted.get());
            accounting.writer().commit(Unit.of(changes), loop, failure -> {
                if (failure != null) {
                    later(taskId, model, status, result, trace, tries, failure);
                }
                then.run();
            });
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            later(taskId, model, status, result, trace, tries, e);
            loop.execute(then);
        }
    }

    private void later(
            String taskId,
            String model,
            TaskStatus status,
            TaskResult result,
            Trace trace,
            int tries,
            Throwable failure) {
        if (tries % TRIES_TOLD == 0) {
            log.error(
                    Event.STORE_UNAVAILABLE,
                    "task {}: what it holds could not be given back, and is tried again",
                    taskId,
                    LogFields.task(taskId),
                    failure);
        }
        int pauses = tries < TRIES_QUICK ? 1 : PAUSES_MAX;
        pause(pauses, () -> attempt(taskId, model, status, result, trace, tries + 1, () -> {}));
    }

    private static CallFigures figures(TaskStatus status, Trace trace) {
        return CallFigures.nothing(
                status == TaskStatus.CANCELLED ? CallEnd.CANCELLED : CallEnd.FAILED,
                trace.firstByteMillis(),
                trace.timedMillis(),
                trace.channel(),
                trace.upstreamModel(),
                trace.costs().attempts());
    }

    private static TaskResult result(TaskResult result, Trace trace) {
        return result.withCourse(trace.json()).withCosts(trace.costs().json());
    }

    /** @param pauses of about a second each */
    private void pause(int pauses, Runnable then) {
        accounting.later().execute(() -> {
            if (pauses > 1) {
                pause(pauses - 1, then);
            } else {
                loop.execute(then);
            }
        });
    }
}
