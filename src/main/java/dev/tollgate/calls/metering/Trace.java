package dev.tollgate.calls.metering;

import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.rollups.CallFigures;

/**
 * How a call went, for its task and the roll-ups.
 *
 * @param json the task's course
 * @param firstByteMillis from the request's arrival, or {@link CallFigures#NONE}
 * @param channel who answered or was asked last; empty where nobody was
 * @param upstreamModel likewise
 */
record Trace(WrittenJson json, long firstByteMillis, String channel, String upstreamModel) {

    /** Of a call of which nothing is known. */
    static final Trace NONE = new Trace(WrittenJson.of("{}"), CallFigures.NONE, "", "");
}
