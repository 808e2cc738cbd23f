package dev.tollgate.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The table for people: medians over the rounds; the ratio is the median of each round's own ratio. */
final class Summary {
    private static final String LINE = "%-60s %10s %10s %8s%n";

    /** Between a caller's departure and the closing of the upstream's connection. */
    private static final int CANCEL_GOAL_MILLIS = 100;

    private static final int DEPARTURES_LEAST = 200;

    private final List<Measurement> measurements;
    private final int connections;
    private final String other;
    private final ByRound rounds;
    private final StringBuilder table = new StringBuilder();

    /** @param other the server that the gateway is compared with */
    Summary(List<Measurement> measurements, int connections, String other) {
        this.measurements = measurements;
        this.connections = connections;
        this.other = other;
        rounds = new ByRound(measurements);
    }

    String table() {
        line("", "gateway", other, "ratio");
        row("CPU µs per call", Kind.CALL, Measurement::cpuMicrosPerCall);
        for (Kind kind : Kind.FURTHER) {
            row("CPU µs per call, " + kind.label(), kind, Measurement::cpuMicrosPerCall);
        }
        for (Kind kind : Kind.SESSIONS) {
            row("CPU ms per session, " + kind.label(), kind, m -> m.cpuMicrosPerCall() / 1e3);
        }
        row("CPU ms per image of 20 MB of base64", Kind.IMAGE, m -> m.cpuMicrosPerCall() / 1e3);
        row("CPU µs per event, 50 in one write", Kind.BURST, Measurement::cpuMicrosPerEvent);
        row("CPU µs per event, 10 ms apart", Kind.PACED, Measurement::cpuMicrosPerEvent);
        row("bytes allocated per call", Kind.CALL, Measurement::allocatedBytesPerCall);
        for (Kind kind : Kind.FURTHER) {
            row("bytes allocated per call, " + kind.label(), kind, Measurement::allocatedBytesPerCall);
        }
        for (Kind kind : Kind.SESSIONS) {
            row("MB allocated per session, " + kind.label(), kind, m -> m.allocatedBytesPerCall() / 1e6);
        }
        row("MB allocated per image", Kind.IMAGE, m -> m.allocatedBytesPerCall() / 1e6);
        row("bytes allocated per event, 50 in one write", Kind.BURST, Measurement::allocatedBytesPerEvent);
        row("bytes allocated per event, 10 ms apart", Kind.PACED, Measurement::allocatedBytesPerEvent);
        row("calls/s", Kind.CALL, m -> m.load().callsPerSecond());
        row("streams/s, 50 events in one write", Kind.BURST, m -> m.load().callsPerSecond());
        added("added p50 ms, call", Kind.CALL, LoadResult::p50Nanos);
        added("added p99 ms, call", Kind.CALL, LoadResult::p99Nanos);
        added("added p50 ms, stream, first byte", Kind.BURST, LoadResult::firstP50Nanos);
        added("added p99 ms, stream, first byte", Kind.BURST, LoadResult::firstP99Nanos);
        added("added p50 ms, stream, last byte", Kind.BURST, LoadResult::p50Nanos);
        added("added p99 ms, stream, last byte", Kind.BURST, LoadResult::p99Nanos);
        row("resident MB", Kind.PACED, m -> m.residentKib() / 1024.0);
        row("cancel p50 ms", Kind.LEAVE, m -> m.load().p50Nanos() / 1e6);
        row("cancel p99 ms", Kind.LEAVE, m -> m.load().p99Nanos() / 1e6);
        slowestCancel();
        return table.toString();
    }

    /** The one figure that is no median: what took longest in any round. */
    private void slowestCancel() {
        if (isLeftOut(Kind.LEAVE)) {
            return;
        }
        double gateway = slowestCancelMillis("gateway");
        double others = slowestCancelMillis(other);
        line(
                "cancel max ms" + at(connections),
                Figures.plain(gateway),
                Figures.plain(others),
                Figures.plain(gateway / others));
    }

    /** How the gateway stands against the goal, in a sentence. A call that was not cancelled at all is an error, and missed it. */
    String cancelling() {
        long departures = departures("gateway").mapToLong(m -> m.load().calls()).sum();
        long errors = departures("gateway").mapToLong(m -> m.load().errors()).sum();
        double slowest = slowestCancelMillis("gateway");
        boolean met = errors == 0 && slowest <= CANCEL_GOAL_MILLIS;
        return "cancel: " + departures + " departures" + (departures < DEPARTURES_LEAST ? " (too few to judge by)" : "")
                + (errors == 0 ? "" : ", " + errors + " errors") + ": the goal of " + CANCEL_GOAL_MILLIS + " ms is "
                + (met ? "met" : "MISSED");
    }

    /** NaN if no caller left. */
    private double slowestCancelMillis(String server) {
        return departures(server)
                .filter(m -> m.load().calls() > 0)
                .mapToDouble(m -> m.load().maxNanos() / 1e6)
                .max()
                .orElse(Double.NaN);
    }

    private Stream<Measurement> departures(String server) {
        return measurements.stream()
                .filter(m -> m.kind().leaving() && m.server().equals(server));
    }

    long errors() {
        return measurements.stream().mapToLong(m -> m.load().errors()).sum();
    }

    private void row(String name, Kind kind, ToDoubleFunction<Measurement> figure) {
        int wires = kind.connections(connections);
        compare(
                kind,
                name + at(wires),
                rounds.of("gateway", kind, wires, figure),
                rounds.of(other, kind, wires, figure));
    }

    /** One call at a time, above what the same round's call to the mock itself took. */
    private void added(String name, Kind kind, ToDoubleFunction<LoadResult> nanos) {
        compare(kind, name + at(1), rounds.added("gateway", kind, 1, nanos), rounds.added(other, kind, 1, nanos));
    }

    private void compare(Kind kind, String name, IntToDoubleFunction gateway, IntToDoubleFunction beside) {
        if (isLeftOut(kind)) {
            return;
        }
        ByRound.Compared compared = rounds.compare(gateway, beside);
        line(name, Figures.plain(compared.figure()), Figures.plain(compared.other()), Figures.plain(compared.ratio()));
    }

    private boolean isLeftOut(Kind kind) {
        return measurements.stream().noneMatch(m -> m.kind() == kind);
    }

    private static String at(int connections) {
        return ", " + connections + (connections == 1 ? " connection" : " connections");
    }

    private void line(String name, String gateway, String nginx, String ratio) {
        table.append(String.format(Locale.ROOT, LINE, name, gateway, nginx, ratio));
    }
}
