package dev.tollgate.calls.metering;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Resolution.Withdrawal;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Releases a call's hold in full, or withdraws it for a try that leaves no call. Retries at growing intervals until it succeeds: a hold must not outlive
 * its call. A start releases holds that were open at the stop. Confined to its call.
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
    private int freeAnswers;

    Releases(Accounting accounting, Executor loop, Keeper keeper) {
        this.accounting = accounting;
        this.loop = loop;
        this.keeper = keeper;
    }

    /** Counts answers as free ones of the account in the commit of the release (E72). */
    void count(int answers) {
        freeAnswers = answers;
    }

    /** @param then called after the first try, successful or not */
    void begin(String taskId, CallDetails details, Runnable then) {
        attempt(taskId, details, 0, null, released -> then.run());
    }

    /**
     * Releases the hold if the account has room for one more free answer. A try that the store has failed releases it: then the answer is free.
     *
     * @param then receives, after the first try, false if there was no room
     */
    void beginIfFree(String taskId, CallDetails details, FreeAnswers.Room room, Consumer<Boolean> then) {
        count(1);
        attempt(taskId, details, 0, room, then);
    }

    private void attempt(
            String taskId, CallDetails details, int tries, FreeAnswers.@Nullable Room room, Consumer<Boolean> then) {
        try {
            boolean leavesNoCall = details.isRefusedTry();
            Instant now = accounting.clock().instant();
            Release release = leavesNoCall ? new Withdrawal(taskId, details, now) : new Release(taskId, details, now);
            if (room == null) {
                release.endsFree(freeAnswers);
            } else {
                release.ifFree(room);
            }
            List<Change> changes = new ArrayList<>(List.of(release));
            if (!leavesNoCall) {
                changes.add(new CountCall(release));
            }
            changes.addAll(keeper.free(release));
            accounting.writer().commit(Unit.of(changes), loop, failure -> {
                if (failure != null) {
                    later(taskId, details, tries, failure);
                }
                then.accept(failure != null || !(release.outcome() instanceof Resolution.NoFreeAnswer));
            });
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            later(taskId, details, tries, e);
            loop.execute(() -> then.accept(true));
        }
    }

    private void later(String taskId, CallDetails details, int tries, Throwable failure) {
        if (tries % TRIES_TOLD == 0) {
            log.error(
                    Event.STORE_UNAVAILABLE,
                    "task {}: what it holds could not be given back, and is tried again",
                    taskId,
                    LogFields.task(taskId),
                    failure);
        }
        int pauses = tries < TRIES_QUICK ? 1 : PAUSES_MAX;
        pause(pauses, () -> attempt(taskId, details, tries + 1, null, released -> {}));
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
