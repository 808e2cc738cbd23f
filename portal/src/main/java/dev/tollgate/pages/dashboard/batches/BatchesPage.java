package dev.tollgate.pages.dashboard.batches;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.customers.keys.BatchActions;
import dev.tollgate.customers.keys.KeyRights;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.BatchRemarks;
import dev.tollgate.jobs.JobChange.Cancelled;
import dev.tollgate.jobs.SeenJobs;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyView;
import dev.tollgate.keys.Keys;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtebatchGenerated;
import templates.dashboard.JtebatchesGenerated;

/** {@code /dashboard/batches}, and one of them: how far it is, what stops it, what it costs. */
public record BatchesPage(BatchActions.Stores stores) {

    private static final String PATH = PageLink.BATCHES + "/{batch}";
    private static final int ROWS = 25;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PageLink.BATCHES, pages.partly(Right.USAGE), this::list),
                pages.get(PATH, pages.partly(Right.USAGE), this::show),
                pages.post(PATH, pages.partly(Right.KEY_LIMITS), this::take));
    }

    private SeenJobs jobs() {
        return stores.jobs();
    }

    private Keys keys() {
        return stores.keys();
    }

    // ---- the list ----

    /**
     * A page of batches.
     *
     * @param key the name of the key of which they are; null for all
     * @param newest the link to the first page; null on it
     * @param older null at the end
     */
    public record Listed(
            List<Batch> batches,
            KeyNames keys,
            @Nullable String key,
            @Nullable String newest,
            @Nullable String older) {

        /** Returns the state of a batch, and why it waits. */
        public Cell state(Batch batch) {
            return Cell.badge(BatchWords.badge(batch), BatchWords.state(batch))
                    .under(
                            BatchWords.isPaused(batch)
                                    ? BatchWords.brief(batch.job().pause())
                                    : null);
        }
    }

    private PageStep list(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        KeyView view = request.visitor().person().view(Right.USAGE);
        String id = request.query("key");
        Key key = id == null
                ? null
                : keys().byId(id)
                        .filter(its -> its.accountId().equals(account) && view.sees(its.owner()))
                        .orElse(null);
        String asked = request.query("before");
        String before = asked == null ? null : BatchLine.jobOf(asked);
        String origin = key == null ? null : key.owner().originId();
        List<Batch> found = jobs().batches(account, view, origin, before, ROWS + 1);
        List<Batch> page = found.subList(0, Math.min(found.size(), ROWS));
        PageLink here = PageLink.to(PageLink.BATCHES).with("key", key == null ? null : key.id());
        Listed listed = new Listed(
                page,
                KeyNames.byFirstId(keys(), account, view),
                key == null ? null : key.settings().name(),
                before == null ? null : here.text(),
                found.size() > ROWS
                        ? here.with("before", page.getLast().shownId()).text()
                        : null);
        return PageStep.show((out, shell) -> JtebatchesGenerated.render(out, null, shell, listed));
    }

    // ---- one ----

    /**
     * A batch in words.
     *
     * @param story what it does, or what has stopped it
     * @param message of the error that lets it wait, in English; null for none
     * @param remarks none if they cannot be read
     */
    public record BatchText(List<String> story, @Nullable String message, BatchRemarks remarks) {}

    /** A batch with the lines that its row does not count. */
    public record Counted(Batch batch, long running, List<BatchWords.Errors> errors) {}

    /**
     * The part of the visitor.
     *
     * @param key that pays, as it is now; null if it is gone
     * @param cancel whether the visitor may cancel it
     * @param said what was done; null for nothing
     * @param error null if nothing was refused
     * @param results whether its results can be read
     */
    public record Standing(
            @Nullable Key key,
            boolean cancel,
            @Nullable String said,
            @Nullable String error,
            boolean results,
            String address) {}

    private @Nullable Batch find(PageRequest<Visitor.Member> request) {
        Person person = request.visitor().person();
        String id = BatchLine.jobOf(request.param("batch"));
        return id == null ? null : jobs().batch(person.accountId(), person.view(Right.USAGE), id);
    }

    private Batch batch(PageRequest<Visitor.Member> request) {
        Batch batch = find(request);
        if (batch == null) {
            throw ApiError.of(
                            ErrorCode.INVALID_REQUEST,
                            sentence("There is no such batch. A batch is kept for 30 days after its end."))
                    .withStatus(404)
                    .asException();
        }
        return batch;
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String done = request.query("done");
        String said = done == null
                ? null
                : switch (done) {
                    case "ended" -> say("The batch is cancelled.");
                    case "ends" -> say("The batch is being cancelled.");
                    default -> null;
                };
        return PageStep.show(page(request, batch(request), said, null));
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        Batch batch = batch(request);
        return ActionForms.of(stores, BatchActions.CANCEL)
                .take(
                        request,
                        form,
                        Map.of("id", batch.id()),
                        errors -> page(request, batch(request), null, String.join(" ", ActionForms.others(errors))),
                        done -> PageStep.to(PageLink.to(PageLink.toBatch(batch.shownId()))
                                .with("done", done.value() == Cancelled.NOW ? "ended" : "ends")
                                .text()));
    }

    private PageStep.Drawing page(
            PageRequest<Visitor.Member> request, Batch batch, @Nullable String said, @Nullable String error) {
        Person person = request.visitor().person();
        Membership by = person.membership();
        Instant now = stores.clock().instant();
        BatchRemarks remarks = jobs().remarks(batch);
        SeenJobs.Lines lines = jobs().lines(batch);
        Key key = keys().latest(person.accountId(), batch.job().originId()).orElse(null);
        boolean mayCancel = batch.job().isOpen()
                && batch.status() != Batch.Status.CANCELLING
                && by != null
                && key != null
                && KeyRights.mayRestrict(by, key);
        BatchText text = new BatchText(
                BatchWords.story(batch, remarks, now, person.preferences().zone()),
                BatchWords.message(batch, remarks),
                remarks == null ? BatchRemarks.NONE : remarks);
        Counted counted = new Counted(batch, lines.running(), BatchWords.Errors.of(lines.errors()));
        Standing standing = new Standing(key, mayCancel, said, error, batch.hasResults(now), request.address());
        return (out, shell) -> JtebatchGenerated.render(out, null, shell, counted, text, standing);
    }
}
