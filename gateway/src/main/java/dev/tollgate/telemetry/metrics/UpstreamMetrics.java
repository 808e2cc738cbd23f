package dev.tollgate.telemetry.metrics;

import dev.tollgate.upstreams.pool.AttemptEnd;
import dev.tollgate.upstreams.pool.TryObserver;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The metrics of upstreams: durations, ends and amounts. */
final class UpstreamMetrics implements TryObserver {

    private static final int SERIES_OF_PAIR = 180;
    private static final String NONE = "none";

    private final Histogram durations;
    private final Histogram firstChunks;
    private final Histogram tokens;
    private final Counter attempts;
    private final Counter affinity;
    private final SeriesRoom.Named<OfChannel> channels;

    UpstreamMetrics(Histograms shapes, SeriesRoom room) {
        this.durations = shapes.farSeconds(
                GenAiNames.OPERATION_DURATION,
                "Duration of upstream attempts in seconds, from the request to the end. error_type is empty for a response.",
                GenAiNames.OPERATION,
                GenAiNames.PROVIDER,
                GenAiNames.REQUEST_MODEL,
                GenAiNames.ERROR_TYPE);
        this.firstChunks = shapes.farSeconds(
                GenAiNames.TIME_TO_FIRST_CHUNK,
                "Time from a request to an upstream until its first content, in seconds.",
                GenAiNames.OPERATION,
                GenAiNames.PROVIDER,
                GenAiNames.REQUEST_MODEL);
        this.tokens = shapes.tokens(
                GenAiNames.TOKEN_USAGE,
                "Tokens per charged call. Output includes thoughts.",
                GenAiNames.OPERATION,
                GenAiNames.PROVIDER,
                GenAiNames.REQUEST_MODEL,
                GenAiNames.TOKEN_TYPE);
        this.attempts = shapes.counter(
                "tollgate_channel_attempts", "Upstream attempts, by how they ended.", "channel", "model", "end");
        this.affinity = shapes.counter(
                "tollgate_affinity",
                "Answered calls of sessions with several channels, by what names the session and by channel: first (in the session's order),"
                        + " passed_over (another one, for its load or a thought signature) or failed_over (another one, for its health).",
                "source",
                "result");
        this.channels = room.new Named<>(0, name -> new OfChannel(name, room));
    }

    private final class OfChannel {

        private final String name;
        private final SeriesRoom.Named<Pair> models;
        private volatile String provider = NONE;

        OfChannel(String name, SeriesRoom room) {
            this.name = name;
            this.models = room.new Named<>(SERIES_OF_PAIR, model -> new Pair(this.name, provider, model));
        }
    }

    /** A model on a channel. */
    private final class Pair {

        private final String channel;
        private final String provider;
        private final String model;
        private final AtomicReferenceArray<@Nullable CounterDataPoint> ends =
                new AtomicReferenceArray<>(AttemptEnd.values().length);
        private final AtomicReferenceArray<@Nullable DistributionDataPoint> times =
                new AtomicReferenceArray<>(AttemptEnd.values().length);
        private final DistributionDataPoint firstChunk;
        private final DistributionDataPoint input;
        private final DistributionDataPoint output;

        Pair(String channel, String provider, String model) {
            this.channel = channel;
            this.provider = provider;
            this.model = model;
            this.firstChunk = firstChunks.labelValues(GenAiNames.CHAT, provider, model);
            this.input = tokens.labelValues(GenAiNames.CHAT, provider, model, GenAiNames.INPUT);
            this.output = tokens.labelValues(GenAiNames.CHAT, provider, model, GenAiNames.OUTPUT);
        }

        CounterDataPoint count(AttemptEnd end) {
            CounterDataPoint known = ends.get(end.ordinal());
            if (known == null) {
                known = attempts.labelValues(channel, model, end.wireName());
                ends.set(end.ordinal(), known);
            }
            return known;
        }

        DistributionDataPoint time(AttemptEnd end) {
            DistributionDataPoint known = times.get(end.ordinal());
            if (known == null) {
                String error = end == AttemptEnd.ANSWERED ? "" : end.wireName();
                known = durations.labelValues(GenAiNames.CHAT, provider, model, error);
                times.set(end.ordinal(), known);
            }
            return known;
        }
    }

    @Override
    public void over(String channel, String provider, String model, AttemptEnd end, long nanos, long heardNanos) {
        OfChannel its = channels.of(channel);
        if (its.provider.equals(NONE)) {
            its.provider = provider;
        }
        Pair pair = its.models.of(model);
        pair.count(end).inc();
        pair.time(end).observe(Histograms.seconds(nanos));
        if (heardNanos != TryObserver.NOTHING) {
            pair.firstChunk.observe(Histograms.seconds(heardNanos));
        }
    }

    @Override
    public void session(String source, Place place) {
        affinity.labelValues(source, place.word()).inc();
    }

    void used(String channel, String model, long inputTokens, long outputTokens) {
        Pair pair = channels.of(channel).models.of(model);
        pair.input.observe((double) inputTokens);
        pair.output.observe((double) outputTokens);
    }

    /**
     * Names of OpenTelemetry's semantic conventions for generative AI as Prometheus writes them: the client's side, for we ask models and serve none.
     * As of version 1.43.0, the last that holds them: they have moved to a repository of their own, where all of them are "Development" and may
     * change. So they stand here and nowhere else.
     */
    private static final class GenAiNames {

        static final String OPERATION_DURATION = "gen_ai_client_operation_duration_seconds";

        static final String TIME_TO_FIRST_CHUNK = "gen_ai_client_operation_time_to_first_chunk_seconds";

        static final String TOKEN_USAGE = "gen_ai_client_token_usage";

        static final String OPERATION = "gen_ai_operation_name";
        static final String PROVIDER = "gen_ai_provider_name";
        static final String REQUEST_MODEL = "gen_ai_request_model";
        static final String TOKEN_TYPE = "gen_ai_token_type";
        static final String ERROR_TYPE = "error_type";

        /** A value of {@link #OPERATION}. */
        static final String CHAT = "chat";

        /** A value of {@link #TOKEN_TYPE}. */
        static final String INPUT = "input";

        static final String OUTPUT = "output";

        private GenAiNames() {}
    }
}
