package dev.tollgate.operator.cli;

import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.operator.cli.parts.SandboxChoice;
import dev.tollgate.operator.cli.parts.Session;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Only reads its options; the root starts the sandbox. It has no data folder and takes no settings. */
@Command(
        name = "sandbox",
        description = {
            "Run only the Gemini test server until it is stopped (Ctrl-C).",
            "GET /sandbox and docs/sandbox.md list the failures that it can simulate."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SandboxCommand implements Callable<Integer> {

    private static final int MILLIS_MAX = 60_000;

    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8081",
            description = "Port to listen on; 0 for any free port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description =
                    "Answers are drawn from it and the request: the same again and again. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--script",
            paramLabel = "FILE",
            description = "YAML or JSON with answers to give; also by POST /sandbox/script.")
    private @Nullable Path script;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "The address to listen on. Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(
            names = "--pace-millis",
            paramLabel = "MILLIS",
            defaultValue = "0",
            description = "A pause before each event. Default: ${DEFAULT-VALUE}.")
    private int paceMillis;

    @Option(
            names = "--file-millis",
            paramLabel = "MILLIS",
            defaultValue = "300",
            description = "How long an uploaded file is PROCESSING. Default: ${DEFAULT-VALUE}.")
    private int fileMillis;

    @Option(
            names = "--now",
            paramLabel = "TIME",
            description =
                    "What its clock says at the start, as in 2026-12-01T00:00:00Z: models retire by it. Default: the time.")
    private @Nullable String now;

    SandboxCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        within("--port", port, 65_535);
        within("--pace-millis", paceMillis, MILLIS_MAX);
        within("--file-millis", fileMillis, MILLIS_MAX);
        return session.actions()
                .sandbox(new SandboxChoice(host, port, seed, script, paceMillis, fileMillis, instant(now)));
    }

    private @Nullable Instant instant(@Nullable String text) {
        Instant time = text == null ? null : WrittenTime.time(text);
        if (text != null && time == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--now: '" + text + "' is not allowed; allowed is a time in UTC like 2026-12-01T00:00:00Z.");
        }
        return time;
    }

    private void within(String option, int value, int most) {
        if (value < 0 || value > most) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + ": '" + value + "' is not allowed; allowed is a whole number from 0 to " + most + ".");
        }
    }
}
