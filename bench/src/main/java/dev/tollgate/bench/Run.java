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
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** One run, top to bottom: start everything, warm up, measure in rounds, write the results. Blocks for all of it. */
final class Run {
    private static final String BESIDE = "beside";

    private final RunOptions options;
    private final Standing standing;
    private final Path directory;
    private final InstantSource clock;
    private final PrintStream out;
    private final List<Measurement> measurements = new ArrayList<>();

    /** @param standing of the account of the gateway, not of the one beside it @param directory of this run alone; logs and the database lie there */
    Run(RunOptions options, Standing standing, Path directory, InstantSource clock, PrintStream out) {
        this.options = options;
        this.standing = standing;
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
        Path models = ModelsFile.write(directory.resolve("models.yaml"));
        Gateway gateway = new Gateway(children, options, directory, models, rig.mockPort(), standing.settings());
        Gateway.Started first = gateway.start();
        Children.stop(first.process());
        Gateway.Started second = gateway.start();
        standing.give(gateway.program(), directory.resolve("data"));
        conditions.put("first_start_millis", Long.toString(first.startMillis()));
        conditions.put("second_start_millis", Long.toString(second.startMillis()));
        conditions.put("bills", Boolean.toString(gateway.bills(second.port())));

        long pid = second.process().pid();
        List<Server> servers = new ArrayList<>();
        servers.add(new Server("gateway", pid, second.port(), Protocol.OPENAI, allocatedBytes(pid)));
        if (options.beside() == null) {
            new Contestants(children, options, directory, rig, out).nginx().ifPresent(servers::add);
        } else {
            RunOptions other = options.of(options.beside());
            servers.add(beside(new Gateway(children, other, directory.resolve(BESIDE), models, rig.mockPort())));
        }
        servers.forEach(server -> warmUp(rig, server));
        for (int round = 1; round <= options.rounds(); round++) {
            out.println("round " + round + " of " + options.rounds());
            for (Server server : servers) {
                underLoad(rig, round, server);
            }
            for (Server server : servers) {
                oneByOne(rig, round, server);
            }
            oneByOne(rig, round, rig.direct());
            if (options.kinds().contains(Kind.LEAVE)) {
                measure(rig, round, rig.direct(), Kind.LEAVE);
            }
        }
        measurements.addAll(rig.measurements());
    }

    private Server beside(Gateway gateway) throws IOException, InterruptedException {
        Files.createDirectories(directory.resolve(BESIDE).resolve("data"));
        Gateway.Started started = gateway.start();
        gateway.bills(started.port());
        long pid = started.process().pid();
        return new Server(BESIDE, pid, started.port(), Protocol.OPENAI, allocatedBytes(pid));
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

    private void warmUp(Rig rig, Server server) {
        for (Kind kind : options.kinds()) {
            int millis = options.warmupSeconds() * (kind == Kind.CALL ? 1_000 : 500);
            rig.warmUp(server, kind, kind.connections(options.connections()), millis);
        }
    }

    private void underLoad(Rig rig, int round, Server server) {
        options.kinds().forEach(kind -> measure(rig, round, server, kind));
    }

    private void measure(Rig rig, int round, Server server, Kind kind) {
        rig.measure(round, server, kind, kind.connections(options.connections()), millis());
    }

    private void oneByOne(Rig rig, int round, Server server) {
        Stream.of(Kind.CALL, Kind.BURST)
                .filter(options.kinds()::contains)
                .forEach(kind -> rig.measure(round, server, kind, 1, millis()));
    }

    private int millis() {
        return options.seconds() * 1_000;
    }

    private boolean report(Map<String, String> conditions) throws IOException {
        String run = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        Summary summary =
                new Summary(measurements, options.connections(), options.beside() == null ? Contestants.NGINX : BESIDE);
        out.println();
        conditions.forEach((name, value) -> out.println(name + ": " + value));
        out.println();
        out.print(summary.table());
        out.println("start s: first " + seconds(conditions, "first_start_millis") + ", second "
                + seconds(conditions, "second_start_millis"));
        if (!Boolean.parseBoolean(conditions.get("bills"))) {
            out.println("The gateway's answers carry no price: this is not the cost of a paid call.");
        }
        if (options.kinds().contains(Kind.LEAVE)) {
            out.println(summary.cancelling());
        }
        out.println("errors: " + summary.errors());
        new ResultFiles(options.results()).append(run, conditions, measurements);
        return summary.errors() == 0;
    }

    private static String seconds(Map<String, String> conditions, String name) {
        return Figures.plain(Long.parseLong(conditions.getOrDefault(name, "0")) / 1e3);
    }
}
