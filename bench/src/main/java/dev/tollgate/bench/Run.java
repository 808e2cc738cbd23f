package dev.tollgate.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** One run, top to bottom: start everything, warm up, measure in rounds, write the results. Blocks for all of it. */
final class Run {
    private static final double BUSY_LOAD = 0.5;

    /** Plenty to tell by, and few enough that ports of closed connections do not run out. */
    private static final int DEPARTURES_MAX = 2_000;

    private final RunOptions options;
    private final Path directory;
    private final InstantSource clock;
    private final PrintStream out;
    private final List<Measurement> measurements = new ArrayList<>();

    /** @param directory of this run alone; logs and the database lie there */
    Run(RunOptions options, Path directory, InstantSource clock, PrintStream out) {
        this.options = options;
        this.directory = directory;
        this.clock = clock;
        this.out = out;
    }

    /** True if every answer of every phase was whole. */
    boolean run(boolean pinning) throws IOException, InterruptedException {
        Files.createDirectories(directory.resolve("data"));
        Map<String, String> conditions = Conditions.read(options, directory.resolve("data"), nginxVersion());
        warnOfNeighbours(conditions);
        try (Children children = new Children(directory, pinning)) {
            measure(children, conditions);
        }
        return report(conditions);
    }

    private void measure(Children children, Map<String, String> conditions) throws IOException, InterruptedException {
        Process mock = children.start("mock", options.loadCpus(), Jvm.self("mock"), Map.of(), true);
        int mockPort = Integer.parseInt(firstLine(mock));
        Process generator = children.start("load", options.loadCpus(), Jvm.self("load"), Map.of(), true);
        LoadProcess load = new LoadProcess(generator);

        Gateway gateway =
                new Gateway(children, options, directory, ModelsFile.write(directory.resolve("models.yaml")), mockPort);
        Gateway.Started first = gateway.start();
        Children.stop(first.process());
        Gateway.Started second = gateway.start();
        conditions.put("first_start_millis", Long.toString(first.startMillis()));
        conditions.put("second_start_millis", Long.toString(second.startMillis()));
        conditions.put("bills", Boolean.toString(gateway.bills(second.port())));

        long pid = second.process().pid();
        List<Server> servers = new ArrayList<>();
        servers.add(new Server("gateway", pid, second.port(), Protocol.OPENAI, allocatedBytes(pid)));
        startNginx(children, mockPort).ifPresent(servers::add);
        servers.forEach(server -> warmUp(load, server, mockPort));
        Server direct = new Server("direct", mock.pid(), mockPort, Protocol.GEMINI, Server.NOT_ASKED);
        for (int round = 1; round <= options.rounds(); round++) {
            out.println("round " + round + " of " + options.rounds());
            for (Server server : servers) {
                underLoad(round, load, server, mockPort);
            }
            for (Server server : servers) {
                oneByOne(round, load, server);
            }
            oneByOne(round, load, direct);
            leave(round, load, direct, mockPort);
        }
    }

    private LongSupplier allocatedBytes(long pid) {
        if (!options.allocation()) {
            out.println("bytes allocated: left out, as asked");
            return Server.NOT_ASKED;
        }
        try {
            return AllocatedBytes.of(pid)::read;
        } catch (IOException e) {
            out.println("bytes allocated: left out, for the gateway's JVM cannot be asked: " + e.getMessage());
            return Server.NOT_ASKED;
        }
    }

    private Optional<Server> startNginx(Children children, int mockPort) throws IOException {
        Optional<Path> binary = nginx();
        if (binary.isEmpty()) {
            out.println(options.nginx() ? "nginx is not installed: left out" : "nginx: left out, as asked");
            return Optional.empty();
        }
        int port = Gateway.freePort();
        Process process = Nginx.start(children, binary.get(), options.gatewayCpus(), directory, port, mockPort);
        return Optional.of(new Server("nginx", process.pid(), port, Protocol.GEMINI, Server.NOT_ASKED));
    }

    private Optional<Path> nginx() {
        return options.nginx() ? Nginx.find() : Optional.empty();
    }

    private String nginxVersion() throws IOException {
        Optional<Path> binary = nginx();
        return binary.isPresent() ? Nginx.version(binary.get()) : "left out";
    }

    private void warmUp(LoadProcess load, Server server, int mockPort) {
        for (Kind kind : Kind.values()) {
            int millis = options.warmupSeconds() * (kind == Kind.CALL ? 1_000 : 500);
            if (millis > 0) {
                out.println("warming up " + server.name() + ": " + kind.label());
                load.run(phase(server, kind, options.connections(), millis, mockPort));
            }
        }
    }

    private void underLoad(int round, LoadProcess load, Server server, int mockPort) {
        for (Kind kind : List.of(Kind.CALL, Kind.BURST, Kind.PACED)) {
            measure(round, load, server, phase(server, kind, options.connections(), millis(), mockPort));
        }
        leave(round, load, server, mockPort);
    }

    private void leave(int round, LoadProcess load, Server server, int mockPort) {
        measure(round, load, server, phase(server, Kind.LEAVE, options.connections(), millis(), mockPort));
    }

    private void oneByOne(int round, LoadProcess load, Server server) {
        measure(round, load, server, phase(server, Kind.CALL, 1, millis(), 0));
        measure(round, load, server, phase(server, Kind.BURST, 1, millis(), 0));
    }

    private int millis() {
        return options.seconds() * 1_000;
    }

    private static LoadPhase phase(Server server, Kind kind, int connections, int millis, int mockPort) {
        return new LoadPhase(
                server.protocol(),
                kind,
                server.port(),
                connections,
                millis,
                kind.leaving() ? DEPARTURES_MAX : 0,
                kind.leaving() ? mockPort : 0);
    }

    /** The JVM is asked outside of the time in which its CPU is counted: its answer costs some. */
    private void measure(int round, LoadProcess load, Server server, LoadPhase phase) {
        long allocatedBefore = server.allocatedBytes().getAsLong();
        long cpuBefore = ProcessFigures.cpuMicros(server.pid());
        LoadResult result = load.run(phase);
        long cpuMicros = ProcessFigures.cpuMicros(server.pid()) - cpuBefore;
        long residentKib = ProcessFigures.residentKib(server.pid());
        long allocated = allocatedBefore < 0 ? -1 : server.allocatedBytes().getAsLong() - allocatedBefore;
        Kind kind = phase.kind();
        measurements.add(new Measurement(
                round, server.name(), kind, phase.connections(), result, cpuMicros, residentKib, allocated));
        if (result.errors() > 0) {
            out.println("  " + result.errors() + " ERRORS: " + server.name() + " " + kind.label() + ", see load.log");
        }
    }

    private boolean report(Map<String, String> conditions) throws IOException {
        String run = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        Summary summary = new Summary(measurements, options.connections());
        out.println();
        conditions.forEach((name, value) -> out.println(name + ": " + value));
        out.println();
        out.print(summary.table());
        out.println("start s: first " + seconds(conditions, "first_start_millis") + ", second "
                + seconds(conditions, "second_start_millis"));
        if (!Boolean.parseBoolean(conditions.get("bills"))) {
            out.println("The gateway's answers carry no price: this is not the cost of a paid call.");
        }
        out.println(summary.cancelling());
        out.println("errors: " + summary.errors());
        new ResultFiles(options.results()).append(run, conditions, measurements);
        return summary.errors() == 0;
    }

    private static String seconds(Map<String, String> conditions, String name) {
        return Figures.plain(Long.parseLong(conditions.getOrDefault(name, "0")) / 1e3);
    }

    private void warnOfNeighbours(Map<String, String> conditions) {
        String load = conditions.getOrDefault("load_before", "0");
        if (Double.parseDouble(load) > BUSY_LOAD) {
            out.println("The machine is busy (load " + load + "): read ratios with care, absolute figures not at all.");
        }
    }

    private static String firstLine(Process process) throws IOException {
        BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII);
        String line = lines.readLine();
        if (line == null) {
            throw new IllegalStateException("the mock upstream did not start; see mock.log");
        }
        return line;
    }
}
