package dev.tollgate.operator.cli;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.Printable;
import dev.tollgate.operator.cli.parts.Actions;
import dev.tollgate.operator.cli.parts.Session;
import dev.tollgate.operator.inspection.ReceiptFiles.CannotLook;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line as a whole. */
public final class Cli {

    private static final int FAILED = CommandLine.ExitCode.SOFTWARE;
    private static final int WRONG = CommandLine.ExitCode.USAGE;
    private static final int HELP_COLUMNS = 120;

    private Cli() {}

    /**
     * Runs a command to its end.
     *
     * @param environment where settings are looked for
     * @param out takes results
     * @param err takes everything else
     * @return the process's exit code: 0 done, 1 refused or failed, 2 wrong arguments or settings, or a check that could not look
     */
    public static int run(
            String[] arguments, Map<String, String> environment, PrintWriter out, PrintWriter err, Actions actions) {
        Map<String, String> settings = PlainServe.settings(arguments);
        int exitCode = settings == null
                ? parsed(arguments, new Session(environment, actions, out, err))
                : serve(settings, environment, actions, err);
        out.flush();
        err.flush();
        return exitCode;
    }

    private static int serve(
            Map<String, String> settings, Map<String, String> environment, Actions actions, PrintWriter err) {
        try {
            return actions.serve(SettingsLoader.load(settings, environment), false);
        } catch (RuntimeException failure) {
            return failed(failure, err);
        }
    }

    private static int parsed(String[] arguments, Session session) {
        PrintWriter out = session.out();
        PrintWriter err = session.err();
        Commands commands = new Commands(session);
        CommandLine line = commands.line(arguments)
                .setOut(out)
                .setErr(err)
                .setUsageHelpWidth(HELP_COLUMNS)
                .setExecutionStrategy(Cli::execute)
                .setParameterExceptionHandler((wrong, args) -> wrong(wrong, err))
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, err));
        return arguments.length == 0 ? usage(line, err) : line.execute(arguments);
    }

    /** Runs the command. picocli itself overlooks unknown arguments next to {@code --help}. */
    private static int execute(ParseResult parsed) {
        for (ParseResult part : parsed.asCommandLineList().stream()
                .map(CommandLine::getParseResult)
                .toList()) {
            if (!part.unmatched().isEmpty()) {
                throw new CommandLine.UnmatchedArgumentException(
                        part.commandSpec().commandLine(), part.unmatched());
            }
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int usage(CommandLine line, PrintWriter err) {
        line.usage(err);
        return WRONG;
    }

    private static int wrong(ParameterException e, PrintWriter err) {
        err.println("tollgate: " + Printable.lines(String.valueOf(e.getMessage())));
        err.println("See: " + e.getCommandLine().getCommandSpec().qualifiedName(" ") + " --help");
        return WRONG;
    }

    private static int failed(Exception failure, PrintWriter err) {
        if (failure instanceof ApiException || failure instanceof ConfigException || failure instanceof CannotLook) {
            err.println("tollgate: " + Printable.line(String.valueOf(failure.getMessage())));
            return failure instanceof ApiException ? FAILED : WRONG;
        }
        err.println("tollgate: this has failed unexpectedly:");
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        err.print(Printable.lines(trace.toString()));
        return FAILED;
    }
}
