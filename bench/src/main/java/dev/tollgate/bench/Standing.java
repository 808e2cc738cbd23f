package dev.tollgate.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** What the gateway's account has, while the account of the gateway beside it has credits alone. */
enum Standing {
    PLAIN("1000000000"),
    /** One grant for all models. */
    GRANT("100000000", grant("--expires", "2030-01-01")),
    /** Eight grants for some models, and general credits that cover no call. */
    GRANTS(
            "0.01",
            IntStream.range(0, 8)
                    .mapToObj(i -> grant("--models", i % 2 == 0 ? "bench-*" : "bench-call,bench-burst"))
                    .toArray(String[][]::new)),
    /** A price group that has a factor of its own for the models. */
    GROUP(
            "1000000000",
            new String[] {"group", "set", "partner", "--factor", "900", "--models", "bench-*=850", "--reason", "bench"},
            new String[] {"account", "group", "--account", "acc_demo", "--group", "partner", "--reason", "bench"});

    private final String credits;
    private final List<String[]> commands;

    Standing(String credits, String[]... commands) {
        this.credits = credits;
        this.commands = List.of(commands);
    }

    static Standing of(String name) {
        try {
            return valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException("--account is plain, grant, grants or group, not " + name, unknown);
        }
    }

    /** @param terms what the grant must have: credits without an end and for all models are no grant */
    private static String[] grant(String... terms) {
        List<String> command = new ArrayList<>(
                List.of("grant", "add", "--account", "acc_demo", "--credits", "1000000", "--reason", "bench"));
        command.addAll(List.of(terms));
        return command.toArray(String[]::new);
    }

    /** Returns the settings of a gateway with such an account. */
    Map<String, String> settings() {
        return Map.of("TOLLGATE_DEMO_CREDITS", credits);
    }

    /** Gives a running gateway's account what it is to have, by the commands of an operator. */
    void give(List<String> program, Path data) throws IOException, InterruptedException {
        for (String[] command : commands) {
            List<String> line = new ArrayList<>(program);
            line.addAll(List.of(command));
            line.addAll(List.of("--data", data.toString()));
            File said = data.resolveSibling("command.log").toFile();
            int code = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(said)
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException(String.join(" ", command) + " ended with " + code + ", see " + said);
            }
        }
    }
}
