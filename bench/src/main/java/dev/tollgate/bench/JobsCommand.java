package dev.tollgate.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what jobs of one account do to calls of another. Exits 0 if no call was refused. Loopback only. */
@Command(
        name = "jobs",
        mixinStandardHelpOptions = true,
        description = "Measures the time of calls without and with responses in the background, or batches, of another account.")
final class JobsCommand implements Callable<Integer> {

    @Option(names = "--answers", defaultValue = "500", description = "open responses in the background, default ${DEFAULT-VALUE}")
    private int answers;

    @Option(names = "--lines", defaultValue = "0", description = "lines of each of four batches, default ${DEFAULT-VALUE}")
    private int lines;

    @Option(names = "--rounds", defaultValue = "5", description = "rounds, each without and with jobs, default ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "15", description = "the duration of each measurement, default ${DEFAULT-VALUE}")
    private int seconds;

    @Option(names = "--connections", defaultValue = "8", description = "callers, default ${DEFAULT-VALUE}")
    private int connections;

    @Option(names = "--postgres", description = "over a PostgreSQL of its own instead of SQLite")
    private boolean postgres;

    @Option(names = "--heap", defaultValue = "512m", description = "the gateway's heap, default ${DEFAULT-VALUE}")
    private String heap = "";

    @Option(names = "--jar", description = "a gateway to start by java -jar; default is ./tollgate serve")
    private @Nullable Path jar;

    @Override
    public Integer call() throws Exception {
        Path directory = RunCommand.freshDirectory();
        RunOptions options = RunOptions.of(
                rounds,
                seconds,
                10,
                connections,
                jar,
                List.of("-Xmx" + heap),
                Files.createDirectories(directory.resolve("results")),
                "");
        return new JobsRun(options, directory.resolve("jobs"), directory, System.out)
                        .run(postgres, new JobsRun.Load(answers, lines))
                ? 0
                : 1;
    }
}
