package dev.tollgate.operator.admin.server;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.books.ledger.InstallationKind.SetInstallationKind;
import dev.tollgate.books.rollups.CorrectUsage;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.copies.LastCopy;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The actions that a command on its machine takes once for an installation. Thread-safe; blocks. */
public final class Maintenance {

    private static final Field<Long> FOLDED_UNTIL =
            Field.whole("folded_until", sentence("Folded until"), 0, Long.MAX_VALUE);
    private static final Field<JsonNode> ROWS = Field.raw("rows");

    /** The rows of all requests of a command, in the first of them: that one writes the row of the audit log. */
    private static final Field<Long> ALL_ROWS = Field.whole("all_rows", sentence("All rows"), 0, Long.MAX_VALUE);

    /** The result is whether there was a real upstream. */
    public static final OperatorAction<Maintenance, Boolean> BECOME_SANDBOX = OperatorAction.post(
                    "installation.sandbox",
                    sentence("Ended real upstreams"),
                    "/admin/installation/sandbox",
                    "Declare that no server has a real upstream: test payments, unconfirmed start credits and the demo account are open again. A"
                            + " server that starts with a real upstream closes them.")
            .telling(new Fact("real_upstream", sentence("Real upstream")))
            .local()
            .does((maintenance, by, request) -> maintenance.becomeSandbox(by), (request, changed) -> new AdminJson()
                    .flag("changed", changed)
                    .node());

    /** The result is whether the rows were corrected. */
    public static final OperatorAction<Maintenance, Boolean> CORRECT_USAGE = OperatorAction.bare(
                    "usage.rebuild",
                    sentence("Recomputed usage"),
                    "/admin/usage/corrections",
                    FOLDED_UNTIL,
                    ROWS,
                    ALL_ROWS)
            .telling(new Fact(ROWS.name(), sentence("Corrected rows")))
            .local()
            .does(
                    (maintenance, by, request) -> maintenance.correctUsage(request),
                    (request, done) -> new AdminJson().flag("done", done).node());

    /** The result is whether a copy was known. */
    public static final OperatorAction<Maintenance, Boolean> NEW_BACKUP_FOLDER = OperatorAction.post(
                    "installation.backup_folder",
                    sentence("Declared the folder of copies as new"),
                    "/admin/installation/backup-folder",
                    "Declare that backup.folder is new or was emptied, so that copies go on although the last one is not there.")
            .telling(new Fact("last_copy", sentence("Last copy")))
            .button(Button.of(sentence("The folder is new")))
            .does((maintenance, by, request) -> maintenance.newBackupFolder(by), (request, changed) -> new AdminJson()
                    .flag("changed", changed)
                    .node());

    public static final List<OperatorAction<Maintenance, ?>> ACTIONS =
            List.of(BECOME_SANDBOX, CORRECT_USAGE, NEW_BACKUP_FOLDER);

    private final InstallationKind kind;
    private final AuditedWriter writer;

    public Maintenance(InstallationKind kind, AuditedWriter writer) {
        this.kind = kind;
        this.writer = writer;
    }

    public List<AdminRoute> routes() {
        return List.of(BECOME_SANDBOX.on(this), CORRECT_USAGE.on(this), NEW_BACKUP_FOLDER.on(this));
    }

    /** Records that no server has a real upstream. Needs a reason. @return whether the installation had one */
    public boolean becomeSandbox(By by) {
        List<String> real = kind.nodes(true);
        if (kind.isRealHere() || !real.isEmpty()) {
            throw new ApiException(
                    400,
                    (real.isEmpty() ? "The running server" : "Nodes " + String.join(", ", real))
                            + " still have a real upstream: stop them, or start them without one, first.");
        }
        by.needReason();
        SetInstallationKind change = new SetInstallationKind(false, writer.now());
        writer.commit(
                by,
                BECOME_SANDBOX.name(),
                "installation",
                () -> change.outcome()
                        ? new Deed.Changed("{\"real_upstream\":true}", "{\"real_upstream\":false}")
                        : null,
                change);
        kind.look();
        return change.outcome();
    }

    /** Has the next copy of the books start from the beginning. Needs a reason. @return whether a finished copy was known */
    private boolean newBackupFolder(By by) {
        by.needReason();
        InstallationValue forget = LastCopy.forget();
        writer.commit(
                by,
                NEW_BACKUP_FOLDER.name(),
                "installation",
                () -> forget.outcome().isEmpty() ? null : new Deed.Changed(lastCopy(forget.outcome()), lastCopy(null)),
                forget);
        return !forget.outcome().isEmpty();
    }

    private static String lastCopy(@Nullable String copy) {
        return new AdminJson().text("last_copy", copy).end();
    }

    /**
     * Adds to rows of usage what they lack, unless days have been folded since they were found: then {@code done} is false, nothing has
     * changed, and they are to be found again.
     */
    private boolean correctUsage(AdminRequest request) {
        JsonNode rows = request.need(ROWS);
        CorrectUsage correct = AuditedWriter.step(() -> new CorrectUsage(
                request.need(FOLDED_UNTIL),
                rows.valueStream().map(Maintenance::row).toList()));
        Long all = request.get(ALL_ROWS);
        if (all == null) {
            writer.commit(List.of(correct));
        } else {
            String corrected = new AdminJson().number("rows", all).end();
            writer.commit(
                    request.by(),
                    CORRECT_USAGE.name(),
                    "usage",
                    () -> correct.isDone() ? new Deed.Changed(null, corrected) : null,
                    correct);
        }
        return correct.isDone();
    }

    private static CorrectUsage.Row row(JsonNode row) {
        return new CorrectUsage.Row(
                CorrectUsage.Of.valueOf(row.path("of").asString().toUpperCase(Locale.ROOT)),
                row.path("starts_at").asLong(),
                row.path("names").valueStream().map(JsonNode::asString).toList(),
                row.path("missing").valueStream().map(JsonNode::asLong).toList());
    }

    /**
     * {@code POST /admin/drain {reason}}: no more callers are to be sent to this server, as before a stop. It accepts calls until it is stopped,
     * and there is no way back but a start.
     */
    public static final class Drain {

        public static final OperatorAction<Drain, AdminJson> DRAIN = OperatorAction.post(
                        "server.drain", sentence("Drained the server"), "/admin/drain", "")
                .telling(new Fact("draining", sentence("Draining")))
                .does((drain, by, request) -> drain.drain(by), (request, draining) -> draining.node());

        private final Runnable announce;
        private final AuditedWriter writer;

        /** @param announce may be called again */
        public Drain(Runnable announce, AuditedWriter writer) {
            this.announce = announce;
            this.writer = writer;
        }

        public List<AdminRoute> routes() {
            return List.of(DRAIN.on(this));
        }

        /** Announced first: a database that is away is a reason to drain. */
        private AdminJson drain(By by) {
            AdminJson draining = new AdminJson().flag("draining", true);
            by.needReason();
            announce.run();
            try {
                writer.commit(by, DRAIN.name(), "server", () -> new Deed.Changed(null, draining.end()));
            } catch (StoreException e) {
                throw new ApiException(400, "The server is draining, but the audit log entry could not be written.");
            }
            return draining;
        }
    }
}
