package dev.tollgate;

import dev.tollgate.app.AppActions;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogOutput;
import dev.tollgate.base.log.LogProvider;
import dev.tollgate.operator.cli.Cli;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** The command line's entry. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        LogProvider.use();
        Fatal.endProcess((thread, error) -> LoggerFactory.getLogger(Main.class)
                .error(Event.THREAD_ENDED, "the thread {} has ended", thread.getName(), error));
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = run(args, System.getenv(), out, err);
        LogOutput.flushProcess();
        System.exit(code);
    }

    /** Runs a command to its end. @return the process's exit code */
    public static int run(String[] args, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        return Cli.run(args, environment, out, err, new AppActions(out));
    }
}
