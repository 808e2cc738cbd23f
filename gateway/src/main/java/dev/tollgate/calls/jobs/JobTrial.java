package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.CallNotes;
import dev.tollgate.base.log.CallWatch;
import dev.tollgate.base.log.Event;
import dev.tollgate.calls.metering.Running;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import io.vertx.core.Context;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A try of a job on this server. Says once how it has ended: with an error, or over without one, since the end of a charged or cancelled call is in
 * the books. {@link #begin} and {@link #cancel} may be called from any thread; all else runs on the event loop of the call.
 */
public final class JobTrial implements CallWatch {

    /** The error of a try that a fault of the server has ended. */
    static final ApiError FAULT = ApiError.of(ErrorCode.INTERNAL_ERROR, "The answer could not be made.");

    private static final Logger log = LoggerFactory.getLogger(JobTrial.class);

    private final String name;
    private final JobAnswer.Form form;
    private final AtomicBoolean hasEnded = new AtomicBoolean();
    private Consumer<@Nullable ApiError> ended = _ -> {};

    private volatile @Nullable Context loop;
    private volatile boolean isCancelled;
    private @Nullable Running call;
    private @Nullable JobAnswer answer;
    private volatile boolean isLost;
    private volatile boolean isAdmitted;
    private volatile boolean hasHeard;
    private Runnable whenAdmitted = () -> {};
    private volatile Runnable onOver = () -> {};
    private volatile Runnable onEnd = () -> {};

    /** @param name of the job or line, for the log @param form makes its answer */
    JobTrial(String name, JobAnswer.Form form) {
        this.name = name;
        this.form = form;
    }

    /** @param then receives the error; null if there is none. To be set before anything else happens */
    void whenEnded(Consumer<@Nullable ApiError> then) {
        ended = then;
    }

    /** @param then runs when the call has a hold. To be set before anything else happens */
    void whenAdmitted(Runnable then) {
        whenAdmitted = then;
    }

    /** @param then runs once, when the try has ended */
    public void onOver(Runnable then) {
        onOver = then;
    }

    /**
     * Starts the call on its event loop.
     *
     * @param door makes what writes the response to an outlet
     * @param start starts the call with its sink, which is its keeper, too
     */
    public void begin(Context on, Function<Outlet, Sink> door, Function<JobAnswer, Running> start) {
        loop = on;
        on.runOnContext(_ -> {
            if (isCancelled) {
                end(null);
                return;
            }
            try {
                JobOutlet outlet = new JobOutlet(on, this::end, form.keeps());
                onEnd = outlet::release;
                JobAnswer its = form.of(door.apply(outlet), outlet, this);
                answer = its;
                call = start.apply(its);
            } catch (ApiException refused) {
                end(refused.error());
            } catch (RuntimeException | Error e) {
                Fatal.check(e);
                log.error(Event.CALL_FAULT, "job {} could not be begun", name, e);
                end(FAULT);
            }
        });
    }

    /** Notes that its call has a hold. */
    void admitted() {
        isAdmitted = true;
        whenAdmitted.run();
    }

    /** Returns whether its call has had a hold. */
    boolean isAdmitted() {
        return isAdmitted;
    }

    /** Notes that the provider has said something. */
    void heard() {
        hasHeard = true;
    }

    /** Returns whether the provider had said something. */
    boolean hasHeard() {
        return hasHeard;
    }

    /** Runs a step on the event loop of the call. */
    void later(Runnable step) {
        Objects.requireNonNull(loop).runOnContext(_ -> step.run());
    }

    /** The job was taken by another server, or has ended. */
    void lost() {
        isLost = true;
        end(null);
    }

    /** Returns whether there was no claim for it. */
    boolean isLost() {
        return isLost;
    }

    /** Ends the call, if it runs. The call is charged for its reported usage. */
    void cancel() {
        isCancelled = true;
        Context its = loop;
        if (its != null) {
            its.runOnContext(_ -> {
                Running running = call;
                if (running != null && answer != null && !hasEnded.get()) {
                    answer.cancel();
                    running.gone();
                }
            });
        }
    }

    boolean isCancelled() {
        return isCancelled;
    }

    /** Gives back what a try has that does not begin. Nothing is said of it. */
    void drop() {
        if (hasEnded.compareAndSet(false, true)) {
            onOver.run();
        }
    }

    /** Ends a try that has no call. */
    void refused(ApiError error) {
        end(error);
    }

    private void end(@Nullable ApiError error) {
        if (hasEnded.compareAndSet(false, true)) {
            onOver.run();
            onEnd.run();
            ended.accept(error);
        }
    }

    @Override
    public void begun() {}

    /** Returns true: otherwise the trial would not learn that the call is over. */
    @Override
    public boolean wantsNotes() {
        return true;
    }

    /** The call is over. If it has failed, its sink receives the error right after this. */
    @Override
    public void over(CallNotes notes) {
        Context its = loop;
        if (its != null) {
            its.runOnContext(_ -> end(null));
        }
    }
}
