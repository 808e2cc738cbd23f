package dev.tollgate.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One gateway that reads another channels file before each phase: two processes would differ by what their compilers chose. Blocks for all
 * of it.
 */
final class AffinityRun {

    private static final List<String> SIZES = List.of("2", "200", "4000");
    private static final Phase OFF = new Phase("three-off", "plain-");
    private static final Phase OFF_CACHED = new Phase("three-off", "cached-");
    private static final Phase ON = new Phase("three-on", "cached-");
    private static final Phase ONE_OFF = new Phase("one-off", "plain-");
    private static final Phase ONE_ON = new Phase("one-on", "plain-");
    private static final List<Phase> PHASES = List.of(OFF, OFF_CACHED, ON, ONE_OFF, ONE_ON);
    private static final String LINE = "%4s KB  %-34s %8s %8s  %.3f  (%.3f to %.3f)%n";

    private final RunOptions options;
    private final Path directory;
    private final InstantSource clock;
    private final PrintStream out;
    private final HttpClient http = HttpClient.newHttpClient();

    /** @param directory of this run alone; logs and the database lie there */
    AffinityRun(RunOptions options, Path directory, InstantSource clock, PrintStream out) {
        this.options = options;
        this.directory = directory;
        this.clock = clock;
        this.out = out;
    }

    /** @param server the channels and the affinity, which name it in the results; @param kinds what their names begin with */
    private record Phase(String server, String kinds) {

        Kind kind(String size) {
            return Kind.of(kinds + size);
        }

        String channels(int mockPort) {
            return "affinity: " + server.substring(server.indexOf('-') + 1) + "\nchannels:\n"
                    + IntStream.range(0, server.startsWith("three") ? 3 : 1)
                            .mapToObj(i -> "  - {id: c" + i + ", kind: gemini, key: bench-" + i
                                    + ", base_url: \"http://" + LoadPhase.HOST + ":" + mockPort + "\"}\n")
                            .collect(Collectors.joining());
        }
    }

    /** @return whether each call was answered */
    boolean run(boolean pinning) throws IOException, InterruptedException {
        Path data = Files.createDirectories(directory.resolve("data"));
        Map<String, String> conditions = Conditions.read(options, data, "");
        Conditions.warnOfNeighbours(conditions, out);
        List<Measurement> measurements;
        try (Children children = new Children(directory, pinning)) {
            measurements = measure(children, conditions);
        }
        ByRound rounds = new ByRound(measurements);
        for (String size : SIZES) {
            tell(rounds, size, "on, prompts compared / off, not", ON, OFF);
            tell(rounds, size, "on / off, prompts compared", ON, OFF_CACHED);
            tell(rounds, size, "one channel, on / off", ONE_ON, ONE_OFF);
        }
        String run = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        new ResultFiles(options.results()).append(run, conditions, measurements);
        return measurements.stream().allMatch(m -> m.load().errors() == 0);
    }

    private List<Measurement> measure(Children children, Map<String, String> conditions)
            throws IOException, InterruptedException {
        Rig rig = Rig.start(children, options.loadCpus(), out);
        Path models = ModelsFile.write(directory.resolve("models.yaml"));
        Path file = Files.writeString(directory.resolve("channels.yaml"), OFF.channels(rig.mockPort()));
        Map<String, String> settings =
                Map.of("TOLLGATE_CHANNELS_FILE", file.toString(), "TOLLGATE_ADMIN_KEY", NodesRun.ADMIN_KEY);
        Gateway program = new Gateway(children, options, directory, models, rig.mockPort(), settings);
        Gateway.Started gateway = program.start();
        conditions.put("first_start_millis", Long.toString(gateway.startMillis()));
        conditions.put("second_start_millis", "");
        conditions.put("bills", Boolean.toString(program.bills(gateway.port())));
        for (int round = 0; round <= options.rounds(); round++) {
            out.println(round == 0 ? "warming up" : "round " + round + " of " + options.rounds());
            int millis = round == 0 ? options.warmupSeconds() * 1_000 / PHASES.size() : options.seconds() * 1_000;
            for (String size : SIZES) {
                for (Phase phase : round % 2 == 0 ? PHASES : PHASES.reversed()) {
                    Files.writeString(file, phase.channels(rig.mockPort()));
                    NodesRun.post(http, gateway.port(), "/admin/channels/reload", "{\"reason\":\"benchmark\"}");
                    rig.measure(round, server(phase, gateway), phase.kind(size), options.connections(), millis);
                }
            }
        }
        return rig.measurements().stream().filter(m -> m.round() > 0).toList();
    }

    private static Server server(Phase phase, Gateway.Started gateway) {
        return new Server(phase.server(), gateway.process().pid(), gateway.port(), Protocol.OPENAI, Server.NOT_ASKED);
    }

    private void tell(ByRound rounds, String size, String name, Phase over, Phase under) {
        IntToDoubleFunction micros = micros(rounds, over, size);
        IntToDoubleFunction others = micros(rounds, under, size);
        ByRound.Compared compared = rounds.compare(micros, others);
        double[] ratios = IntStream.rangeClosed(1, options.rounds())
                .mapToDouble(round -> micros.applyAsDouble(round) / others.applyAsDouble(round))
                .sorted()
                .toArray();
        out.printf(
                LINE,
                size,
                name,
                Figures.plain(compared.figure()),
                Figures.plain(compared.other()),
                compared.ratio(),
                ratios[0],
                ratios[ratios.length - 1]);
    }

    private IntToDoubleFunction micros(ByRound rounds, Phase phase, String size) {
        return rounds.of(phase.server(), phase.kind(size), options.connections(), Measurement::cpuMicrosPerCall);
    }
}
