package dev.tollgate.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code run} measures the gateway; {@code mock} and {@code load} are its two other processes, usable by hand too. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        subcommands = {
            RunCommand.class,
            SiegeCommand.class,
            PagesCommand.class,
            NodesCommand.class,
            BudgetsCommand.class,
            JobsCommand.class,
            AffinityCommand.class,
            WriterCommand.class,
            LanguagesCommand.class
        },
        description = "Measures what the gateway costs.")
final class Main {
    static final String KEY = "sk-bench-0123456789";

    private Main() {}

    /** The folder {@code bench/}: the jar lies in its {@code target}. */
    static Path home() {
        return Jvm.jar().toAbsolutePath().getParent().getParent();
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main())
                .setExecutionExceptionHandler((e, command, parsed) -> explain(e))
                .execute(args));
    }

    /** What went wrong around the measurement is said in words; anything else is a defect and shows where. */
    private static int explain(Exception e) {
        if (e instanceof IllegalStateException || e instanceof IllegalArgumentException) {
            System.err.println("bench: " + e.getMessage());
        } else {
            e.printStackTrace();
        }
        return 2;
    }

    @Command(description = "The mock upstream alone; prints its port and runs until its standard input ends.")
    int mock(@Option(names = "--port", defaultValue = "0", description = "0 for any free port") int port)
            throws IOException {
        try (MockUpstream mock = new MockUpstream(port)) {
            System.out.println(mock.port());
            // Who started us may be killed without a chance to end us; the end of its pipe is the sign.
            System.in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return 0;
    }

    @Command(
            description =
                    "The load generator: one phase as arguments, or one on each line of standard input; prints a CSV line for each.")
    int load(@Parameters(paramLabel = LoadPhase.SYNTAX, arity = "0..7") @Nullable List<String> words)
            throws IOException {
        try (LoadGenerator load = new LoadGenerator(KEY)) {
            if (words != null) {
                System.out.println(LoadResult.HEADER);
                System.out.println(
                        load.run(LoadPhase.parse(String.join(" ", words))).csv());
                return 0;
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(load.run(LoadPhase.parse(line)).csv());
            }
        }
        return 0;
    }
}
