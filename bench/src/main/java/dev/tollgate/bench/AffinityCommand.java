package dev.tollgate.bench;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what sessions that keep their channel cost a call. Exits 0 if all calls were answered. Loopback only. */
@Command(
        name = "affinity",
        mixinStandardHelpOptions = true,
        description =
                "Measures the gateway's processor time a call with sessions that keep their channel, and without.")
final class AffinityCommand implements Callable<Integer> {

    @Option(names = "--rounds", defaultValue = "9", description = "default ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "2", description = "of each phase, default ${DEFAULT-VALUE}")
    private int seconds;

    @Option(names = "--warmup", defaultValue = "60", description = "seconds for each size, default ${DEFAULT-VALUE}")
    private int warmup;

    @Option(names = "--jar", description = "a gateway to start by java -jar; default is ./tollgate serve")
    private @Nullable Path jar;

    @Option(names = "--results", description = "folder of the CSV files, default bench/results")
    private Path results = Main.home().resolve("results");

    @Option(names = "--note", defaultValue = "", description = "a remark for the results")
    private String note = "";

    @Override
    public Integer call() throws Exception {
        RunOptions options = new RunOptions(
                rounds, seconds, warmup, 8, "0", "1", jar, null, List.of(), false, false, false, List.of(), 0, results,
                note);
        boolean pinning = RunCommand.pinning(options.loadCpus());
        return new AffinityRun(options, RunCommand.freshDirectory(), InstantSource.system(), System.out).run(pinning)
                ? 0
                : 1;
    }
}
