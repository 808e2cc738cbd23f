package dev.tollgate.pages.console.calls;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.calls.CallTexts;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CallDetail;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.accounts.AccountRoutes;
import dev.tollgate.operator.admin.accounts.OperatorAccounts;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.console.server.ConsoleChannels;
import dev.tollgate.pages.dashboard.requests.CallStory;
import dev.tollgate.pages.dashboard.requests.PriceLines;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import templates.console.JterequestGenerated;
import tools.jackson.databind.JsonNode;

/** {@code /console/requests/{task}}: what became of a call, who was asked for it, and its refund. */
public record ConsoleCall(
        PlatformCalls calls, AccountHistory history, OperatorAccounts deeds, DeedForms forms, InstantSource clock) {

    private static final String PATH = ConsolePaths.REQUESTS + "/{task}";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(
                        PATH,
                        pages.operators(),
                        request -> PageStep.show(drawing(request, FormState.kept(forms.kept(request))))),
                pages.post(PATH, pages.operators(), forms.proved(request -> request.param("task"), this::refund)));
    }

    /** Returns the end of an attempt as a badge. */
    public static Cell outcome(String code) {
        return switch (code) {
            case "answered" -> Cell.badge("ok", say("answered"));
            case "left" -> Cell.badge("", say("outcome::left"));
            case "empty" -> Cell.badge("bad", say("outcome::empty"));
            default -> Cell.badge("bad", ConsoleChannels.word(code));
        };
    }

    private PageStep refund(PageRequest<Visitor.Member> request, Form form) {
        String task = request.param("task");
        return forms.offer(deeds, List.of(AccountRoutes.REFUND))
                .take(
                        request,
                        form,
                        Map.of("id", task),
                        refused -> PageStep.again(drawing(request, refused)),
                        done -> done.on(ConsolePaths.REQUESTS + "/" + UrlText.encoded(task)));
    }

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, FormState form) {
        String task = request.param("task");
        String account = calls.accountOf(task);
        if (account == null) {
            throw ConsolePaths.notFound(sentence("There is no such call. Refused calls have none."));
        }
        CallDetail detail = history.call(account, task)
                .orElseThrow(() -> ConsolePaths.notFound(sentence("There is no such call any more.")));
        List<String> story = new CallStory(detail, request.money(), clock.instant()).sentences();
        PriceLines price = PriceLines.of(detail.call());
        CallCosts costs = CallCosts.of(detail.call().ended());
        String done = DeedForms.done(request, form.error());
        String once = forms.once();
        try {
            String name = deeds.account(account).name();
            return (out, shell) -> JterequestGenerated.render(
                    out,
                    null,
                    shell,
                    new Call(detail, account, name, story),
                    new RefundForm(form, once, done),
                    new Costs(price, costs.micros(), costs.how().said(), costs.thrownAwayMicros()));
        } catch (ApiException e) {
            throw ConsolePaths.notFound(e.error().forPeople());
        }
    }

    /**
     * The costs of a call's attempts in micro-credits.
     *
     * @param micros the sum; null if no attempt has used anything, or the price of one is not known
     * @param how in words
     * @param thrownAwayMicros the part of the attempts after the charged answer's; null if there are none
     */
    private record CallCosts(
            @Nullable Long micros, Sentence how, @Nullable Long thrownAwayMicros) {

        private static final Sentence BY_LIST = sentence("by list prices");

        static CallCosts of(@Nullable EndedCall call) {
            CallCosts unknown = new CallCosts(null, BY_LIST, null);
            if (call == null) {
                return unknown;
            }
            JsonNode attempts =
                    ApiJson.MAPPER.readTree(CallTexts.costs(call, null).toString());
            long sum = 0;
            boolean isReported = false;
            for (JsonNode attempt : attempts) {
                if (!attempt.path("cost").isIntegralNumber()) {
                    return unknown;
                }
                isReported |= attempt.path("reported").booleanValue(false);
                sum += attempt.path("cost").longValue();
            }
            boolean isMore = call.isSettled() && attempts.size() > 1;
            long first = attempts.path(0).path("cost").longValue(0);
            return attempts.isEmpty()
                    ? unknown
                    : new CallCosts(
                            sum,
                            isReported ? sentence("as the channel reported") : BY_LIST,
                            isMore ? Long.valueOf(sum - first) : null);
        }
    }

    /** A call with its owner. */
    public record Call(CallDetail detail, String accountId, String account, List<String> story) {}

    /** The price of a call, and what it cost the operator. */
    public record Costs(
            @Nullable PriceLines price,
            @Nullable Long cost,
            String how,
            @Nullable Long thrownAway) {}

    /** The form of a refund. */
    public record RefundForm(
            FormState form, String once, @Nullable String done) {}
}
