package dev.tollgate.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what a call costs PostgreSQL and the gateways with one and several nodes. Exits 0 if all calls were answered. Loopback only. */
@Command(
        name = "nodes",
        mixinStandardHelpOptions = true,
        description =
                "Measures the processor time of PostgreSQL and of the gateways a call, with one and several nodes.")
final class NodesCommand implements Callable<Integer> {

    @Option(
            names = "--nodes",
            split = ",",
            defaultValue = "1,2,3",
            description = "numbers of nodes, default ${DEFAULT-VALUE}")
    private List<Integer> nodes = List.of();

    @Option(names = "--accounts", defaultValue = "1", description = "that make the calls, default ${DEFAULT-VALUE}")
    private int accounts;

    @Option(
            names = "--connections",
            defaultValue = "48",
            description = "of all nodes together, one call at a time on each, default ${DEFAULT-VALUE}")
    private int connections;

    @Option(names = "--seconds", defaultValue = "10", description = "of each measurement, default ${DEFAULT-VALUE}")
    private int seconds;

    @Option(names = "--warmup", defaultValue = "20", description = "seconds before each, default ${DEFAULT-VALUE}")
    private int warmup;

    @Option(names = "--rounds", defaultValue = "1", description = "default ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--jar", description = "a gateway to start by java -jar; default is ./tollgate serve")
    private @Nullable Path jar;

    @Override
    public Integer call() throws Exception {
        RunOptions options = RunOptions.of(rounds, seconds, warmup, connections, jar);
        Path directory = RunCommand.freshDirectory();
        Path folder = Files.createDirectories(directory.resolve("nodes"));
        boolean good = true;
        System.out.println(NodesRun.HEADER);
        for (int round = 1; round <= rounds; round++) {
            for (int count : nodes) {
                good &= new NodesRun(options, folder.resolve(round + "-" + count), directory, System.out)
                        .run(count, accounts);
            }
        }
        return good ? 0 : 1;
    }
}
