package dev.tollgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Checks that the machine can be measured on, and does the run. Exits 0 if all answers were whole, 1 if not. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description =
                "Measures the gateway beside nginx, in alternating rounds: CPU and bytes allocated per call and per event,"
                        + " added latency, and how soon the upstream is cancelled when a caller leaves.")
final class RunCommand implements Callable<Integer> {
    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "default ${DEFAULT-VALUE}; 9 for figures worth keeping")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "3", description = "of each phase, default ${DEFAULT-VALUE}")
    private int seconds;

    @Option(
            names = "--warmup",
            defaultValue = "10",
            description = "seconds of calls before the rounds, default ${DEFAULT-VALUE}")
    private int warmupSeconds;

    @Option(
            names = "--connections",
            defaultValue = "64",
            description = "of the phases under load, default ${DEFAULT-VALUE}")
    private int connections;

    @Option(
            names = "--gateway-cpus",
            defaultValue = "0",
            description = "for gateway and nginx, default ${DEFAULT-VALUE}")
    private String gatewayCpus = "0";

    @Option(names = "--load-cpus", defaultValue = "1", description = "for mock and load, default ${DEFAULT-VALUE}")
    private String loadCpus = "1";

    @Option(names = "--jar", description = "a gateway to start by java -jar; default is ./tollgate serve")
    private @Nullable Path jar;

    @Option(
            names = "--beside",
            description = "another gateway's jar, measured in the same rounds in nginx's place: before and after")
    private @Nullable Path beside;

    @Option(
            names = "--account",
            defaultValue = "plain",
            description = "what the gateway's account has: plain (credits alone), grant, grants or group; for --beside")
    private String account = "plain";

    @Option(names = "--java-option", description = "for the gateway's JVM; may be repeated")
    private List<String> javaOptions = List.of();

    @Option(names = "--no-nginx", description = "without the yardstick")
    private boolean withoutNginx;

    @Option(
            names = "--no-allocation",
            description = "without bytes allocated, for which a management agent is loaded into the gateway's JVM")
    private boolean withoutAllocation;

    @Option(
            names = "--table",
            description =
                    "instead, all rows of the table with their goals, beside Spring Cloud Gateway and Portkey too")
    private boolean table;

    @Option(names = "--no-others", description = "the table without Spring Cloud Gateway and Portkey")
    private boolean withoutOthers;

    @Option(
            names = "--kinds",
            split = ",",
            defaultValue =
                    "call,burst,paced,leave,talk-3,talk-43,talk-412,session-a,session-b,call-messages,call-responses,burst-messages,burst-responses,"
                            + "agent-chat,agent-messages,agent-responses,image",
            description = "to measure without the table, default ${DEFAULT-VALUE}")
    private List<String> kinds = List.of();

    @Option(
            names = "--streams",
            defaultValue = "5000",
            description = "at once, in the table; default ${DEFAULT-VALUE}, 0 for none")
    private int streams;

    @Option(names = "--results", description = "folder of the CSV files, default bench/results")
    private Path results = Main.home().resolve("results");

    @Option(names = "--note", defaultValue = "", description = "a remark for the results")
    private String note = "";

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isReadable(Path.of("/proc/self/stat"))) {
            System.err.println("The benchmark needs Linux: it reads the gateway's CPU time from /proc.");
            return 2;
        }
        for (Path gateway : Stream.of(jar, beside).filter(Objects::nonNull).toList()) {
            if (!Files.isRegularFile(gateway)) {
                System.err.println("There is no gateway at " + gateway + ".");
                return 2;
            }
        }
        return measure(pinning(loadCpus)) ? 0 : 1;
    }

    private boolean measure(boolean pinning) throws IOException, InterruptedException {
        return table
                ? new TableRun(options(), freshDirectory(), InstantSource.system(), System.out).run(pinning)
                : new Run(options(), Standing.of(account), freshDirectory(), InstantSource.system(), System.out)
                        .run(pinning);
    }

    private RunOptions options() {
        return new RunOptions(
                rounds,
                seconds,
                warmupSeconds,
                connections,
                gatewayCpus,
                loadCpus,
                jar,
                beside,
                javaOptions,
                !withoutNginx && beside == null,
                !withoutAllocation,
                !withoutOthers,
                kinds.stream().map(Kind::of).toList(),
                streams,
                results,
                note);
    }

    /** Pins this process too, or its own threads would run next to the gateway. */
    static boolean pinning(String loadCpus) throws IOException, InterruptedException {
        boolean pinned = Conditions.cores() > 1 && pinSelf(loadCpus);
        if (!pinned) {
            System.out.println("taskset is missing or there is no second core: gateway and load share their cores.");
        }
        return pinned;
    }

    private static boolean pinSelf(String loadCpus) throws InterruptedException {
        String pid = Long.toString(ProcessHandle.current().pid());
        try {
            Process taskset = new ProcessBuilder("taskset", "-a", "-c", "-p", loadCpus, pid)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return taskset.waitFor(5, TimeUnit.SECONDS) && taskset.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    static Path freshDirectory() throws IOException {
        Path directory = Main.home().resolve("target").resolve("run");
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return Files.createDirectories(directory);
    }
}
