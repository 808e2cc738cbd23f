package dev.tollgate.upstream;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One call, tried again as long as nothing of substance has come (LATENT): what an attempt says until then is held back, so
 * that a failed or empty attempt leaves no trace, its usage included (D48). Confined to the event loop that began it.
 */
public final class Attempts implements UpstreamCall {

    private static final long BACKOFF_MILLIS = 200;
    private static final long WAIT_MILLIS_MAX = 5_000;
    private static final int HELD_EVENTS_MAX = 1_000;

    private final Vertx vertx;
    private final RandomGenerator random;
    private final String channel;
    private final PreparedAsk ask;
    private final @Nullable Long maxOutputTokens;
    private final UpstreamListener listener;
    private final List<UpstreamEvent> held = new ArrayList<>();

    private @Nullable Attempt current;
    private int attempts;
    private int retries;
    private boolean askedAgain;
    private boolean latent = true;
    private boolean over;
    private boolean paused;
    private long timer = -1;

    Attempts(
            Vertx vertx,
            RandomGenerator random,
            String channel,
            PreparedAsk ask,
            @Nullable Long maxOutputTokens,
            UpstreamListener listener) {
        this.vertx = vertx;
        this.random = random;
        this.channel = channel;
        this.ask = ask;
        this.maxOutputTokens = maxOutputTokens;
        this.listener = listener;
    }

    /** How often the upstream has been asked. */
    public int count() {
        return attempts;
    }

    /** The name of the channel that answers. Never shown to a caller. */
    public String channel() {
        return channel;
    }

    @Override
    public void cancel() {
        over = true;
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
        if (current != null) {
            current.call.cancel();
        }
    }

    @Override
    public void pause() {
        paused = true;
        if (current != null) {
            current.call.pause();
        }
    }

    @Override
    public void resume() {
        paused = false;
        if (current != null) {
            current.call.resume();
        }
    }

    void begin() {
        timer = -1;
        attempts++;
        held.clear();
        current = new Attempt();
        if (paused) {
            current.call.pause();
        }
    }

    private void again(long waitMillis) {
        current = null;
        timer = vertx.setTimer(Math.max(1, waitMillis), fired -> begin());
    }

    private void finish(Runnable last) {
        over = true;
        last.run();
    }

    private void release() {
        latent = false;
        if (!held.isEmpty()) {
            List<UpstreamEvent> events = new ArrayList<>(held);
            held.clear();
            listener.events(events);
        }
    }

    /** Exponential with full jitter, or what the upstream asked for where that is short enough to wait (wire.md 4.7). */
    private long waitMillis(UpstreamFailure failure) {
        if (failure.retryAfter() != null) {
            return failure.retryAfter().toMillis();
        }
        return random.nextLong(BACKOFF_MILLIS << retries) + 1;
    }

    private boolean mayTryAgain(UpstreamFailure failure) {
        return latent && failure.mayPass() && retries < RETRIES && waitMillis(failure) <= WAIT_MILLIS_MAX;
    }

    private static final int RETRIES = Upstreams.RETRIES_MAX;

    /** A listener of its own for each attempt, so that a late word of an earlier one is not taken for the current one's. */
    private final class Attempt implements UpstreamListener {

        private final UpstreamCall call;
        /** A finish without any output: a call that could not be read, or a stop with nothing said (wire.md 4.4). */
        private boolean finishedEmpty;

        private Attempt() {
            call = ask.send(maxOutputTokens, this);
        }

        @Override
        public void events(List<UpstreamEvent> events) {
            if (stale()) {
                return;
            }
            if (!latent) {
                listener.events(events);
                return;
            }
            held.addAll(events);
            boolean hasSubstance = held.size() > HELD_EVENTS_MAX;
            for (UpstreamEvent event : events) {
                hasSubstance |= substantial(event);
                finishedEmpty |= event instanceof UpstreamEvent.Finish;
            }
            if (hasSubstance) {
                release();
            }
        }

        @Override
        public void ended() {
            if (stale()) {
                return;
            }
            if (latent && finishedEmpty && !askedAgain) {
                askedAgain = true;
                again(1);
                return;
            }
            release();
            if (!over) {
                finish(listener::ended);
            }
        }

        @Override
        public void failed(UpstreamFailure failure) {
            if (stale()) {
                return;
            }
            if (mayTryAgain(failure)) {
                long wait = waitMillis(failure);
                retries++;
                again(wait);
                return;
            }
            finish(() -> listener.failed(failure));
        }

        private boolean stale() {
            return over || (current != null && current != this);
        }
    }

    /** Whether an event is an answer, or the reason why there is none. */
    private static boolean substantial(UpstreamEvent event) {
        return switch (event) {
            case UpstreamEvent.Text text -> !text.text().isEmpty();
            case UpstreamEvent.Thought thought -> !thought.text().isEmpty();
            case UpstreamEvent.ToolCall call -> true;
            case UpstreamEvent.PromptBlocked blocked -> true;
            case UpstreamEvent.Finish finish ->
                finish.reason() == UpstreamEvent.FinishReason.LENGTH
                        || finish.reason() == UpstreamEvent.FinishReason.FILTERED;
            default -> false;
        };
    }
}
