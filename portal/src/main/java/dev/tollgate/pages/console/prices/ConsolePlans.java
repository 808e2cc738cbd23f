package dev.tollgate.pages.console.prices;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.books.grants.GrantLimits.Limit;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanFigures.Income;
import dev.tollgate.books.plans.PlanStep.Kind;
import dev.tollgate.books.plans.Plans.Listed;
import dev.tollgate.books.plans.Plans.Standings;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.models.prices.PriceGroups.Group;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.admin.prices.OperatorPlans;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.dashboard.billing.PlanWords;
import dev.tollgate.pages.dashboard.parts.GrantWords;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.console.JteplanGenerated;
import templates.console.JteplansGenerated;

/** {@code /console/plans[/{plan}]}: plans, what they bring, who has one and whose ends, and a new version of one. */
public record ConsolePlans(
        OperatorPlans plans, OperatorGroups groups, AccountList accounts, DeedForms forms, InstantSource clock) {

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
        Month month = month();
        Map<String, Income> incomes = plans.stored().figures().incomes(month.begin());
        List<Line> lines = plans.stored().all().stream()
                .map(each -> new Line(
                        each.newest(),
                        each.accounts(),
                        incomes.getOrDefault(each.newest().plan(), Income.NONE)))
                .toList();
        List<Subscription> ending = Stream.concat(
                        plans.stored().figures().lapsed(month.begin(), ACCOUNTS).stream(),
                        plans.stored().figures().ending(month.end(), ACCOUNTS).stream())
                .limit(ACCOUNTS)
                .toList();
        List<Ending> endings = named(ending);
        return PageStep.show((out, shell) ->
                JteplansGenerated.render(out, null, shell, lines, endings, month.name(), named != null));
    }

    /** A plan of the list, by its newest version. */
    public record Line(Version version, Standings accounts, Income income) {

        public Plan terms() {
            return version.terms();
        }
    }

    /** An account's plan. @param name of the account */
    public record Ending(Subscription its, String name) {

        /** Returns the address of the form that assigns the plan once more, filled in: after the running one. */
        public String renewal() {
            return ConsolePaths.ACCOUNTS + "/" + UrlText.encoded(its.accountId()) + "?plan="
                    + its.version().plan() + "&periods=" + its.latest()
                    + (its.isRunning() ? "&when=" + Kind.AFTER.word() : "") + "#plan";
        }
    }

    private List<Ending> named(List<Subscription> all) {
        Map<String, String> names =
                accounts.names(all.stream().map(Subscription::accountId).collect(Collectors.toSet()));
        return all.stream()
                .map(each -> new Ending(each, names.getOrDefault(each.accountId(), each.accountId())))
                .toList();
    }

    /** The running month, in UTC. */
    private record Month(Instant begin, Instant end, String name) {}

    private Month month() {
        YearMonth month = YearMonth.from(clock.instant().atOffset(ZoneOffset.UTC));
        return new Month(begin(month), begin(month.plusMonths(1)), TimeForm.MONTH.format(month.atDay(1)));
    }

    private static Instant begin(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
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
     * @param ended the first whose plan ended in this month, and that have had none since
     * @param month the name of this month
     * @param open the names of price groups that an account can enter
     */
    public record Shown(
            String plan,
            @Nullable Listed newest,
            List<Version> versions,
            List<Ending> running,
            List<Ending> ended,
            Income income,
            String month,
            List<String> open) {

        /** Returns the price groups to choose from. @param chosen which may be closed; empty for none */
        public List<String> groups(String chosen) {
            return Stream.concat(open.stream(), Stream.of(chosen))
                    .filter(name -> !name.isEmpty())
                    .distinct()
                    .sorted()
                    .toList();
        }

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
        Month month = month();
        List<Subscription> ended = plans.stored().figures().lapsed(month.begin(), AccountList.PAGE_MAX).stream()
                .filter(each -> each.version().plan().equals(plan))
                .limit(ACCOUNTS)
                .toList();
        Shown shown = new Shown(
                plan,
                newest,
                newest == null ? List.of() : plans.stored().versions(plan, Long.MAX_VALUE, VERSIONS),
                named(plans.stored().running(plan, ACCOUNTS)),
                named(ended),
                plans.stored().figures().incomes(month.begin()).getOrDefault(plan, Income.NONE),
                month.name(),
                groups.all().stream()
                        .filter(group -> !group.closed())
                        .map(Group::name)
                        .toList());
        String done = DeedForms.done(request, form.error());
        return (out, shell) -> JteplanGenerated.render(out, null, shell, shown, form, done);
    }

    /** Returns the word on a version that is closed, or that customers can buy; null for others. */
    public static @Nullable String offer(Version version) {
        return version.isClosed()
                ? version.offer().word().said()
                : version.terms().onSale() ? say("on sale") : null;
    }

    /** Returns the look of that word. */
    public static String look(Version version) {
        return version.isClosed() ? "warn" : "ok";
    }

    /** Returns the state of an account's plan, in a word. */
    public static String state(Subscription its) {
        return switch (its.state()) {
            case ENDED -> say("plan::ended");
            case CANCELLED -> say("plan::cancelled");
            case ACTIVE -> say("plan::active");
        };
    }

    /** Returns the last day of a plan, in UTC, with the time at which it ends on it. */
    public static String lastDay(Instant until) {
        return say("{time} (UTC)", GrantWords.time(until, ZoneOffset.UTC));
    }

    /** Returns the cause of an end, in a word. */
    public static String why(Subscription.Why why) {
        return switch (why) {
            case FINISHED -> say("plan::finished");
            case CANCELLED -> say("plan::cancelled");
            case CLOSED -> say("plan::closed");
            case OPERATOR -> say("plan::operator");
            case DELETED -> say("plan::deleted");
            case REPLACED -> say("plan::replaced");
            case UNPAID -> say("plan::test money alone");
            case REFUNDED -> say("plan::refunded");
        };
    }

    /** Returns limits as a form has them, such as {@code 5:20 24:60}. */
    public static String limits(Plan plan) {
        return plan.limits().all().stream().map(Limit::written).collect(Collectors.joining(" "));
    }

    /** Returns what is not the same for all plans: models, group, limits. */
    public static String about(Plan plan) {
        List<String> parts = new ArrayList<>();
        parts.add(PlanWords.models(plan));
        if (plan.group() != null) {
            parts.add(say("group {name}", plan.group()));
        }
        parts.addAll(PlanWords.limits(plan, Money.CREDITS));
        return Joined.facts(parts.stream());
    }
}
