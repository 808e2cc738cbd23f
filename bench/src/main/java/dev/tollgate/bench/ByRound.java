package dev.tollgate.bench;

import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Figures of a run, round by round; NaN where a round has none. */
final class ByRound {
    private final List<Measurement> measurements;
    private final int rounds;

    ByRound(List<Measurement> measurements) {
        this.measurements = measurements;
        rounds = measurements.stream().mapToInt(Measurement::round).max().orElse(0);
    }

    /** Machines slow down and speed up: the ratio is the median of the rounds' own ones. */
    record Compared(double figure, double other, double ratio) {}

    Compared compare(IntToDoubleFunction figure, IntToDoubleFunction other) {
        return new Compared(
                median(figure),
                median(other),
                median(round -> figure.applyAsDouble(round) / other.applyAsDouble(round)));
    }

    double median(IntToDoubleFunction byRound) {
        return Figures.median(IntStream.rangeClosed(1, rounds).mapToDouble(byRound));
    }

    IntToDoubleFunction of(String server, Kind kind, int connections, ToDoubleFunction<Measurement> figure) {
        return round -> find(round, server, kind, connections)
                .map(figure::applyAsDouble)
                .orElse(Double.NaN);
    }

    /** In milliseconds, above what the same round's calls to the mock itself took. */
    IntToDoubleFunction added(String server, Kind kind, int connections, ToDoubleFunction<LoadResult> nanos) {
        ToDoubleFunction<Measurement> millis = m -> nanos.applyAsDouble(m.load()) / 1e6;
        IntToDoubleFunction through = of(server, kind, connections, millis);
        IntToDoubleFunction direct = of("direct", kind, connections, millis);
        return round -> through.applyAsDouble(round) - direct.applyAsDouble(round);
    }

    private Optional<Measurement> find(int round, String server, Kind kind, int connections) {
        return measurements.stream()
                .filter(m -> m.round() == round && m.server().equals(server))
                .filter(m -> m.kind() == kind && m.connections() == connections)
                .findFirst();
    }
}
