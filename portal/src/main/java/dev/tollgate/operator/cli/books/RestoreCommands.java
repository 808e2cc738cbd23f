package dev.tollgate.operator.cli.books;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.base.host.Printable;
import dev.tollgate.operator.cli.parts.Session;
import dev.tollgate.operator.inspection.ReceiptFiles.CannotLook;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate restore}, {@code restored} and {@code drill restore}. */
public final class RestoreCommands {

    /** The next steps of an operator, and the consequences of the lost time (C32). */
    private static final String NEXT = """
            1. Run ./tollgate ledger verify before you start the server.
            2. Let Stripe send the events of the lost time again (it keeps them for 30 days). Payments that began in it are booked from them;
               those that began with a server of an earlier version are listed as refused: grant their credits.
            3. Keys that were deleted or locked in the lost time work again; keys made in it are unknown. Members, limits, prices and erased
               accounts are as before: change them again.
            4. Everybody signs in again. Vouchers redeemed in the lost time are good again. Calls of it are free. Grants, plans and price groups
               are as before: give, assign, set and end them again.
            docs/trouble.md has the list: "After a restore".""";

    private RestoreCommands() {}

    private static @Nullable Instant time(@Nullable String text, String option) {
        Instant time = text == null ? null : WrittenTime.time(text);
        if (text != null && time == null) {
            throw new ApiException(400, option + " is a time like 2026-11-29T08:00:00Z.");
        }
        return time;
    }

    /** {@code tollgate restore FOLDER|FILE}. */
    @Command(
            name = "restore",
            description = {
                "Put a copy of the books into the data folder, and record that the time since then is lost.",
                "Takes the newest copy that is as its SHA-256 says. The data folder is new, or has secret.key and settings alone.",
                "Stop a server that runs elsewhere over the same books first: two send mails and take payments."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:the books are restored", "1:nothing was changed"},
            mixinStandardHelpOptions = true)
    public static final class Restore implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(
                paramLabel = "FOLDER|FILE",
                description = "A copy, or a folder of copies: backup.folder, or the subfolder of an installation.")
        private Path place = Path.of("");

        @Option(
                names = "--to",
                paramLabel = "TIME",
                description = "The latest time of the copy, like 2026-11-29T08:00:00Z.")
        private @Nullable String to;

        public Restore(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            String lost = session.actions()
                    .restore(session.settings(spec), place, time(to, "--to"), line -> session.err()
                            .println("tollgate: " + Printable.line(line)));
            session.out().println("Lost time: " + lost + ".");
            session.out().println(NEXT);
            return ExitCode.OK;
        }
    }

    /** {@code tollgate restored}. */
    @Command(
            name = "restored",
            description = {
                "Record that the books were restored by other means: by PostgreSQL's own tools, or as a file put in place by hand.",
                "Stop all servers first. With PostgreSQL run ./tollgate installation server before."
            },
            mixinStandardHelpOptions = true)
    public static final class Restored implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--from",
                paramLabel = "TIME",
                description =
                        "The time of the copy, like 2026-11-29T08:00:00Z, if a server has written to the books since it was restored."
                                + " Default: the time of the newest call, entry or row of a log.")
        private @Nullable String from;

        public Restored(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            String lost = session.actions().restored(session.settings(spec), time(from, "--from"), line -> session.err()
                    .println("tollgate: " + Printable.line(line)));
            session.out()
                    .println(
                            lost == null
                                    ? "This restore is recorded already: nothing was written to the books since."
                                    : "Lost time: " + lost + ".\n" + NEXT);
            return ExitCode.OK;
        }
    }

    /** {@code tollgate drill restore}. */
    @Command(
            name = "restore",
            description = {
                "Restore a copy into a temporary folder, prove it, and delete it: also while a server runs, on any machine with the secret key.",
                "The command checks the copy's SHA-256, its pages, the key and the books, opens kept responses, and compares what is written"
                        + " once with the copy of the day before. It prints one line per difference."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:the copy can be restored",
                "1:there are differences",
                "2:there is no copy that can be read"
            },
            mixinStandardHelpOptions = true)
    public static final class Drill implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(
                arity = "0..1",
                paramLabel = "FOLDER|FILE",
                description =
                        "A copy, or a folder of copies. Leave it out to prove the restored PostgreSQL of --database.")
        private @Nullable Path place;

        @Option(
                names = "--to",
                paramLabel = "TIME",
                description = "The latest time of the copy, like 2026-11-29T08:00:00Z.")
        private @Nullable String to;

        public Drill(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws CannotLook {
            try {
                boolean isSound = session.actions()
                        .drill(
                                session.settings(spec),
                                place,
                                time(to, "--to"),
                                line -> session.out().println(Printable.line(line)),
                                line -> session.err().println("tollgate: " + Printable.line(line)));
                return isSound ? ExitCode.OK : ExitCode.SOFTWARE;
            } catch (ApiException e) {
                throw new CannotLook(String.valueOf(e.getMessage()));
            }
        }
    }
}
