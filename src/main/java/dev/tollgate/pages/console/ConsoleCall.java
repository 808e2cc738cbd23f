package dev.tollgate.pages.console;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.tasks.Task;
import dev.tollgate.books.tasks.TaskResult;
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
import dev.tollgate.operator.admin.ActionRefused;
import dev.tollgate.operator.admin.CallUsage;
import dev.tollgate.operator.admin.OperatorAccounts;
import dev.tollgate.pages.dashboard.requests.CallStory;
import dev.tollgate.pages.dashboard.requests.PriceLines;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import templates.console.JterequestGenerated;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** {@code /console/requests/{task}}: what became of a call, who was asked for it, and its refund. */
public record ConsoleCall(
        PlatformCalls calls,
        AccountHistory history,
        Tasks tasks,
        CallUsage usage,
        Catalogue catalogue,
        OperatorAccounts deeds,
        DeedForms forms,
        InstantSource clock) {

    private static final String PATH = ConsoleCalls.PATH + "/{task}";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(
                        PATH,
                        pages.operators(),
                        request -> PageStep.show(drawing(request, FormState.kept(forms.kept(request))))),
                pages.post(PATH, pages.operators(), forms.proved(request -> request.param("task"), this::refund)));
    }

    private PageStep refund(PageRequest<Visitor.Member> request, Form form) {
        String task = request.param("task");
        String path = ConsoleCalls.PATH + "/" + UrlText.encoded(task);
        try {
            deeds.refund(forms.by(request, form), task, DeedForms.micros(FormState.text(form, "credits")));
            return PageStep.to(path + "?done=refund");
        } catch (ActionRefused | IllegalArgumentException e) {
            return PageStep.again(drawing(request, FormState.wrong(form, String.valueOf(e.getMessage()))));
        }
    }

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, FormState form) {
        String task = request.param("task");
        String account = calls.accountOf(task);
        if (account == null) {
            throw ConsoleAccount.notFound("There is no such call. Refused calls have none.");
        }
        CallDetail detail = history.call(account, task)
                .orElseThrow(() -> ConsoleAccount.notFound("There is no such call any more."));
        List<String> story = new CallStory(detail, clock.instant(), tokensMax(account, task)).sentences();
        PriceLines price = PriceLines.of(detail.call());
        CallCosts costs =
                CallCosts.of(tasks.find(account, task).map(Task::result).orElse(null));
        Long cost = costs == null ? cost(account, detail.call()) : costs.micros();
        String how = costs == null ? CallCosts.BY_LIST : costs.how();
        Long thrownAway = costs == null || detail.call().pricingJson() == null ? null : costs.thrownAwayMicros();
        boolean isDone = request.query("done") != null && form.error() == null;
        String once = forms.once();
        try {
            String name = deeds.account(account).name();
            return (out, shell) -> JterequestGenerated.render(
                    out, null, shell, detail, account, name, story, form, once, isDone, price, cost, how, thrownAway);
        } catch (ActionRefused e) {
            throw ConsoleAccount.notFound(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Long tokensMax(String account, String task) {
        return tasks.find(account, task)
                .map(found -> found.result().maxTokensApplied())
                .orElse(null);
    }

    /** Returns the cost of a call of an earlier program, by the list prices at its start; null without a price or a usage. */
    private @Nullable Long cost(String account, CallRow call) {
        UpstreamModel upstream = upstream(call);
        UpstreamModel.Cost cost = upstream == null ? null : upstream.cost(call.startedAt());
        if (cost == null || call.endedAt() == null || call.pricingJson() == null) {
            return null;
        }
        return cost.micros(usage.of(account, call.id(), call.pricingJson()).orElseGet(() -> printed(call.tokens())));
    }

    /** Returns the upstream's model that was called; null if the catalogue has neither it nor the model on sale. */
    private @Nullable UpstreamModel upstream(CallRow call) {
        UpstreamModel called =
                catalogue.upstream(call.course().path("upstream_model").asString(""));
        Model model = catalogue.find(call.modelId());
        return called != null || model == null ? called : model.upstream();
    }

    /** Returns the usage of a call whose receipt has no raw counts. */
    private static Usage printed(CallRow.Tokens tokens) {
        return new Usage(
                tokens.prompt(), 0, tokens.completion(), tokens.thoughts(), tokens.cached(), 0, 0, tokens.completion());
    }

    /**
     * The costs of a call's attempts in micro-credits.
     *
     * @param micros the sum; null if there is none, or the price of an attempt is not known
     * @param how in words
     * @param thrownAwayMicros the part of the attempts after the first; null if there are none
     */
    private record CallCosts(
            @Nullable Long micros, String how, @Nullable Long thrownAwayMicros) {

        static final String BY_LIST = "by list prices";

        /** Returns null if the task has no costs. */
        static @Nullable CallCosts of(@Nullable TaskResult result) {
            if (result == null || result.costsJson() == null) {
                return null;
            }
            try {
                JsonNode attempts = ApiJson.MAPPER.readTree(String.valueOf(result.costsJson()));
                long sum = 0;
                boolean isReported = false;
                for (JsonNode attempt : attempts) {
                    if (!attempt.path("cost").isIntegralNumber()) {
                        return new CallCosts(null, BY_LIST, null);
                    }
                    isReported |= attempt.path("reported").booleanValue(false);
                    sum += attempt.path("cost").longValue();
                }
                long first = attempts.path(0).path("cost").longValue(0);
                return attempts.isEmpty()
                        ? new CallCosts(null, BY_LIST, null)
                        : new CallCosts(
                                sum,
                                isReported ? "as the channel reported" : BY_LIST,
                                attempts.size() == 1 ? null : Long.valueOf(sum - first));
            } catch (JacksonException e) {
                return new CallCosts(null, BY_LIST, null);
            }
        }
    }
}
