package dev.tollgate.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures how far limits are overshot by streams that run at the same time. Exits 0 if no limit of money was, and no other by more than a
 * server's rounding. Loopback only.
 */
@Command(
        name = "budgets",
        mixinStandardHelpOptions = true,
        description =
                "Measures how far balances, budgets and limits are overshot by concurrent streams, on one node and on two.")
final class BudgetsCommand implements Callable<Integer> {

    @Option(
            names = "--nodes",
            split = ",",
            defaultValue = "1,2",
            description = "numbers of nodes, default ${DEFAULT-VALUE}: one over SQLite, several over one PostgreSQL")
    private List<Integer> nodes = List.of();

    @Option(
            names = "--streams",
            split = ",",
            defaultValue = "1,16,128",
            description = "numbers of concurrent streams, on all nodes together, default ${DEFAULT-VALUE}")
    private List<Integer> streams = List.of();

    @Option(names = "--seconds", defaultValue = "10", description = "the duration of each measurement, default ${DEFAULT-VALUE}")
    private int seconds;

    @Option(names = "--jar", description = "a gateway to start by java -jar; default is ./tollgate serve")
    private @Nullable Path jar;

    @Override
    public Integer call() throws Exception {
        RunOptions options = RunOptions.of(1, seconds, 0, 1, jar);
        Path directory = RunCommand.freshDirectory();
        Path folder = Files.createDirectories(directory.resolve("budgets"));
        boolean held = true;
        System.out.println(BudgetsRun.HEADER);
        for (int count : nodes) {
            held &= new BudgetsRun(options, folder.resolve("nodes-" + count), directory, System.out)
                    .run(count, streams);
        }
        return held ? 0 : 1;
    }
}
