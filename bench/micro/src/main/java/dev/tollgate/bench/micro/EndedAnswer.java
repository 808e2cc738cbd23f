package dev.tollgate.bench.micro;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.calls.metering.CallOutcome;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.OverCall;
import dev.tollgate.calls.metering.UsageFlag;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.Tried;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.List;

/** A whole answer that was streamed and charged. */
record EndedAnswer(MeteredCall request) implements OverCall {

    private static final Usage USAGE = Usage.of(1_000, 1_000, 200);

    @Override
    public String taskId() {
        return "task_1";
    }

    @Override
    public CallOutcome outcome() {
        return CallOutcome.COMPLETED;
    }

    @Override
    public ApiError error() {
        return null;
    }

    @Override
    public boolean isStreamed() {
        return true;
    }

    @Override
    public long arrivedNanos() {
        return 0;
    }

    @Override
    public long translationMicros() {
        return 40;
    }

    @Override
    public long startedAtMicros() {
        return 300;
    }

    @Override
    public long reservingAtMicros() {
        return 301;
    }

    @Override
    public long reservedAtMicros() {
        return 330;
    }

    @Override
    public long askedAtMicros() {
        return 331;
    }

    @Override
    public long heardAtMicros() {
        return 300_000;
    }

    @Override
    public long shownAtMicros() {
        return 300_050;
    }

    @Override
    public long doneAtMicros() {
        return 900_000;
    }

    @Override
    public long offeredAtMicros() {
        return 900_050;
    }

    @Override
    public long overAtMicros() {
        return 901_500;
    }

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public long chargedMicrocredits() {
        return 500_000;
    }

    @Override
    public long shortfallMicrocredits() {
        return 0;
    }

    @Override
    public long upstreamCostMicrocredits() {
        return 230_000;
    }

    @Override
    public boolean has(UsageFlag flag) {
        return false;
    }

    @Override
    public boolean isExcessive() {
        return false;
    }

    @Override
    public String channel() {
        return "main";
    }

    @Override
    public String upstreamModel() {
        return "gemini-2.5-pro";
    }

    @Override
    public String answeringVersion() {
        return null;
    }

    @Override
    public FinishReason finishReason() {
        return FinishReason.STOP;
    }

    @Override
    public int attempts() {
        return 1;
    }

    @Override
    public List<Tried> tried() {
        return List.of();
    }

    @Override
    public int callerWaits() {
        return 0;
    }

    @Override
    public int holdWaits() {
        return 0;
    }
}
