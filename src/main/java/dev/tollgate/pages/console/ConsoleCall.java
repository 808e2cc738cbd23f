package dev.tollgate.pages.console;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CallDetail;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Usage;
import dev.tollgate.operator.admin.Deeds;
import dev.tollgate.operator.admin.Refused;
import dev.tollgate.pages.dashboard.CallStory;
import dev.tollgate.pages.dashboard.PriceLines;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /console/requests/{task}}: what became of a call, who was asked for it, and its refund. */
public final class ConsoleCall {

    private static final String PATH = ConsoleCalls.PATH + "/{task}";
    private static final String TEMPLATE = "console/request.jte";

    private final PlatformCalls calls;
    private final AccountHistory history;
    private final Catalogue catalogue;
    private final Deeds deeds;
    private final DeedForms forms;
    private final Tasks tasks;
    private final InstantSource clock;

    public ConsoleCall(
            PlatformCalls calls,
            AccountHistory history,
            Tasks tasks,
            Catalogue catalogue,
            Deeds deeds,
            DeedForms forms,
            InstantSource clock) {
        this.calls = calls;
        this.history = history;
        this.tasks = tasks;
        this.clock = clock;
        this.catalogue = catalogue;
        this.deeds = deeds;
        this.forms = forms;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(
                        PATH,
                        pages.operators(),
                        request -> PageStep.show(TEMPLATE, params(request, FormState.kept(forms.kept(request))))),
                pages.post(PATH, pages.operators(), this::refund));
    }

    private PageStep refund(PageRequest<Visitor.Member> request, Form form) {
        String task = request.param("task");
        String path = ConsoleCalls.PATH + "/" + UrlText.encoded(task);
        PageStep proof = forms.proofFirst(request, form, path);
        if (proof != null) {
            return proof;
        }
        try {
            deeds.refund(forms.by(request, form), task, DeedForms.micros(FormState.text(form, "credits")));
            return PageStep.to(path + "?done=refund");
        } catch (Refused | IllegalArgumentException e) {
            return PageStep.again(TEMPLATE, params(request, FormState.wrong(form, String.valueOf(e.getMessage()))));
        }
    }

    private Map<String, Object> params(PageRequest<Visitor.Member> request, FormState form) {
        String task = request.param("task");
        String account = calls.accountOf(task);
        if (account == null) {
            throw ConsoleAccount.notFound("There is no such call. Refused calls have none.");
        }
        CallDetail detail = history.call(account, task)
                .orElseThrow(() -> ConsoleAccount.notFound("There is no such call any more."));
        Map<String, Object> params = new HashMap<>();
        try {
            params.put(
                    "it",
                    CallView.of(
                            detail,
                            account,
                            deeds.account(account).name(),
                            new CallStory(detail, clock.instant(), tokensMax(account, task)).sentences(),
                            request.visitor().person().preferences().zone()));
        } catch (Refused e) {
            throw ConsoleAccount.notFound(String.valueOf(e.getMessage()));
        }
        PriceLines price = PriceLines.of(detail.call());
        if (price != null) {
            params.put("price", price);
        }
        Long cost = cost(detail.call());
        if (cost != null) {
            params.put("cost", Texts.exact(cost));
            params.put("margin", Texts.exact(detail.call().chargeMicros() - detail.refundedMicros() - cost));
        }
        params.put("form", form);
        params.put("once", forms.once());
        params.put("done", request.query("done") != null && form.error() == null);
        return params;
    }

    private @Nullable Long tokensMax(String account, String task) {
        return tasks.find(account, task)
                .map(found -> found.result().maxTokensApplied())
                .orElse(null);
    }

    /** By the list prices of the day, micro-credits, as the figures of the platform have it; null if there is no price or no usage. */
    private @Nullable Long cost(CallRow call) {
        Model model = catalogue.find(call.modelId());
        Instant end = call.endedAt();
        UpstreamModel.Cost cost =
                model == null || end == null ? null : model.upstream().cost(end);
        if (cost == null || call.pricingJson() == null) {
            return null;
        }
        CallRow.Tokens tokens = call.tokens();
        return cost.micros(new Usage(
                tokens.prompt(),
                0,
                tokens.completion(),
                tokens.thoughts(),
                tokens.cached(),
                0,
                0,
                tokens.completion()));
    }
}
