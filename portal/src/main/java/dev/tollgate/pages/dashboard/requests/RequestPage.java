package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.books.receipts.OneReceipt;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CallDetail;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Route;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.SeenJobs;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.prices.GroupFactors;
import dev.tollgate.models.prices.GroupVersion;
import dev.tollgate.models.prices.PriceGroups;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtenorequestGenerated;
import templates.dashboard.JterequestGenerated;

/**
 * {@code /dashboard/requests/{task}}: one call, to the micro-credit.
 *
 * @param answersKept how long answers are kept for repeats
 */
public record RequestPage(
        AccountHistory history,
        Receipts receipts,
        Catalogue catalogue,
        PriceGroups groups,
        SeenJobs jobs,
        Duration answersKept,
        InstantSource clock) {

    private static final String PATH = PageLink.REQUESTS + "/{task}";
    private static final String TASK = "task";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.partly(Right.USAGE), this::show),
                pages.file(PATH + "/receipt.json", pages.members(Right.BALANCE), this::receipt));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        String id = request.param(TASK);
        Person person = request.visitor().person();
        Optional<CallDetail> found = history.call(account, id, KeyFilter.of(person.view(Right.USAGE)));
        if (found.isEmpty()) {
            return new PageStep.Show(404, (out, shell) -> JtenorequestGenerated.render(out, null, shell));
        }
        CallDetail detail = found.get();
        CallRow call = detail.call();
        Instant now = clock.instant();
        String made = AnswerWords.made(call, catalogue.find(call.modelId()));
        CallLabels labels = history.labels(account, List.of(call)).getOrDefault(id, CallLabels.NONE);
        List<String> story = new CallStory(detail, request.money(), now).sentences();
        OneReceipt receipt = person.may(Right.BALANCE)
                ? OneReceipt.find(receipts, account, id).orElse(null)
                : null;
        OneReceipt.Checked checked = receipt == null || request.query("verify") == null
                ? null
                : receipt.check(receipts, account, call.chargeMicros());
        String requestId = call.course().path("request_id").asString("");
        BatchLine line = BatchLine.of(requestId);
        Batch batch = line == null ? null : jobs.batch(account, person.view(Right.USAGE), line.jobId());
        Instant kept = detail.answerKeptAt();
        Instant keptUntil = kept == null ? null : kept.plus(answersKept);
        String stored =
                line == null ? stored(jobs.stored(account, id, requestId), keptUntil) : storedWithBatch(batch, now);
        return PageStep.show((out, shell) -> JterequestGenerated.render(
                out,
                null,
                shell,
                detail,
                new CallText(labels, story, made, group(call), request.address(), keptUntil, stored, batch),
                now,
                new Proof(receipt, checked)));
    }

    /** Returns the price group of a call against the standard price; null for a standard price. */
    private @Nullable String group(CallRow call) {
        Pricing pricing = call.pricing();
        String mark = pricing == null ? null : Pricing.groupOf(pricing.version());
        GroupVersion version = mark == null ? null : groups.version(mark);
        if (version == null) {
            return null;
        }
        Model model = catalogue.find(call.modelId());
        int factor = version.factors().of(model == null ? call.modelId() : model.id());
        return say("Price group {name}, {factor}.", version.name(), GroupFactors.words(factor));
    }

    private PageFile receipt(PageRequest<Visitor.Member> request) {
        OneReceipt receipt = OneReceipt.find(receipts, request.visitor().accountId(), request.param(TASK))
                .orElseThrow(() -> ApiError.of(ErrorCode.TASK_NOT_FOUND, sentence("The receipt does not exist."))
                        .asException());
        return PageFile.of("receipt-" + receipt.sequence() + ".json", "application/json", receipt.text() + "\n");
    }

    private static String stored(SeenJobs.Stored what, @Nullable Instant keptUntil) {
        return switch (what) {
            case ANSWER ->
                say(
                        "The request and the response are stored for 30 days after their last use, or until they are deleted. Only programs read them, by the id of the response.");
            case WITH_BATCH -> say("The request and the response are stored as long as the results of the batch.");
            case BRIEFLY ->
                say(
                        "The request and the response are stored for 10 minutes after the end, as its program asked. Only programs read them, by the id of the response.");
            case REQUEST ->
                say(
                        "The request is stored until it has a response; without one for 3 days after its end, or 30 if it was charged.");
            case NOTHING ->
                keptUntil == null
                        ? say("Not stored.")
                        : say("The request is not stored. The response is stored for repeats.");
        };
    }

    private static String storedWithBatch(@Nullable Batch batch, Instant now) {
        if (batch == null) {
            return stored(SeenJobs.Stored.WITH_BATCH, null);
        }
        return batch.job().isOpen() || batch.hasResults(now)
                ? say("The request and the response are stored with the batch. Only programs read them.")
                : say("The results of the batch are deleted.");
    }

    /** A call in words. @param stored what is stored of its contents @param batch of which it is a line; null for none, or none that the reader sees */
    public record CallText(
            CallLabels labels,
            List<String> story,
            @Nullable String made,
            @Nullable String group,
            @Nullable String address,
            @Nullable Instant keptUntil,
            String stored,
            @Nullable Batch batch) {}

    /** The receipt of a call. */
    public record Proof(@Nullable OneReceipt receipt, OneReceipt.@Nullable Checked checked) {}
}
