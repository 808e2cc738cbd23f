package dev.tollgate.operator.cli.books;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.Printable;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.server.Maintenance;
import dev.tollgate.operator.cli.parts.CommandJson;
import dev.tollgate.operator.cli.parts.Session;
import dev.tollgate.operator.cli.parts.Values;
import dev.tollgate.operator.inspection.Inspection;
import dev.tollgate.operator.inspection.ReceiptFiles.CannotLook;
import dev.tollgate.operator.inspection.StoredInspection;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code tollgate ledger …}. They read a snapshot, whether or not a server runs. */
public final class LedgerCommands {

    private LedgerCommands() {}

    @Command(
            name = "verify",
            description = {
                "Recompute every balance, hold, spend window and charge from the entries and the tasks.",
                "The command prints nothing if the books are correct; otherwise one line per difference."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:the books are correct",
                "1:the books have differences, or pages of the database are damaged",
                "2:the books could not be read, or the file is no database"
            },
            mixinStandardHelpOptions = true)
    public static final class Verify implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        public Verify(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws CannotLook {
            try (Inspection inspection = session.inspection(spec)) {
                return verify(inspection) ? ExitCode.OK : ExitCode.SOFTWARE;
            } catch (ApiException e) {
                if (e.error().status() == StoredInspection.DAMAGED) {
                    session.out().println(Printable.line(String.valueOf(e.getMessage())));
                    return ExitCode.SOFTWARE;
                }
                throw new CannotLook(String.valueOf(e.getMessage()));
            }
        }

        /** Verifies the books. A failure on the way is no verdict. */
        private boolean verify(Inspection inspection) {
            ProgressLine progress = new ProgressLine(session);
            try {
                return inspection.verify(
                        line -> session.out().println(Printable.line(line)), session.err()::println, progress);
            } catch (ApiException e) {
                throw e;
            } catch (RuntimeException e) {
                throw new ApiException(400, "The books could not be read: " + e);
            } finally {
                progress.clear();
            }
        }
    }

    @Command(
            name = "rebuild-usage",
            description = {
                "Recompute usage from the calls and the ledger: by quarter of an hour, day, hour and label.",
                "Only rows that differ are changed; 'ledger verify' names this command when it finds some."
            },
            mixinStandardHelpOptions = true)
    public static final class RebuildUsage implements Callable<Integer> {

        private static final int FOUND_MAX = 20_000;
        private static final int AT_ONCE = 100;
        private static final int TRIES_MAX = 100;

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        public RebuildUsage(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            long corrected = 0;
            for (int tries = 0; tries < TRIES_MAX; tries++) {
                Inspection.Usage found = find();
                if (found.rows().isEmpty()) {
                    session.out().println(corrected + " rows of usage were recomputed.");
                    return ExitCode.OK;
                }
                corrected += correct(found);
            }
            throw new ApiException(
                    400,
                    "Usage still differs after " + TRIES_MAX + " rounds; " + corrected
                            + " rows were recomputed. Run the command again.");
        }

        private Inspection.Usage find() {
            ProgressLine progress = new ProgressLine(session);
            try (Inspection inspection = session.inspection(spec)) {
                return inspection.usage(FOUND_MAX, progress);
            } finally {
                progress.clear();
            }
        }

        /** @return how many rows were corrected, fewer than were found if days have been folded in the meantime */
        private int correct(Inspection.Usage found) {
            int done = 0;
            try (AdminApi api = session.api(spec, false)) {
                while (done < found.rows().size()) {
                    int next = Math.min(found.rows().size(), done + AT_ONCE);
                    ObjectNode body = CommandJson.object().put("folded_until", found.foldedUntil());
                    if (done == 0) {
                        body.put("all_rows", found.rows().size());
                    }
                    ArrayNode rows = body.putArray("rows");
                    found.rows().subList(done, next).forEach(row -> write(row, rows.addObject()));
                    if (!api.ask("POST", Maintenance.CORRECT_USAGE.path(), Map.of(), body)
                            .get("done")
                            .booleanValue()) {
                        break;
                    }
                    done = next;
                }
            }
            return done;
        }

        private static void write(Inspection.Row row, ObjectNode json) {
            json.put("of", row.of()).put("starts_at", row.startsAt());
            json.set("names", CommandJson.texts(row.names()));
            ArrayNode missing = json.putArray("missing");
            row.missing().forEach(missing::add);
        }
    }

    /** A line on a terminal that is written over and over; nothing elsewhere (decision D44). */
    private static final class ProgressLine implements Inspection.Progress {

        private static final String CLEAR = "\r\u001b[K";

        private final boolean shown;
        private final PrintWriter err;

        ProgressLine(Session session) {
            this.shown = session.errIsTerminal();
            this.err = session.err();
        }

        @Override
        public void at(String subject, long rows) {
            show(CLEAR + "reading " + subject + ": " + rows);
        }

        void clear() {
            show(CLEAR);
        }

        private void show(String text) {
            if (shown) {
                err.print(text);
                err.flush();
            }
        }
    }

    @Command(
            name = "statement",
            description = {
                "Print an account's movements as CSV: time,sequence,kind,task_id,model,amount,balance.",
                "Amounts are credits, times UTC. Holds are no movements; the last line is the balance, holds included."
            },
            mixinStandardHelpOptions = true)
    public static final class Statement implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(names = "--account", required = true, paramLabel = "ID", description = "The account's id.")
        private String account = "";

        @Option(
                names = "--from",
                paramLabel = "DATE",
                converter = Values.Time.class,
                description = "Start of the period, like 2026-11-01 or 2026-11-01T12:00:00Z. Default: the first entry.")
        private @Nullable Instant from;

        @Option(
                names = "--to",
                paramLabel = "DATE",
                converter = Values.Time.class,
                description = "End of the period (exclusive). Default: no end.")
        private @Nullable Instant to;

        public Statement(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            try (Inspection inspection = session.inspection(spec)) {
                inspection.statement(account, from, to, line -> session.out().print(line + "\n"));
            }
            if (session.out().checkError()) {
                throw new ApiException(400, "The statement could not be written to its end.");
            }
            return ExitCode.OK;
        }
    }
}
