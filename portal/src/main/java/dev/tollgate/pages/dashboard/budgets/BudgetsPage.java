package dev.tollgate.pages.dashboard.budgets;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.money.Credits;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.books.budgets.BudgetCalendar;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.organizations.BudgetActions;
import dev.tollgate.customers.organizations.OrganizationActions;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.Keys;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.dashboard.parts.BudgetBar;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.dashboard.parts.LimitStates;
import dev.tollgate.pages.dashboard.parts.TypedCredits;
import dev.tollgate.pages.dashboard.usage.MonthPace;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.math.BigInteger;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtebudgetsGenerated;

/** {@code /dashboard/budgets}: the budgets of an organization with their use, and its time zone. The role billing sees and sets the account's budgets alone. */
public record BudgetsPage(
        OrganizationStores stores, Keys keys, AccountHistory history, LimitStates limits, InstantSource clock) {

    private static final String PATH = "/dashboard/budgets";

    private static final List<SpendWindow> WINDOWS =
            List.of(SpendWindow.MONTH, SpendWindow.WEEK, SpendWindow.DAY, SpendWindow.HOUR, SpendWindow.TOTAL);

    /** The names of time zones, without those that are abbreviations. */
    private static final List<String> ZONES = ZoneId.getAvailableZoneIds().stream()
            .filter(id ->
                    id.equals("UTC") || (id.contains("/") && !id.startsWith("Etc/") && !id.startsWith("SystemV/")))
            .sorted()
            .toList();

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.partly(Right.BUDGETS), request -> PageStep.show(page(request, typed(request)))),
                pages.post(PATH, pages.partly(Right.BUDGETS), this::take));
    }

    /**
     * A row of the table.
     *
     * @param id of the owner
     * @param bar the budget with its use; in the row of each member's budget, the use of the member who has used most; null without a budget
     * @param members those for whom the budget of each member counts, who have used most first; empty in other rows
     * @param isSpent whether it refuses calls
     * @param fullest the member who has used most; null in other rows
     * @param monthMicros what the owner has spent in the present month, if it is a team or a member without a budget
     * @param pace when the budget is used up at the present pace, in words; null if it lasts
     */
    public record Row(
            String id,
            Owner owner,
            @Nullable BudgetBar bar,
            List<Member> members,
            boolean isSpent,
            @Nullable String fullest,
            long monthMicros,
            @Nullable String pace) {

        /** Returns what orders the rows: the percent used; without a budget the least. */
        private long share() {
            return bar == null ? -1 : isSpent ? 101 : bar.percent();
        }
    }

    /** A member for whom the budget of each member counts. */
    public record Member(String id, Owner owner, BudgetBar bar, boolean isSpent) {

        private long micros() {
            return bar.use().micros();
        }
    }

    /** The state of the forms. @param money the unit of the limit @param zone null if none was typed */
    public record Typed(
            String owner,
            String window,
            String limit,
            Money money,
            @Nullable String zone,
            Map<String, String> errors) {

        static Typed of(Form form, Money ofPage, Map<String, String> errors) {
            return new Typed(
                    form.text("owner"),
                    form.text("window"),
                    form.text("limit"),
                    TypedCredits.unit(form, ofPage),
                    form.field("time_zone"),
                    ofLimit(form, errors));
        }

        private static Map<String, String> ofLimit(Form form, Map<String, String> errors) {
            String said = errors.get(form.text("window"));
            return said == null ? errors : Map.of("limit", said);
        }
    }

    /** An owner of budgets. @param kind empty if the name says it @param href its page; null without one */
    public record Owner(String name, String kind, @Nullable String href) {

        String label() {
            return kind.isEmpty() ? name : say("{kind}: {name}", kind, name);
        }
    }

    /** Returns the windows that a budget can have, as choices. */
    public static List<FilterChoice> windows() {
        return WINDOWS.stream()
                .map(window -> new FilterChoice(window.code(), BudgetBar.name(window)))
                .toList();
    }

    /** Returns the owners whose budgets the visitor may set, by their ids. */
    private Map<String, Owner> owners(PageRequest<Visitor.Member> request) {
        Map<String, Owner> owners = new LinkedHashMap<>();
        owners.put(Budgets.ACCOUNT, new Owner(say("Organization"), "", null));
        if (!request.visitor().may(Right.BUDGETS)) {
            return owners;
        }
        String account = request.visitor().accountId();
        owners.put(Budgets.EACH_MEMBER, new Owner(say("Each member"), "", null));
        for (Team team : stores.teams().list(account)) {
            owners.put(team.id(), new Owner(team.name(), say("team"), "/dashboard/teams/" + team.id()));
        }
        for (Members.Member member : stores.members().list(account)) {
            String name = member.shown();
            owners.put(member.id(), new Owner(name, say("member"), "/dashboard/members/" + member.id()));
        }
        return owners;
    }

    /** The form that sets a budget names the window in one field and its limit in another; the form that removes the budget has no limit. */
    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        Map<String, String> fields = new LinkedHashMap<>(form.fields());
        String window = form.text("window");
        if (form.field("limit") != null && form.text("limit").isBlank()) {
            return PageStep.again(page(
                    request,
                    Typed.of(
                            form,
                            request.money(),
                            Map.of("limit", say("Enter a limit. To end a budget, press Remove in its row.")))));
        }
        try {
            if (WINDOWS.stream().anyMatch(each -> each.code().equals(window))) {
                fields.put(window, credits(form));
            }
        } catch (IllegalArgumentException e) {
            Map<String, String> wrong = Map.of("limit", Mistake.of(e).said());
            return PageStep.again(page(request, Typed.of(form, request.money(), wrong)));
        }
        return ActionForms.of(stores, BudgetActions.SET.showing(window), OrganizationActions.SET.showing("time_zone"))
                .take(
                        request,
                        new Form(fields),
                        Map.of(),
                        errors -> page(request, Typed.of(form, request.money(), errors)),
                        done -> PageStep.to(PATH + "?saved=1"));
    }

    /** Returns the limit of a form in credits. "unlimited" is read in the page's language and in English. */
    private static String credits(Form form) {
        String typed = form.text("limit").strip();
        if (typed.isEmpty()) {
            return typed;
        }
        return typed.equals(BudgetActions.UNLIMITED) || typed.equals(say("unlimited"))
                ? BudgetActions.UNLIMITED
                : Credits.text(TypedCredits.micros(typed, TypedCredits.neededUnit(form)));
    }

    /** Returns the forms as they are at first: with the budget that the address names. */
    private Typed typed(PageRequest<Visitor.Member> request) {
        String owner = Objects.requireNonNullElse(request.query("owner"), Budgets.ACCOUNT);
        String window = Objects.requireNonNullElse(request.query("window"), SpendWindow.MONTH.code());
        String limit = stores.organizations().budgets(request.visitor().accountId()).lines().stream()
                .filter(line ->
                        line.owner().equals(owner) && line.window().code().equals(window))
                .map(line -> line.limitMicros() == null
                        ? say("unlimited")
                        : TypedCredits.of(line.limitMicros(), request.money()))
                .findFirst()
                .orElse("");
        return new Typed(owner, window, limit, request.money(), null, Map.of());
    }

    // ---- the page ----

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, Typed typed) {
        BudgetsNow now = stores.organizations().budgets(request.visitor().accountId());
        boolean isWhole = request.visitor().may(Right.BUDGETS);
        Map<String, Owner> owners = owners(request);
        List<Row> rows = rows(request.visitor().accountId(), now, owners, isWhole);
        List<FilterChoice> choices = owners.entrySet().stream()
                .map(each -> new FilterChoice(each.getKey(), each.getValue().label()))
                .toList();
        String said =
                request.query("saved") != null && typed.errors().isEmpty() ? say("The budgets were saved.") : null;
        return (out, shell) -> JtebudgetsGenerated.render(
                out,
                null,
                shell,
                rows,
                new Edit(choices, typed, ZONES),
                now.zone().getId(),
                said);
    }

    /** Returns the budgets, and the owners without one, those that use the most of a budget first. @param isWhole whether the visitor sees all */
    private List<Row> rows(String account, BudgetsNow now, Map<String, Owner> owners, boolean isWhole) {
        Map<String, String> keyNames = isWhole ? keyNames(account) : Map.of();
        Instant at = clock.instant();
        Map<String, Long> months = isWhole ? months(account, now.zone(), at) : Map.of();
        Set<String> spent = limits.all(account, List.of(), at).states().stream()
                .filter(state -> state.isBudget() && state.isSpent())
                .map(state -> state.owner() + " " + state.bar().window())
                .collect(Collectors.toSet());
        List<Row> rows = new ArrayList<>();
        for (String id : ordered(owners, now)) {
            Owner owner =
                    owners.getOrDefault(id, new Owner(keyNames.getOrDefault(id, id), "key", "/dashboard/keys/" + id));
            List<BudgetsNow.Line> lines = lines(id, now);
            lines.forEach(line -> rows.add(row(id, owner, line, now, owners, spent, at)));
            boolean isFree = lines.isEmpty()
                    && !(Budgets.isMember(id) && !now.ofMember(id).isEmpty());
            if (isFree && !owner.kind().isEmpty()) {
                rows.add(new Row(id, owner, null, List.of(), false, null, months.getOrDefault(id, 0L), null));
            }
        }
        rows.sort(Comparator.comparingLong(Row::share).reversed());
        return rows;
    }

    /** Returns the budgets of an owner. */
    private static List<BudgetsNow.Line> lines(String owner, BudgetsNow now) {
        return now.lines().stream().filter(line -> line.owner().equals(owner)).toList();
    }

    private static Row row(
            String id,
            Owner owner,
            BudgetsNow.Line line,
            BudgetsNow now,
            Map<String, Owner> owners,
            Set<String> spent,
            Instant at) {
        List<Member> members = id.equals(Budgets.EACH_MEMBER) ? members(line.window(), now, owners, spent) : List.of();
        Member first = members.isEmpty() ? null : members.getFirst();
        BudgetBar bar = first == null ? BudgetBar.of(owner.name(), line, now.zone()) : first.bar();
        boolean isSpent = first == null ? spent.contains(line.owner() + " " + line.window()) : first.isSpent();
        return new Row(
                id,
                owner,
                bar,
                members,
                isSpent,
                first == null || first.micros() == 0 ? null : first.owner().name(),
                0,
                isSpent ? say("calls are refused") : pace(bar, at));
    }

    /** Returns the members for whom the budget of each member counts in a window. */
    private static List<Member> members(
            SpendWindow window, BudgetsNow now, Map<String, Owner> owners, Set<String> spent) {
        return owners.entrySet().stream()
                .filter(each -> Budgets.isMember(each.getKey())
                        && lines(each.getKey(), now).stream().noneMatch(own -> own.window() == window))
                .flatMap(each -> now.ofMember(each.getKey()).stream()
                        .filter(line -> line.window() == window)
                        .map(line -> new Member(
                                each.getKey(),
                                each.getValue(),
                                BudgetBar.of(each.getValue().name(), line, now.zone()),
                                spent.contains(each.getKey() + " " + window))))
                .sorted(Comparator.comparing(Member::isSpent)
                        .thenComparing(Member::micros)
                        .reversed())
                .toList();
    }

    /** Returns when the budgets of each window reset, in their zone, which the page names; null if none does. */
    public static @Nullable String resets(List<Row> rows) {
        Map<SpendWindow, String> ends = new EnumMap<>(SpendWindow.class);
        for (Row row : rows) {
            BudgetBar bar = row.bar();
            Instant end = bar == null ? null : bar.endsAt();
            if (bar != null && end != null) {
                String time = TimeForm.MINUTE.format(end.atZone(bar.zone()));
                ends.put(bar.window(), say("words::{a} {b}", bar.per(), time));
            }
        }
        return ends.isEmpty() ? null : say("resets: {times}", Joined.facts(ends.values().stream()));
    }

    /** Returns when a budget of a week or a month is used up if its use goes on as until now. */
    private static @Nullable String pace(BudgetBar bar, Instant now) {
        Long limit = bar.limitMicros();
        Instant end = bar.endsAt();
        boolean isLong = bar.window() == SpendWindow.WEEK || bar.window() == SpendWindow.MONTH;
        if (limit == null || end == null || !isLong || bar.full() || bar.use().chargedMicros() <= 0) {
            return null;
        }
        long start = new BudgetCalendar(bar.zone())
                .at(bar.window(), now.toEpochMilli())
                .startMillis();
        Instant usedUp = Instant.ofEpochMilli(BigInteger.valueOf(now.toEpochMilli() - start)
                .multiply(BigInteger.valueOf(limit))
                .divide(BigInteger.valueOf(bar.use().chargedMicros()))
                .add(BigInteger.valueOf(start))
                .min(BigInteger.valueOf(end.toEpochMilli()))
                .longValueExact());
        return usedUp.isBefore(end)
                ? say("at this pace used up on {day}", Display.dayOfMonth(LocalDate.ofInstant(usedUp, bar.zone())))
                : null;
    }

    /** Returns the spend of teams and members in the present month, by their ids. */
    private Map<String, Long> months(String account, ZoneId zone, Instant now) {
        Span month = MonthPace.span(history, zone, now);
        Map<String, Long> micros = new HashMap<>(history.spent(account, UsageQuestion.of(month, By.TEAM)));
        micros.putAll(history.spent(account, UsageQuestion.of(month, By.MEMBER)));
        return micros;
    }

    /** Returns the ids of owners in the order of the list, then of those keys that have a budget. */
    private static List<String> ordered(Map<String, Owner> owners, BudgetsNow now) {
        List<String> ordered = new ArrayList<>(owners.keySet());
        if (owners.size() > 1) {
            now.lines().stream()
                    .map(BudgetsNow.Line::owner)
                    .filter(owner -> owner.startsWith("key_"))
                    .distinct()
                    .forEach(ordered::add);
        }
        return ordered;
    }

    private Map<String, String> keyNames(String account) {
        Map<String, String> names = new LinkedHashMap<>();
        for (Key key : keys.list(account, null, Keys.PAGE_MAX)) {
            names.put(key.id(), key.settings().name());
        }
        return names;
    }

    /** The form of a budget. */
    public record Edit(List<FilterChoice> owners, Typed typed, List<String> zones) {}
}
