package dev.tollgate.operator.admin.server;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.http.Cursor;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.JobChange;
import dev.tollgate.jobs.JobChange.Cancelled;
import dev.tollgate.jobs.SeenJobs;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The open batches, and responses and interactions in the background, of all accounts, as an operator lists and cancels them. Thread-safe; blocks. */
public final class OperatorJobs {

    private static final String ALL = "/admin/batches";
    private static final int PAGE_MAX = 200;

    /** The result is whether it has ended: running calls end first. */
    public static final OperatorAction<OperatorJobs, Boolean> CANCEL = OperatorAction.post(
                    "batch.cancel", sentence("Cancelled an open job"), ALL + "/{id}/cancel", "")
            .telling(new Fact("account", sentence("Account")))
            .choosing(Field.text("id", sentence("Job")))
            .button(Button.of(sentence("Cancel"))
                    .done(sentence("Cancelled. Running calls end and are charged."))
                    .withoutReason())
            .does((jobs, by, request) -> jobs.cancel(by, request.id()), (request, ended) -> new AdminJson()
                    .text("id", request.id())
                    .text("status", ended ? "cancelled" : "cancelling")
                    .node());

    private final SeenJobs jobs;
    private final AuditedWriter writer;

    public OperatorJobs(SeenJobs jobs, AuditedWriter writer) {
        this.jobs = jobs;
        this.writer = writer;
    }

    /** {@code /admin/batches}. */
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get(ALL, this::list, "after", "limit"), CANCEL.on(this));
    }

    /** Returns a page, the oldest first. @param after the shown id of the last one of the page before; null for the first page */
    public List<SeenJobs.Open> page(@Nullable String after, int limit) {
        return jobs.open(after == null ? null : idOf(after), limit);
    }

    private JsonNode list(AdminRequest request) {
        String after = Cursor.read(request.query().get("after"), 1, cursor -> cursor.value(0));
        return request.page(PAGE_MAX, limit -> page(after, limit), OperatorJobs::json, open -> open.job()
                .shownId());
    }

    private static ObjectNode json(SeenJobs.Open open) {
        Job job = open.job();
        return new AdminJson()
                .text("id", job.shownId())
                .text("kind", job.kind().code())
                .text("account", job.accountId())
                .text("server", job.nodeId().isEmpty() ? null : job.nodeId())
                .time("created_at", job.createdAt())
                .time("expires_at", job.deadline())
                .time("cancelling_at", job.cancelAt())
                .number("lines", open.lines())
                .number("ended", open.ended())
                .number("running", open.running())
                .number("waiting", open.waiting())
                .object("paused", paused(job))
                .node();
    }

    private static @Nullable AdminJson paused(Job job) {
        return job.pause() == null
                ? null
                : new AdminJson()
                        .text("reason", job.pause().code())
                        .time("since", job.pausedAt())
                        .time("retry_at", job.dueAt());
    }

    private static String idOf(String shownId) {
        return Objects.requireNonNullElseGet(BatchLine.jobOf(shownId), () -> CompletionIds.ofShown(shownId));
    }

    private boolean cancel(By by, String shownId) {
        SeenJobs.Open open = jobs.open(idOf(shownId));
        if (open == null) {
            throw new ApiException(404, sentence("There is no open job {id}.", shownId));
        }
        String account = open.job().accountId();
        JobChange.Cancel cancel = jobs.cancelling(account, open.job().id());
        writer.commit(
                by,
                CANCEL.name(),
                open.job().shownId(),
                () -> isCancelled(cancel.outcome())
                        ? new Deed.Changed(
                                null, new AdminJson().text("account", account).end())
                        : null,
                cancel);
        if (!isCancelled(cancel.outcome())) {
            throw new ApiException(409, sentence("{id} has already ended.", shownId));
        }
        return cancel.outcome() == Cancelled.NOW;
    }

    private static boolean isCancelled(Cancelled outcome) {
        return outcome == Cancelled.NOW || outcome == Cancelled.RUNNING;
    }
}
