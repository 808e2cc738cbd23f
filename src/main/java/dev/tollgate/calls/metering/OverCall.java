package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.Tried;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that is over: what is known of it anyway, read on its event loop while its {@link CallObserver} is told. Steps are in microseconds
 * from the request's arrival, {@link #NEVER} where they were not taken.
 */
public interface OverCall {

    long NEVER = -1;

    String taskId();

    /** Whose it was, through which door, of which model; its arrival has the request's id. */
    MeteredCall request();

    CallOutcome outcome();

    /** What the caller is told in place of an answer's end, or null. */
    @Nullable
    ApiError error();

    /** Whether it left as it came, and not in one piece. */
    boolean isStreamed();

    /** Of {@link System#nanoTime}. */
    long arrivedNanos();

    /** What its translation took, in microseconds. */
    long translationMicros();

    /** The meter has it: read, translated, let in. */
    long startedAtMicros();

    /** Its reservation was asked for: its media are there. */
    long reservingAtMicros();

    /** Its hold is decided. */
    long reservedAtMicros();

    /** An upstream was asked. */
    long askedAtMicros();

    /** The first events came. */
    long heardAtMicros();

    /** The first of the answer was handed to the caller; what leaves in one piece never is before its end. */
    long shownAtMicros();

    /** Nothing more was to come. */
    long doneAtMicros();

    /** Its end was offered to the books. */
    long offeredAtMicros();

    long overAtMicros();

    /** What was charged for, raw; null where nothing was charged. */
    @Nullable
    Usage usage();

    long chargedMicrocredits();

    /** Used, and covered by nothing. */
    long shortfallMicrocredits();

    /**
     * What the upstream asks for what was charged, at its list price of the day, in micro-credits, rounded up; 0 where nothing was charged or
     * no price is known.
     */
    long upstreamCostMicrocredits();

    /** Whether something was odd about what the upstream reported; only of what was charged. */
    boolean has(UsageFlag flag);

    /** Whether more was reported than the call can come to (D53); only of what was charged. */
    boolean isExcessive();

    /** Who answered or was asked last, by the operator's name; empty where nobody was. */
    String channel();

    /** The upstream's name of the model there. */
    String upstreamModel();

    /** What the upstream calls the model that answered, where it has said so. */
    @Nullable
    String answeringVersion();

    /** The latest end of a candidate that was shown; null where there was none. */
    @Nullable
    FinishReason finishReason();

    /** How often an upstream was asked. */
    int attempts();

    /** What became of the tries, in the order of their ends; of those that answered as long as nobody else did. Made anew each time. */
    List<Tried> tried();

    /** How often the answer waited for its caller to read. */
    int callerWaits();

    /** How often it waited for its hold, to grow or to become durable. */
    int holdWaits();
}
