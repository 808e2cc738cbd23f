package dev.tollgate.pages.dashboard;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.ledger.Bucket;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.receipts.OneReceipt;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CallDetail;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.live.LiveTexts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtenorequestGenerated;

/** {@code /dashboard/requests/{task}}: one call, to the micro-credit. */
public final class RequestPage {

    private static final String PATH = PageLink.REQUESTS + "/{task}";
    private static final String TASK = "task";

    private final AccountHistory history;
    private final Tasks tasks;
    private final Receipts receipts;
    private final Duration answersKept;
    private final InstantSource clock;

    /** @param answersKept how long answers are kept for repeats */
    public RequestPage(
            AccountHistory history, Tasks tasks, Receipts receipts, Duration answersKept, InstantSource clock) {
        this.history = history;
        this.tasks = tasks;
        this.receipts = receipts;
        this.answersKept = answersKept;
        this.clock = clock;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.members(), this::show),
                pages.file(PATH + "/receipt.json", pages.members(), this::receipt));
    }

    /** @param reason the operator's, or empty */
    public record Moved(String sequence, String time, String what, String amount, String exact, String reason) {}

    /** @param checked whether somebody has asked to check it; null: not */
    public record Receipt(
            String sequence,
            String balanceAfter,
            String keyId,
            String hash,
            String previous,
            String file,
            OneReceipt.@Nullable Checked checked) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        ZoneId zone = request.visitor().person().preferences().zone();
        String id = request.param(TASK);
        Optional<CallDetail> found = history.call(account, id);
        if (found.isEmpty()) {
            return new PageStep.Show(404, (out, shell) -> JtenorequestGenerated.render(out, null, shell));
        }
        CallDetail detail = found.get();
        CallRow call = detail.call();
        Instant now = clock.instant();
        Long tokensMax = tasks.find(account, id)
                .map(task -> task.result().maxTokensApplied())
                .orElse(null);
        Map<String, Object> params = new HashMap<>();
        params.put("id", id);
        params.put("call", CallLine.of(call, now, zone));
        params.put("row", call);
        params.put("story", new CallStory(detail, now, tokensMax).sentences());
        params.put("moved", moved(detail, zone));
        params.put("requestId", call.course().path("request_id").asString(""));
        params.put("form", AnswerWords.form(call));
        params.put("ignored", AnswerWords.ignored(call));
        params.put("ended", call.endedAt() == null ? "" : Texts.fullTime(call.endedAt(), zone));
        if (call.endedAt() == null) {
            params.put("live", "/dashboard/live?call=" + id);
            params.put("took", LiveTexts.took(call.startedAt(), now));
            params.put("held", Texts.charge(held(detail)));
        }
        params.put("flags", call.flags().isEmpty() ? "none" : String.join(", ", call.flags()));
        params.put("tokensMax", tokensMax == null ? "" : Texts.number(tokensMax));
        params.put("address", request.address());
        Instant kept = detail.answerKeptAt();
        putIfThere(params, "kept", kept == null ? null : Texts.time(kept.plus(answersKept), zone));
        putIfThere(params, "course", CourseBar.of(call.course()));
        putIfThere(params, "price", PriceLines.of(call));
        putIfThere(params, "receipt", receipt(account, call, request.query("verify") != null));
        return PageStep.show("dashboard/request.jte", params);
    }

    private static long held(CallDetail detail) {
        return detail.entries().stream()
                .filter(entry -> entry.to() == Bucket.RESERVED)
                .mapToLong(Entry::amountMicros)
                .sum();
    }

    private static void putIfThere(Map<String, Object> params, String name, @Nullable Object value) {
        if (value != null) {
            params.put(name, value);
        }
    }

    private static List<Moved> moved(CallDetail detail, ZoneId zone) {
        return detail.entries().stream()
                .map(entry -> new Moved(
                        Texts.number(entry.sequence()),
                        Texts.time(entry.at(), zone),
                        EntryWords.what(entry, detail.entries()),
                        Texts.charge(entry.amountMicros()),
                        Texts.exact(entry.amountMicros()),
                        entry.reason() == null ? "" : entry.reason()))
                .toList();
    }

    private @Nullable Receipt receipt(String account, CallRow call, boolean verify) {
        return OneReceipt.find(receipts, account, call.id())
                .map(receipt -> new Receipt(
                        Texts.number(receipt.sequence()),
                        Texts.exact(receipt.balanceAfterMicros()),
                        receipt.keyId(),
                        receipt.hash(),
                        receipt.previousHash(),
                        PageLink.toCall(call.id()) + "/receipt.json",
                        verify ? receipt.check(receipts, account, call.chargeMicros()) : null))
                .orElse(null);
    }

    private PageFile receipt(PageRequest<Visitor.Member> request) {
        OneReceipt receipt = OneReceipt.find(receipts, request.visitor().accountId(), request.param(TASK))
                .orElseThrow(() -> ApiError.of(ErrorCode.TASK_NOT_FOUND, "The receipt does not exist.")
                        .asException());
        return PageFile.of("receipt-" + receipt.sequence() + ".json", "application/json", receipt.text() + "\n");
    }
}
