package dev.tollgate.operator.cli.books;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.operator.cli.parts.Session;
import dev.tollgate.operator.inspection.Inspection;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate backup FILE}. */
@Command(
        name = "backup",
        description = {
            "Copy the installation into one new file, also while a server runs.",
            "To restore, put the file as tollgate.db and your secret key as secret.key into an empty data folder.",
            "The copy is made in any case. Then the command looks for the secret key as a start does, and opens a value with it."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the copy is made, and the key opens it", "1:there is no copy, or the key is missing or wrong"
        },
        mixinStandardHelpOptions = true)
public final class BackupCommand implements Callable<Integer> {

    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "Path of the new file. It must not exist.")
    private Path file = Path.of("");

    public BackupCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Inspection inspection = session.inspection(spec)) {
            inspection.backup(file);
            String trouble = inspection.keyTrouble();
            if (trouble != null) {
                throw new ApiException(400, file + " is written, but its encrypted data cannot be read: " + trouble);
            }
        }
        session.err()
                .println("tollgate: " + file + " is written. The secret key is not in it: keep data/secret.key, or"
                        + " TOLLGATE_SECRET_KEY, in another place.");
        return ExitCode.OK;
    }
}
