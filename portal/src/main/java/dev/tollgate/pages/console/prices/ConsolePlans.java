package dev.tollgate.pages.console.prices;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.books.grants.GrantLimits.Limit;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.Plans.Listed;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.prices.OperatorPlans;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.dashboard.billing.PaymentTexts;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.console.JteplanGenerated;
import templates.console.JteplansGenerated;

/** {@code /console/plans[/{plan}]}: plans, who has one, and a new version of it. */
public record ConsolePlans(OperatorPlans plans, AccountList accounts, DeedForms forms) {

    private static final String ONE = ConsolePaths.PLANS + "/{plan}";
    private static final int VERSIONS = 20;
    private static final int ACCOUNTS = 50;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.PLANS, pages.operators(), this::list),
                pages.get(
                        ONE,
                        pages.operators(),
                        request -> PageStep.show(drawing(request, FormState.kept(forms.kept(request))))),
                pages.post(ONE, pages.operators(), forms.proved(its -> its.param("plan"), this::change)));
    }

    private PageStep list(PageRequest<Visitor.Member> request) {
        String named = request.query("name");
        if (named != null && Plan.ID.matcher(named).matches()) {
            return PageStep.to(ConsolePaths.PLANS + "/" + named);
        }
        List<Listed> all = plans.stored().all();
        return PageStep.show((out, shell) -> JteplansGenerated.render(out, null, shell, all, named != null));
    }

    private PageStep change(PageRequest<Visitor.Member> request, Form form) {
        String plan = request.param("plan");
        return forms.offer(plans, OperatorPlans.OF_PLAN)
                .take(
                        request,
                        form,
                        Map.of("plan", plan),
                        refused -> PageStep.again(drawing(request, refused)),
                        done -> done.on(ConsolePaths.PLANS + "/" + plan));
    }

    /**
     * A plan as the page shows it.
     *
     * @param newest null if there is no plan with this id yet
     * @param running the first accounts that have it, by id
     * @param names of these accounts
     */
    public record Shown(
            String plan,
            @Nullable Listed newest,
            List<Version> versions,
            List<Subscription> running,
            Map<String, String> names) {

        /** Returns the terms of the newest version; null without one. */
        public @Nullable Plan terms() {
            return newest == null ? null : newest.newest().terms();
        }
    }

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, FormState form) {
        String plan = request.param("plan");
        if (!Plan.ID.matcher(plan).matches()) {
            throw ConsolePaths.notFound(sentence("There is no plan with this id."));
        }
        Listed newest = plans.stored().all().stream()
                .filter(each -> each.newest().plan().equals(plan))
                .findFirst()
                .orElse(null);
        List<Subscription> running = plans.stored().running(plan, ACCOUNTS);
        Shown shown = new Shown(
                plan,
                newest,
                newest == null ? List.of() : plans.stored().versions(plan, Long.MAX_VALUE, VERSIONS),
                running,
                accounts.names(running.stream().map(Subscription::accountId).collect(Collectors.toSet())));
        String done = DeedForms.done(request, form.error());
        return (out, shell) -> JteplanGenerated.render(out, null, shell, shown, form, done);
    }

    /** Returns the word for the length of a period. */
    public static String word(Period period) {
        return period.label().said();
    }

    /** Returns a price, such as {@code $9.00 a month}. */
    public static String price(Plan plan) {
        String period = word(plan.period());
        return plan.cents() == 0
                ? say("free, by the {period}", period)
                : say("{dollars} a {period}", PaymentTexts.dollars(plan.cents()), period);
    }

    /** Returns the state of an account's plan, in a word. */
    public static String state(Subscription its) {
        return switch (its.state()) {
            case ENDED -> say("ended");
            case CANCELLED -> say("cancelled");
            case ACTIVE -> say("plan::active");
        };
    }

    /** Returns the cause of an end, in a word. */
    public static String why(Subscription.Why why) {
        return switch (why) {
            case FINISHED -> say("plan::finished");
            case CANCELLED -> say("plan::cancelled");
            case CLOSED -> say("plan::closed");
            case OPERATOR -> say("plan::operator");
            case DELETED -> say("plan::deleted");
        };
    }

    /** Returns limits as a form has them, such as {@code 5:20 24:60}. */
    public static String limits(Plan plan) {
        return plan.limits().all().stream().map(Limit::written).collect(Collectors.joining(" "));
    }

    /** Returns what is not the same for all plans: models, group, limits. */
    public static String about(Plan plan) {
        List<String> parts = new ArrayList<>();
        parts.add(plan.models().areEvery() ? say("all models") : Joined.facts(plan.models().all().stream()));
        if (plan.group() != null) {
            parts.add(say("group {name}", plan.group()));
        }
        plan.limits()
                .all()
                .forEach(limit -> parts.add(say(
                        "at most {credits} credits in {n} hour | at most {credits} credits in {n} hours",
                        Display.charge(limit.micros()),
                        limit.hours())));
        return Joined.facts(parts.stream());
    }
}
