package dev.tollgate.operator.cli.books;

import dev.tollgate.base.host.Printable;
import dev.tollgate.operator.cli.parts.Session;
import dev.tollgate.operator.inspection.ReceiptFiles;
import dev.tollgate.operator.inspection.ReceiptFiles.CannotLook;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate receipts …}. */
public final class ReceiptCommands {

    private ReceiptCommands() {}

    @Command(
            name = "verify",
            description = {
                "Check the receipts of one account, a line each from the first on, as GET /v1/receipts gives them.",
                "Exit code 0: all valid; 1: a line is wrong and the first one is printed; 2: the file could not be read."
            },
            mixinStandardHelpOptions = true)
    public static final class Verify implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "FILE", description = "The file of receipts.")
        private Path file = Path.of("");

        @Option(
                names = "--key",
                paramLabel = "FILE",
                description = "Response of GET /v1/receipts/key. Default: this installation's own keys.")
        private @Nullable Path key;

        @Option(
                names = "--head",
                paramLabel = "FILE",
                description = "Response of GET /v1/receipts/head; finds missing receipts at the end.")
        private @Nullable Path head;

        public Verify(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws CannotLook {
            ReceiptFiles.Verdict verdict = session.actions().verifyReceipts(session.settings(spec), file, key, head);
            session.out().println(Printable.line(verdict.sentence()));
            return verdict.sound() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }
}
