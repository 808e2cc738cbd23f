package dev.tollgate.upstreams.pool;

import java.util.List;

/**
 * The report of an attempt whose events are thrown away: it counts for the operator's cost, never for the caller's charge.
 *
 * @param channel the name of the channel
 * @param model the upstream's name of the model
 * @param reports the events about usage, in their order; at least one {@link UpstreamEvent.Usage}
 */
public record Spent(String channel, String model, List<UpstreamEvent> reports) {

    public Spent {
        reports = List.copyOf(reports);
    }
}
