package dev.tollgate.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One run that fills the table of what a call may cost, top to bottom. Blocks for all of it. */
final class TableRun {
    private static final int STARTS_MAX = 5;
    private static final int IDLE_SECONDS = 3;
    private static final int FIRST_CALLS = 10_000;
    private static final int FIRST_CALLS_MILLIS = 180_000;
    private static final int CROWDS_MAX = 3;

    /** The last stream begins after five seconds and takes twenty. */
    private static final int CROWD_MILLIS = 40_000;

    private static final int ALLOCATION_ROUNDS = 3;
    private static final List<String> DOORS = List.of("gateway", Contestants.NGINX);
    private static final List<String> TALKED_TO = List.of("gateway", Contestants.NGINX, Contestants.PORTKEY);

    private final RunOptions options;
    private final Path directory;
    private final InstantSource clock;
    private final PrintStream out;
    private final List<GatewayStart> starts = new ArrayList<>();
    private final List<Measurement> measurements = new ArrayList<>();

    /** @param directory of this run alone; logs and the database lie there */
    TableRun(RunOptions options, Path directory, InstantSource clock, PrintStream out) {
        this.options = options;
        this.directory = directory;
        this.clock = clock;
        this.out = out;
    }

    /** True if every answer of every phase was whole. */
    boolean run(boolean pinning) throws IOException, InterruptedException {
        Files.createDirectories(directory.resolve("data"));
        Map<String, String> conditions = Conditions.read(options, directory.resolve("data"), Nginx.version(options));
        Conditions.warnOfNeighbours(conditions, out);
        try (Children children = new Children(directory, pinning)) {
            measure(children, conditions);
        }
        return report(conditions);
    }

    private void measure(Children children, Map<String, String> conditions) throws IOException, InterruptedException {
        Rig rig = Rig.start(children, options.loadCpus(), out);
        rig.warmUp(rig.direct(), Kind.CALL, options.connections(), millis());
        Path models = ModelsFile.write(directory.resolve("models.yaml"));
        Gateway gateway = new Gateway(children, options, directory, models, rig.mockPort());
        Server measured = start(gateway, rig, conditions);
        List<Server> servers = new Contestants(children, options, directory, rig, out).all(measured);
        servers.forEach(server -> warmUp(rig, server));
        DiskSync disk = new DiskSync(directory.resolve("data"));
        for (int round = 1; round <= options.rounds(); round++) {
            out.println("round " + round + " of " + options.rounds());
            round(rig, round, servers);
            measurements.add(disk.measure(round));
        }
        crowds(rig, servers);
        allocation(rig, measured);
        measurements.addAll(rig.measurements());
    }

    /** The first start makes the database; the last of the others stays, and is measured. */
    private Server start(Gateway gateway, Rig rig, Map<String, String> conditions)
            throws IOException, InterruptedException {
        Gateway.Started started = gateway.start();
        conditions.put("first_start_millis", Long.toString(started.startMillis()));
        int count = Math.min(options.rounds(), STARTS_MAX);
        Server server = null;
        for (int number = 1; number <= count; number++) {
            out.println("start " + number + " of " + count);
            Children.stop(started.process());
            started = gateway.start();
            boolean bills = gateway.bills(started.port());
            long billedMillis = started.millisSinceBegin();
            conditions.putIfAbsent("second_start_millis", Long.toString(started.startMillis()));
            conditions.putIfAbsent("bills", Boolean.toString(bills));
            long pid = started.process().pid();
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            long idleKib = ProcessFigures.residentKib(pid);
            server = new Server("gateway", pid, started.port(), Protocol.OPENAI, Server.NOT_ASKED);
            Server fresh = new Server("gateway-fresh", pid, started.port(), Protocol.OPENAI, Server.NOT_ASKED);
            rig.measure(number, fresh, Kind.CALL, options.connections(), FIRST_CALLS_MILLIS, FIRST_CALLS);
            starts.add(new GatewayStart(
                    number, started.startMillis(), billedMillis, idleKib, FIRST_CALLS, ProcessFigures.cpuMicros(pid)));
        }
        return java.util.Objects.requireNonNull(server);
    }

    private void warmUp(Rig rig, Server server) {
        rig.warmUp(server, Kind.CALL, options.connections(), options.warmupSeconds() * 1_000);
        if (DOORS.contains(server.name())) {
            rig.warmUp(server, Kind.BURST, options.connections(), options.warmupSeconds() * 500);
            rig.warmUp(server, Kind.PACED, Table.PACED_STREAMS, options.warmupSeconds() * 500);
        }
        if (server.protocol() == Protocol.OPENAI) {
            Kind.DOORS.forEach(kind -> rig.warmUp(server, kind, connections(kind), options.warmupSeconds() * 500));
        }
        if (TALKED_TO.contains(server.name())) {
            Kind.TALKS.forEach(kind -> rig.warmUp(server, kind, connections(kind), options.warmupSeconds() * 500));
        }
    }

    /** Servers alternate phase by phase, so that those compared with each other are a few seconds apart. */
    private void round(Rig rig, int round, List<Server> servers) {
        List<Server> doors =
                servers.stream().filter(server -> DOORS.contains(server.name())).toList();
        servers.forEach(server -> rig.measure(round, server, Kind.CALL, options.connections(), millis()));
        for (Kind kind : Kind.TALKS) {
            servers.stream()
                    .filter(server -> TALKED_TO.contains(server.name()))
                    .forEach(server -> rig.measure(round, server, kind, connections(kind), millis()));
        }
        for (Kind kind : Kind.DOORS) {
            doors.stream()
                    .filter(server -> kind == Kind.AGENT_CHAT || server.protocol() == Protocol.OPENAI)
                    .forEach(server -> rig.measure(round, server, kind, connections(kind), millis()));
        }
        doors.forEach(server -> rig.measure(round, server, Kind.BURST, options.connections(), millis()));
        doors.forEach(server -> rig.measure(round, server, Kind.PACED, Table.PACED_STREAMS, millis()));
        List<Server> oneByOne = new ArrayList<>(doors);
        oneByOne.add(rig.direct());
        oneByOne.forEach(server -> rig.measure(round, server, Kind.CALL, 1, millis()));
        oneByOne.forEach(server -> rig.measure(round, server, Kind.BURST, 1, millis()));
    }

    private void crowds(Rig rig, List<Server> servers) throws IOException {
        int streams = options.streams();
        if (streams == 0) {
            out.println("streams: left out, as asked");
            return;
        }
        if (OpenFiles.allowed() < OpenFiles.needed(streams)) {
            out.println(streams + " streams: left out, for a process may open " + OpenFiles.allowed()
                    + " files here, and " + OpenFiles.needed(streams) + " are needed (ulimit -n)");
            return;
        }
        List<Server> crowded = new ArrayList<>(
                servers.stream().filter(server -> DOORS.contains(server.name())).toList());
        crowded.add(rig.direct());
        // Load generator and mock have opened few connections until now: what they take the first time is not
        // measured.
        rig.warmUp(rig.direct(), Kind.CROWD, streams, CROWD_MILLIS, streams);
        int count = Math.min(options.rounds(), CROWDS_MAX);
        for (int round = 1; round <= count; round++) {
            out.println(streams + " streams, " + round + " of " + count);
            for (Server server : crowded) {
                rig.measure(round, server, Kind.CROWD, streams, CROWD_MILLIS, streams);
            }
        }
    }

    /** In the end, so that the agent that counts is in no other figure. */
    private void allocation(Rig rig, Server gateway) {
        if (!options.allocation()) {
            out.println("bytes allocated: left out, as asked");
            return;
        }
        AllocatedBytes bytes;
        try {
            bytes = AllocatedBytes.of(gateway.pid());
        } catch (IOException e) {
            out.println("bytes allocated: left out, for the gateway's JVM cannot be asked: " + e.getMessage());
            return;
        }
        Server asked = new Server(Table.ASKED, gateway.pid(), gateway.port(), gateway.protocol(), bytes::read);
        for (int round = 1; round <= ALLOCATION_ROUNDS; round++) {
            rig.measure(round, asked, Kind.CALL, options.connections(), millis());
            rig.measure(round, asked, Kind.BURST, options.connections(), millis());
        }
    }

    private int connections(Kind kind) {
        return kind.connections(options.connections());
    }

    private int millis() {
        return options.seconds() * 1_000;
    }

    private boolean report(Map<String, String> conditions) throws IOException {
        String run = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        Table table = new Table(measurements, starts, options.connections(), options.streams());
        out.println();
        conditions.forEach((name, value) -> out.println(name + ": " + value));
        out.println();
        out.print(table.text());
        if (!Boolean.parseBoolean(conditions.get("bills"))) {
            out.println("The gateway's answers carry no price: this is not the cost of a paid call.");
        }
        out.println("errors: " + table.errors());
        ResultFiles files = new ResultFiles(options.results());
        files.append(run, conditions, measurements);
        files.append(
                "starts.csv",
                GatewayStart.HEADER,
                starts.stream().map(start -> start.csv(run)).toList());
        files.append(
                "table.csv",
                Table.Row.HEADER,
                table.rows().stream().map(row -> row.csv(run)).toList());
        return table.errors() == 0;
    }
}
