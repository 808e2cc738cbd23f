package dev.tollgate.calls.metering;

import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.rollups.CallFigures;

/**
 * The course of a call, for its task and the roll-ups.
 *
 * @param json the task's course
 * @param firstByteMillis time since the request's arrival, or {@link CallFigures#NONE}
 * @param channel the channel that answered or was asked last; empty if none was asked
 * @param upstreamModel the upstream's name of the model there; empty if none was asked
 * @param costs what its attempts cost the operator
 */
record Trace(WrittenJson json, long firstByteMillis, String channel, String upstreamModel, Costs costs) {

    /** The trace of a call about which nothing is known. */
    static final Trace NONE = new Trace(WrittenJson.of("{}"), CallFigures.NONE, "", "", Costs.NONE);
}
