package dev.tollgate.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Mock and load generator as a run has started them, and what was measured with them so far. Blocks while it measures. */
final class Rig {
    /** Plenty to tell by, and few enough that ports of closed connections do not run out. */
    private static final int DEPARTURES_MAX = 2_000;

    private static final int ONE_CALL_MILLIS = 20_000;

    private final LoadProcess load;
    private final Server direct;
    private final PrintStream out;
    private final List<Measurement> measurements = new ArrayList<>();

    private Rig(LoadProcess load, Server direct, PrintStream out) {
        this.load = load;
        this.direct = direct;
        this.out = out;
    }

    static Rig start(Children children, String cpus, PrintStream out) throws IOException {
        Process mock = children.start("mock", cpus, Jvm.self("mock"), Map.of(), true);
        Server direct =
                new Server("direct", mock.pid(), Integer.parseInt(firstLine(mock)), Protocol.GEMINI, Server.NOT_ASKED);
        Process generator = children.start("load", cpus, Jvm.self("load"), Map.of(), true);
        return new Rig(new LoadProcess(generator), direct, out);
    }

    private static String firstLine(Process process) throws IOException {
        BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII);
        String line = lines.readLine();
        if (line == null) {
            throw new IllegalStateException("the mock upstream did not start; see mock.log");
        }
        return line;
    }

    /** The mock itself, with nothing between. */
    Server direct() {
        return direct;
    }

    int mockPort() {
        return direct.port();
    }

    List<Measurement> measurements() {
        return measurements;
    }

    void warmUp(Server server, Kind kind, int connections, int millis) {
        if (millis > 0) {
            warmUp(server, kind, connections, millis, 0);
        }
    }

    /** Ends with the last of {@code calls}, or when the time is up. */
    void warmUp(Server server, Kind kind, int connections, int millis, int calls) {
        out.println("warming up " + server.name() + ": " + kind.label());
        load.run(phase(server, kind, connections, millis, calls));
    }

    /** Whether a single call gets a whole answer. */
    boolean answers(Server server) {
        return load.run(phase(server, Kind.CALL, 1, ONE_CALL_MILLIS, 1)).calls() == 1;
    }

    void measure(int round, Server server, Kind kind, int connections, int millis) {
        measure(round, server, phase(server, kind, connections, millis, 0));
    }

    /** Ends with the last of {@code calls}, or when the time is up. */
    void measure(int round, Server server, Kind kind, int connections, int millis, int calls) {
        measure(round, server, phase(server, kind, connections, millis, calls));
    }

    private LoadPhase phase(Server server, Kind kind, int connections, int millis, int calls) {
        boolean withMock = kind.leaving() || server.protocol() == Protocol.PORTKEY;
        return new LoadPhase(
                server.protocol(),
                kind,
                server.port(),
                connections,
                millis,
                kind.leaving() ? DEPARTURES_MAX : calls,
                withMock ? mockPort() : 0);
    }

    /** The JVM is asked outside of the time in which its CPU is counted: its answer costs some. */
    private void measure(int round, Server server, LoadPhase phase) {
        long allocatedBefore = server.allocatedBytes().getAsLong();
        long cpuBefore = ProcessFigures.cpuMicros(server.pid());
        LoadResult result;
        long residentKib;
        try (ResidentWatch resident = new ResidentWatch(server.pid())) {
            result = load.run(phase);
            residentKib = resident.mostKib();
        }
        long cpuMicros = ProcessFigures.cpuMicros(server.pid()) - cpuBefore;
        long allocated = allocatedBefore < 0 ? -1 : server.allocatedBytes().getAsLong() - allocatedBefore;
        Kind kind = phase.kind();
        measurements.add(new Measurement(
                round, server.name(), kind, phase.connections(), result, cpuMicros, residentKib, allocated));
        if (result.errors() > 0) {
            out.println("  " + result.errors() + " ERRORS: " + server.name() + " " + kind.label() + ", see load.log");
        }
    }
}
