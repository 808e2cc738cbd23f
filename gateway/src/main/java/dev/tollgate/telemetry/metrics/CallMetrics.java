package dev.tollgate.telemetry.metrics;

import dev.tollgate.calls.metering.CallObserver;
import dev.tollgate.calls.metering.CallOutcome;
import dev.tollgate.calls.metering.CallStep;
import dev.tollgate.calls.metering.CallSteps;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.OverCall;
import dev.tollgate.calls.metering.UsageFlag;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.hops.HopEnd;
import dev.tollgate.upstreams.sessions.CacheUse;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Metrics of calls as callers see them: number, outcome, duration and charge. */
final class CallMetrics implements CallObserver {

    private static final int SERIES_OF_MODEL = 84;
    private static final int SERIES_OF_CHANNEL = 6;

    /** The number of tokens below which the pace has no meaning. */
    private static final long TOKENS_LEAST = 16;

    private static final double MICROS = 1e6;

    private final UpstreamMetrics upstream;
    private final Counter ends;
    private final Gauge open;
    private final Histogram firstBytes;
    private final Histogram paces;
    private final Counter tokens;
    private final Counter cacheTokens;
    private final Counter cacheMisses;
    private final Counter hops;
    private final Counter charged;
    private final Counter costs;
    private final Counter anomalies;
    private final DistributionDataPoint admitting;
    private final DistributionDataPoint translating;
    private final DistributionDataPoint reserving;
    private final DistributionDataPoint settling;
    private final CounterDataPoint waitsForCaller;
    private final CounterDataPoint waitsForHold;
    private final SeriesRoom.Named<OfDoor> doors;
    private final SeriesRoom.Named<OfModel> models;

    CallMetrics(Histograms shapes, SeriesRoom room, UpstreamMetrics upstream) {
        this.upstream = upstream;
        this.ends = ends(shapes);
        this.open = shapes.gauge("tollgate_calls_open", "Calls in progress.", "door");
        this.firstBytes = shapes.farSeconds(
                "tollgate_call_first_byte_seconds",
                "Time from a call's arrival to the first byte of its response, in seconds; to the whole response if"
                        + " the call does not stream. Calls in the background are not counted.",
                "model");
        this.paces = shapes.pace(
                "tollgate_call_output_tokens_per_second",
                "Output tokens per second of streams with at least 16 output tokens.",
                "model");
        this.tokens = shapes.counter("tollgate_tokens", "Tokens of charged calls, by kind.", "model", "kind");
        this.cacheTokens = cacheTokens(shapes);
        this.cacheMisses = cacheMisses(shapes);
        this.hops = hops(shapes);
        this.charged = shapes.counter(
                "tollgate_call_charged_microcredits", "Micro-credits charged for calls.", "model", "channel");
        this.costs = costs(shapes);
        this.anomalies = shapes.counter(
                "tollgate_usage_anomalies",
                "Calls whose reported usage or cost could not be taken as reported, by reason.",
                "channel",
                "flag");
        Histogram own = ownSeconds(shapes);
        this.admitting = own.labelValues("admit");
        this.translating = own.labelValues("translate");
        this.reserving = own.labelValues("reserve");
        this.settling = own.labelValues("settle");
        Counter waits = waits(shapes);
        this.waitsForCaller = waits.labelValues("caller");
        this.waitsForHold = waits.labelValues("hold");
        this.doors = room.new Named<>(1, OfDoor::new);
        this.models = room.new Named<>(SERIES_OF_MODEL, name -> new OfModel(name, room));
    }

    private static Counter ends(Histograms shapes) {
        return shapes.counter(
                "tollgate_calls",
                "Finished calls, by outcome, without calls in the background that every upstream refused.",
                "door",
                "model",
                "outcome");
    }

    private static Histogram ownSeconds(Histograms shapes) {
        return shapes.ownSeconds(
                "tollgate_call_own_seconds",
                "Time that Tollgate adds to a call, in seconds, by phase: admit (including receipt of the body),"
                        + " translate, reserve, settle.",
                "phase");
    }

    private static Counter cacheTokens(Histograms shapes) {
        return shapes.counter(
                "tollgate_cache_tokens",
                "Tokens of prompts of 8 KiB and more, by result: read (from the provider's cache) or missed (an earlier prompt of the session had them).",
                "model",
                "result");
    }

    private static Counter cacheMisses(Histograms shapes) {
        return shapes.counter(
                "tollgate_cache_misses",
                "Calls with prompts of 8 KiB and more that read less than half of what was expected from the provider's cache, by reason.",
                "model",
                "reason");
    }

    private static Counter costs(Histograms shapes) {
        return shapes.counter(
                "tollgate_upstream_cost_microusd",
                "Cost of calls at the upstreams' list prices, or as channels report it, attempts that were thrown away included, in millionths of a US dollar."
                        + " 0 if the price is unknown.",
                "model",
                "channel");
    }

    private static Counter hops(Histograms shapes) {
        return shapes.counter(
                "tollgate_hops",
                "Requests of long responses, by outcome: continued (with a token for the rest), stuck (ended by Tollgate, because the response got no further)"
                        + " or an outcome of tollgate_calls_total.",
                "model",
                "outcome");
    }

    private static Counter waits(Histograms shapes) {
        return shapes.counter(
                "tollgate_stream_waits",
                "Pauses of responses, by side: caller (the client reads too slowly) or hold (the hold is being extended).",
                "side");
    }

    private final class OfDoor {

        private final GaugeDataPoint open;
        private final SeriesRoom.Named<Ends> models;

        OfDoor(String name) {
            this.open = CallMetrics.this.open.labelValues(name);
            this.models = new SeriesRoom(SeriesRoom.SERIES_MAX).new Named<>(0, model -> new Ends(name, model));
        }
    }

    /** The metrics of one door and one model. */
    private final class Ends {

        private final String door;
        private final String model;
        private final AtomicReferenceArray<@Nullable CounterDataPoint> counts =
                new AtomicReferenceArray<>(CallOutcome.values().length);

        Ends(String door, String model) {
            this.door = door;
            this.model = model;
        }

        CounterDataPoint count(CallOutcome outcome) {
            CounterDataPoint known = counts.get(outcome.ordinal());
            if (known == null) {
                known = ends.labelValues(door, model, outcome.wireName());
                counts.set(outcome.ordinal(), known);
            }
            return known;
        }
    }

    private final class OfModel {

        private final String name;
        private final DistributionDataPoint firstByte;
        private final DistributionDataPoint pace;
        private final CounterDataPoint input;
        private final CounterDataPoint cached;
        private final CounterDataPoint output;
        private final CounterDataPoint reasoning;
        private final SeriesRoom.Named<OfPair> channels;

        OfModel(String name, SeriesRoom room) {
            this.name = name;
            this.firstByte = firstBytes.labelValues(name);
            this.pace = paces.labelValues(name);
            this.input = tokens.labelValues(name, "input");
            this.cached = tokens.labelValues(name, "cached");
            this.output = tokens.labelValues(name, "output");
            this.reasoning = tokens.labelValues(name, "reasoning");
            this.channels = room.new Named<>(SERIES_OF_CHANNEL, channel -> new OfPair(name, channel));
        }
    }

    /** The metrics of a model on a channel. */
    private final class OfPair {

        private final CounterDataPoint charged;
        private final CounterDataPoint cost;

        OfPair(String model, String channel) {
            this.charged = CallMetrics.this.charged.labelValues(model, channel);
            this.cost = costs.labelValues(model, channel);
        }
    }

    @Override
    public void begun(MeteredCall request) {
        doors.of(request.door()).open.inc();
    }

    @Override
    public void over(OverCall call) {
        OfDoor door = doors.of(call.request().door());
        door.open.dec();
        CallOutcome outcome = call.outcome();
        if (outcome == CallOutcome.REFUSED || outcome == CallOutcome.REPEATED || call.isRefusedTry()) {
            return; // counted elsewhere, when it is reported
        }
        OfModel model = models.of(call.request().model().id());
        door.models.of(model.name).count(outcome).inc();
        hop(call, model);
        steps(call, model);
        if (call.callerWaits() > 0) {
            waitsForCaller.inc(call.callerWaits());
        }
        if (call.holdWaits() > 0) {
            waitsForHold.inc(call.holdWaits());
        }
        List<OverCall.Cost> costs = call.costs();
        for (int i = 0; i < costs.size(); i++) { // without an iterator, which each call would leave behind
            OverCall.Cost cost = costs.get(i);
            double microUsd = (double) cost.micros() / UpstreamModel.Cost.CREDITS_A_DOLLAR;
            model.channels.of(cost.channel()).cost.inc(microUsd);
        }
        List<String> refused = call.costsRefused();
        for (int i = 0; i < refused.size(); i++) {
            anomalies.labelValues(refused.get(i), "cost").inc();
        }
        OverCall.Charge charge = call.charge();
        if (charge != null) {
            charged(call, model, charge);
        }
    }

    private void hop(OverCall call, OfModel model) {
        HopEnd end = call.hopEnd();
        if (end != null) {
            boolean isItsOwn = end != HopEnd.OTHER && call.outcome() == CallOutcome.CUT_LENGTH;
            String outcome = isItsOwn
                    ? end.name().toLowerCase(Locale.ROOT)
                    : call.outcome().wireName();
            hops.labelValues(model.name, outcome).inc();
        }
    }

    private void steps(OverCall call, OfModel model) {
        CallSteps steps = call.steps();
        long translated = call.request().translation().micros();
        admitting.observe(Histograms.secondsOfMicros(Math.max(0, steps.at(CallStep.STARTED) - translated)));
        translating.observe(Histograms.secondsOfMicros(translated));
        if (steps.has(CallStep.RESERVED)) {
            reserving.observe(Histograms.secondsOfMicros(steps.at(CallStep.RESERVED) - steps.at(CallStep.RESERVING)));
        }
        if (steps.has(CallStep.OFFERED)) {
            settling.observe(Histograms.secondsOfMicros(steps.at(CallStep.OVER) - steps.at(CallStep.OFFERED)));
        }
        if (steps.has(CallStep.SHOWN) && !call.isOfJob()) {
            model.firstByte.observe(
                    Histograms.secondsOfMicros(steps.at(call.isStreamed() ? CallStep.SHOWN : CallStep.OVER)));
        }
    }

    private void charged(OverCall call, OfModel model, OverCall.Charge charge) {
        Usage usage = charge.usage();
        long output = usage.candidatesTokens() + usage.thoughtsTokens();
        model.input.inc(usage.inputTokens());
        model.cached.inc(usage.cachedTokens());
        model.output.inc(usage.candidatesTokens());
        model.reasoning.inc(usage.thoughtsTokens());
        if (call.cache() != null) {
            cached(model.name, call.cache());
        }
        OfPair pair = model.channels.of(call.channel());
        pair.charged.inc(charge.micros());
        upstream.used(call.channel(), call.upstreamModel(), usage.inputTokens(), output);
        long micros = call.steps().at(CallStep.DONE) - call.steps().at(CallStep.HEARD);
        if (call.isStreamed() && output >= TOKENS_LEAST && micros > 0) {
            model.pace.observe(output * MICROS / micros);
        }
        for (int i = 0; i < FLAGS.length; i++) {
            if (charge.flags().contains(FLAGS[i])) {
                anomalies.labelValues(call.channel(), FLAGS[i].wireName()).inc();
            }
        }
        if (charge.isExcessive()) {
            anomalies.labelValues(call.channel(), "excess").inc();
        }
    }

    private void cached(String model, CacheUse use) {
        cacheTokens.labelValues(model, "read").inc(use.cachedTokens());
        cacheTokens.labelValues(model, "missed").inc(Math.max(0, use.expectedTokens() - use.cachedTokens()));
        if (use.miss() != null) {
            cacheMisses.labelValues(model, use.miss().word()).inc();
        }
    }

    private static final UsageFlag[] FLAGS = UsageFlag.values();
}
