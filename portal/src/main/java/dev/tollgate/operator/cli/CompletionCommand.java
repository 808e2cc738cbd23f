package dev.tollgate.operator.cli;

import dev.tollgate.operator.cli.parts.Session;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/** {@code tollgate completion}. */
@Command(
        name = "completion",
        description = "Print the script that completes commands and options in a shell.",
        footer = {"", "bash: source <(tollgate completion bash)", "zsh:  source <(tollgate completion zsh)"},
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {

    /** zsh reads bash's form after {@code bashcompinit}, which the script calls itself. */
    enum Shell {
        bash,
        zsh
    }

    private final Session session;
    private final Supplier<CommandLine> all;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.bash;

    /** @param all the command line with all commands */
    CompletionCommand(Session session, Supplier<CommandLine> all) {
        this.session = session;
        this.all = all;
    }

    @Override
    public Integer call() {
        if (shell == Shell.zsh) {
            session.out().println("#compdef tollgate"); // where it is a file of fpath
        }
        session.out().println(AutoComplete.bash("tollgate", all.get()));
        return ExitCode.OK;
    }
}
