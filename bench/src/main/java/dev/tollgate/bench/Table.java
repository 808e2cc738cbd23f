package dev.tollgate.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What a call and an event may cost, row by row: the gateway's figure, the figure of the server it is compared with, and the goal. */
final class Table {
    /** Where the gateway's JVM was asked what it allocates, in phases of their own. */
    static final String ASKED = "gateway-asked";

    /** Streams of {@link Kind#PACED}: as many streams as give an event every 67 µs. */
    static final int PACED_STREAMS = 150;

    private static final String AGENT = "CPU µs a stream, " + ToolTalk.TURNS + " calls with results, 412 KB";
    private static final String LINE = "%-50s %9s  %-28s %7s  %-30s %s%n";
    private static final String GATEWAY = "gateway";

    private final List<Measurement> measurements;
    private final List<GatewayStart> starts;
    private final int connections;
    private final int streams;
    private final ByRound rounds;
    private final List<Row> rows = new ArrayList<>();

    /** @param streams of the crowd; 0 where there was none */
    Table(List<Measurement> measurements, List<GatewayStart> starts, int connections, int streams) {
        this.measurements = measurements;
        this.starts = starts;
        this.connections = connections;
        this.streams = streams;
        rounds = new ByRound(measurements);
        fill();
    }

    private enum Relation {
        AT_MOST("≤"),
        BELOW("<"),
        AT_LEAST("≥");

        private final String sign;

        Relation(String sign) {
            this.sign = sign;
        }
    }

    /**
     * @param ofRatio whether the bound is for the ratio, or for the figure itself
     * @param aim printed behind the bound, and not judged; empty for none
     */
    record Goal(boolean ofRatio, Relation relation, double bound, String aim) {
        Goal(boolean ofRatio, Relation relation, double bound) {
            this(ofRatio, relation, bound, "");
        }

        static Goal ratioAtMost(double bound) {
            return new Goal(true, Relation.AT_MOST, bound);
        }

        static Goal ratioBelow(double bound) {
            return new Goal(true, Relation.BELOW, bound);
        }

        static Goal ratioAtLeast(double bound) {
            return new Goal(true, Relation.AT_LEAST, bound);
        }

        static Goal atMost(double bound) {
            return new Goal(false, Relation.AT_MOST, bound);
        }

        static Goal atLeast(double bound) {
            return new Goal(false, Relation.AT_LEAST, bound);
        }

        Goal aiming(String better) {
            return new Goal(ofRatio, relation, bound, better);
        }

        private boolean isMet(double value) {
            return switch (relation) {
                case AT_MOST -> value <= bound;
                case BELOW -> value < bound;
                case AT_LEAST -> value >= bound;
            };
        }

        private String text() {
            String number = bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
            return relation.sign + " " + number + (ofRatio ? " ×" : "") + (aim.isEmpty() ? "" : " (aim " + aim + ")");
        }
    }

    /**
     * @param beside the server that it is compared with; empty where with none
     * @param other its figure, NaN where it did not run; so is the ratio
     * @param goal null for a row that only informs
     */
    record Row(
            String what,
            double figure,
            String beside,
            double other,
            double ratio,
            @Nullable Goal goal) {
        static final String HEADER = "run,what,figure,beside,beside_figure,ratio,goal,verdict";

        String verdict() {
            double value = goal != null && goal.ofRatio() ? ratio : figure;
            if (!Double.isFinite(value)) {
                return "not measured";
            }
            return goal == null ? "" : goal.isMet(value) ? "met" : "MISSED";
        }

        String csv(String run) {
            return String.join(
                    ",",
                    run,
                    what.replace(",", ""),
                    Figures.plain(figure),
                    beside,
                    Figures.plain(other),
                    Figures.plain(ratio),
                    goalText(),
                    verdict());
        }

        private String goalText() {
            return goal == null ? "" : goal.text();
        }

        private String line() {
            String neighbour = beside.isEmpty() ? "" : (beside + " " + Figures.plain(other));
            return String.format(
                    Locale.ROOT,
                    LINE,
                    what,
                    Figures.plain(figure),
                    neighbour,
                    Figures.plain(ratio),
                    goalText(),
                    verdict());
        }
    }

    List<Row> rows() {
        return List.copyOf(rows);
    }

    String text() {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, LINE, "what", "figure", "beside", "ratio", "goal (must)", ""));
        rows.forEach(row -> text.append(row.line()));
        return text.toString();
    }

    private void fill() {
        ToDoubleFunction<Measurement> cpuOfCall = Measurement::cpuMicrosPerCall;
        ToDoubleFunction<Measurement> cpuOfEvent = Measurement::cpuMicrosPerEvent;
        int agentWires = Kind.AGENT_CHAT.connections(connections);
        under("CPU µs a call", Kind.CALL, connections, cpuOfCall, "nginx", Goal.ratioAtMost(4.8));
        under("CPU µs a call", Kind.CALL, connections, cpuOfCall, Contestants.SPRING, Goal.ratioBelow(1));
        talk(Kind.TALK_3, "3 KB", Goal.atMost(250).aiming("180"));
        talk(Kind.TALK_43, "43 KB", Goal.atMost(450).aiming("1.5 × nginx + 100"));
        talk(Kind.TALK_412, "412 KB", Goal.atMost(3_000).aiming("2 × nginx"));
        door("CPU µs a call", Kind.CALL, Kind.CALL_MESSAGES, Kind.CALL_RESPONSES);
        door("CPU µs a stream of 50 events", Kind.BURST, Kind.BURST_MESSAGES, Kind.BURST_RESPONSES);
        under(AGENT + ", chat", Kind.AGENT_CHAT, agentWires, cpuOfCall, "nginx", null);
        door(AGENT, Kind.AGENT_CHAT, Kind.AGENT_MESSAGES, Kind.AGENT_RESPONSES);
        under("CPU µs an event, 50 in one write", Kind.BURST, connections, cpuOfEvent, "nginx", Goal.ratioAtMost(5.5));
        under(
                "CPU µs an event, 10 ms apart, " + PACED_STREAMS + " streams",
                Kind.PACED,
                PACED_STREAMS,
                cpuOfEvent,
                "nginx",
                Goal.ratioAtMost(1.6));
        added("added p50 ms, call, concurrency 1", Kind.CALL, LoadResult::p50Nanos, 3.5);
        added("added p99 ms, call, concurrency 1", Kind.CALL, LoadResult::p99Nanos, 3.5);
        sync("of it the disk's own sync, p50 ms", LoadResult::p50Nanos);
        sync("of it the disk's own sync, p99 ms", LoadResult::p99Nanos);
        added("added p50 ms, first byte of a stream", Kind.BURST, LoadResult::firstP50Nanos, 2.5);
        added("added p99 ms, first byte of a stream", Kind.BURST, LoadResult::firstP99Nanos, 2.5);
        alone(
                "bytes allocated a call",
                rounds.median(rounds.of(ASKED, Kind.CALL, connections, Measurement::allocatedBytesPerCall)),
                Goal.atMost(28_000));
        alone(
                "bytes allocated an event, 50 in one write",
                rounds.median(rounds.of(ASKED, Kind.BURST, connections, Measurement::allocatedBytesPerEvent)),
                Goal.atMost(1_500));
        alone("CPU s, start to the first 10,000 calls", ofStarts(GatewayStart::cpuMicros) / 1e6, Goal.atMost(16));
        under(
                "calls/s on the core",
                Kind.CALL,
                connections,
                m -> m.load().callsPerSecond(),
                Contestants.PORTKEY,
                Goal.ratioAtLeast(9));
        alone(
                "s, second start to the first billed answer",
                ofStarts(GatewayStart::billedMillis) / 1e3,
                Goal.atMost(0.9));
        alone("resident MB, idle", ofStarts(GatewayStart::idleResidentKib) / 1024, Goal.atMost(150));
        alone("resident MB, under load", residentUnderLoad(), Goal.atMost(280));
        if (streams > 0) {
            crowd();
        }
    }

    private void talk(Kind kind, String size, Goal goal) {
        String what = "CPU µs a call, " + Conversation.MESSAGES + " messages, " + size;
        int wires = kind.connections(connections);
        under(what, kind, wires, Measurement::cpuMicrosPerCall, "nginx", goal);
        under(what, kind, wires, Measurement::cpuMicrosPerCall, Contestants.PORTKEY, null);
    }

    /** The cost of the two further doors, compared with chat. */
    private void door(String what, Kind chat, Kind messages, Kind responses) {
        for (Kind kind : List.of(messages, responses)) {
            int wires = kind.connections(connections);
            row(
                    what + ", " + kind.door().name().toLowerCase(Locale.ROOT),
                    rounds.of(GATEWAY, kind, wires, Measurement::cpuMicrosPerCall),
                    "chat",
                    rounds.of(GATEWAY, chat, wires, Measurement::cpuMicrosPerCall),
                    Goal.ratioAtMost(1.15));
        }
    }

    private void crowd() {
        String what = streams + " streams, an event every 250 ms: ";
        alone(what + "complete", leastComplete(), Goal.atLeast(streams));
        row(
                what + "added p99 ms",
                rounds.added(GATEWAY, Kind.CROWD, streams, LoadResult::p99Nanos),
                "nginx",
                rounds.added("nginx", Kind.CROWD, streams, LoadResult::p99Nanos),
                Goal.atMost(20));
        row(
                what + "resident MB",
                rounds.of(GATEWAY, Kind.CROWD, streams, Table::residentMegabytes),
                "nginx",
                rounds.of("nginx", Kind.CROWD, streams, Table::residentMegabytes),
                Goal.atMost(600));
    }

    private void under(
            String what,
            Kind kind,
            int wires,
            ToDoubleFunction<Measurement> figure,
            String beside,
            @Nullable Goal goal) {
        row(what, rounds.of(GATEWAY, kind, wires, figure), beside, rounds.of(beside, kind, wires, figure), goal);
    }

    private void added(String what, Kind kind, ToDoubleFunction<LoadResult> nanos, double ratioAtMost) {
        row(
                what,
                rounds.added(GATEWAY, kind, 1, nanos),
                "nginx",
                rounds.added("nginx", kind, 1, nanos),
                Goal.ratioAtMost(ratioAtMost));
    }

    /** Beside what nginx adds, so that it is seen how much of a goal is left to the program. */
    private void sync(String what, ToDoubleFunction<LoadResult> nanos) {
        row(
                what,
                rounds.of(DiskSync.DISK, Kind.CALL, 1, m -> nanos.applyAsDouble(m.load()) / 1e6),
                "nginx",
                rounds.added("nginx", Kind.CALL, 1, nanos),
                null);
    }

    private void row(
            String what, IntToDoubleFunction figure, String beside, IntToDoubleFunction other, @Nullable Goal goal) {
        ByRound.Compared compared = rounds.compare(figure, other);
        rows.add(new Row(what, compared.figure(), beside, compared.other(), compared.ratio(), goal));
    }

    private void alone(String what, double figure, Goal goal) {
        rows.add(new Row(what, figure, "", Double.NaN, Double.NaN, goal));
    }

    private double ofStarts(ToLongFunction<GatewayStart> figure) {
        return Figures.median(starts.stream().mapToDouble(figure::applyAsLong));
    }

    /** The most of all phases but the crowd's, which has a row of its own. */
    private double residentUnderLoad() {
        return measurements.stream()
                .filter(m -> m.server().equals(GATEWAY) && m.kind() != Kind.CROWD)
                .mapToDouble(Table::residentMegabytes)
                .max()
                .orElse(Double.NaN);
    }

    private double leastComplete() {
        return measurements.stream()
                .filter(m -> m.server().equals(GATEWAY) && m.kind() == Kind.CROWD)
                .mapToDouble(m -> m.load().calls())
                .min()
                .orElse(Double.NaN);
    }

    private static double residentMegabytes(Measurement measurement) {
        return measurement.residentKib() / 1024.0;
    }

    /** Figures of all servers. */
    long errors() {
        return measurements.stream().mapToLong(m -> m.load().errors()).sum();
    }
}
