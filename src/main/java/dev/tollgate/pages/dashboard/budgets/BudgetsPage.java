package dev.tollgate.pages.dashboard.budgets;

import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.ledger.SetBudgets;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.Keys;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.organizations.Organizations;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.parts.BudgetBar;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.dashboard.parts.TypedCredits;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtebudgetsGenerated;

/** {@code /dashboard/budgets}: the budgets of an organization with their use, and its time zone. The role billing sees and sets the account's budgets alone. */
public record BudgetsPage(Organizations organizations, Members members, Teams teams, Keys keys) {

    private static final String PATH = "/dashboard/budgets";
    private static final String UNLIMITED = "unlimited";

    public static final List<FilterChoice> WINDOWS = Stream.of(
                    SpendWindow.MONTH, SpendWindow.WEEK, SpendWindow.DAY, SpendWindow.HOUR, SpendWindow.TOTAL)
            .map(window -> new FilterChoice(window.code(), BudgetBar.name(window)))
            .toList();

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(
                        PATH,
                        pages.partly(Right.BUDGETS),
                        request -> PageStep.show(page(request, Typed.of(request.query("owner"))))),
                pages.post(PATH, pages.partly(Right.BUDGETS), this::take));
    }

    /**
     * A row of the table.
     *
     * @param kind of the owner; empty if the name says it
     * @param href the owner's page; null without one
     */
    public record Row(
            BudgetBar bar,
            String owner,
            String kind,
            @Nullable String href) {

        /** Returns whether the budget counts by itself: a budget of each member counts for each. */
        public boolean counts() {
            return !owner.equals(Budgets.EACH_MEMBER);
        }
    }

    /** The state of the forms. @param zone null if none was typed */
    public record Typed(
            String owner,
            String window,
            String limit,
            @Nullable String zone,
            Map<String, String> errors) {

        static Typed of(@Nullable String owner) {
            return new Typed(
                    Objects.requireNonNullElse(owner, Budgets.ACCOUNT), SpendWindow.MONTH.code(), "", null, Map.of());
        }

        static Typed of(Form form, Map<String, String> errors) {
            return new Typed(form.text("owner"), form.text("window"), form.text("limit"), form.field("zone"), errors);
        }

        public String dollars() {
            return TypedCredits.dollars(limit);
        }
    }

    /** An owner of budgets. */
    private record Owner(String name, String kind, @Nullable String href) {

        String label() {
            return kind.isEmpty() ? name : kind + ": " + name;
        }
    }

    /** Returns the owners whose budgets the visitor may set, by their ids. */
    private Map<String, Owner> owners(PageRequest<Visitor.Member> request) {
        Map<String, Owner> owners = new LinkedHashMap<>();
        owners.put(Budgets.ACCOUNT, new Owner("Organization", "", null));
        if (!request.visitor().may(Right.BUDGETS)) {
            return owners;
        }
        String account = request.visitor().accountId();
        owners.put(Budgets.EACH_MEMBER, new Owner("Each member", "", null));
        for (Team team : teams.list(account)) {
            owners.put(team.id(), new Owner(team.name(), "team", "/dashboard/teams/" + team.id()));
        }
        for (Members.Member member : members.list(account)) {
            String name = member.name().isBlank() ? member.login() : member.name();
            owners.put(member.id(), new Owner(name, "member", "/dashboard/members/" + member.id()));
        }
        return owners;
    }

    // ---- the forms ----

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        return switch (form.text("deed")) {
            case "set" ->
                set(request, form, SpendBudgetOrNot.of(form, form.text("limit").strip()));
            case "remove" -> set(request, form, new SpendBudgetOrNot(null, null));
            case "zone" -> zone(request, form, form.text("zone").strip());
            default -> PageStep.to(PATH);
        };
    }

    /** A typed budget. @param budget null for none @param complaint a sentence; null if it is one */
    private record SpendBudgetOrNot(
            @Nullable SpendBudget budget, @Nullable String complaint) {

        static SpendBudgetOrNot of(Form form, String limit) {
            if (limit.equals(UNLIMITED)) {
                return form.text("owner").startsWith("mem_")
                        ? new SpendBudgetOrNot(new SpendBudget(null), null)
                        : new SpendBudgetOrNot(
                                null, "Only a member's budget can be unlimited. Remove the others instead.");
            }
            Long micros = TypedCredits.micros(limit);
            return micros == null
                    ? new SpendBudgetOrNot(null, TypedCredits.COMPLAINT)
                    : new SpendBudgetOrNot(new SpendBudget(micros), null);
        }
    }

    private PageStep set(PageRequest<Visitor.Member> request, Form form, SpendBudgetOrNot typed) {
        String owner = form.text("owner");
        SpendWindow window = Stream.of(SpendWindow.values())
                .filter(each -> each.code().equals(form.text("window")))
                .findFirst()
                .orElse(null);
        if (window == null) {
            return again(request, form, "window", "Choose a window from the list.");
        }
        if (typed.complaint() != null) {
            return again(request, form, "limit", typed.complaint());
        }
        if (!request.visitor().may(Right.BUDGETS) && !owner.equals(Budgets.ACCOUNT)) {
            return again(request, form, "owner", "Your role sets budgets of the organization alone.");
        }
        SpendBudget budget = typed.budget();
        UnaryOperator<Map<SpendWindow, SpendBudget>> change = old -> {
            Map<SpendWindow, SpendBudget> next = new EnumMap<>(SpendWindow.class);
            next.putAll(old);
            if (budget == null) {
                next.remove(window);
            } else {
                next.put(window, budget);
            }
            return next;
        };
        return said(request, form, "owner", organizations.setBudgets(PageRequest.acting(request), owner, change));
    }

    private PageStep zone(PageRequest<Visitor.Member> request, Form form, String typed) {
        if (!request.visitor().may(Right.ORGANIZATION)) {
            return again(request, form, "form", "Your role in this organization does not include this.");
        }
        return ZoneId.getAvailableZoneIds().contains(typed)
                ? said(request, form, "zone", organizations.setZone(PageRequest.acting(request), ZoneId.of(typed)))
                : again(request, form, "zone", "Enter the name of a time zone, such as Europe/Berlin.");
    }

    private PageStep said(PageRequest<Visitor.Member> request, Form form, String field, SetBudgets.Outcome outcome) {
        return switch (outcome) {
            case SetBudgets.Done _ -> PageStep.to(PATH + "?saved=1");
            case SetBudgets.NoSuchOwner _ -> again(request, form, field, "Choose an owner from the list.");
            case SetBudgets.TooMany _ ->
                again(
                        request,
                        form,
                        "form",
                        "An organization has budgets of at most " + SetBudgets.OWNERS_MAX + " owners.");
            case SetBudgets.TooSoon(var until) ->
                again(
                        request,
                        form,
                        field,
                        "The time zone was changed less than a day ago. Try again after " + until + ".");
        };
    }

    private PageStep again(PageRequest<Visitor.Member> request, Form form, String field, String complaint) {
        return PageStep.again(page(request, Typed.of(form, Map.of(field, complaint))));
    }

    // ---- the page ----

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, Typed typed) {
        BudgetsNow now = organizations.budgets(request.visitor().accountId());
        boolean isWhole = request.visitor().may(Right.BUDGETS);
        Map<String, Owner> owners = owners(request);
        Map<String, String> keyNames = isWhole ? keyNames(request.visitor().accountId()) : Map.of();
        List<Row> rows = new ArrayList<>();
        for (String id : ordered(owners, now)) {
            Owner owner =
                    owners.getOrDefault(id, new Owner(keyNames.getOrDefault(id, id), "key", "/dashboard/keys/" + id));
            now.lines().stream()
                    .filter(line -> line.owner().equals(id))
                    .map(line -> new Row(BudgetBar.of(owner.name(), line, now.zone()), id, owner.kind(), owner.href()))
                    .forEach(rows::add);
        }
        List<FilterChoice> choices = owners.entrySet().stream()
                .map(each -> new FilterChoice(each.getKey(), each.getValue().label()))
                .toList();
        String said = request.query("saved") != null && typed.errors().isEmpty() ? "The budgets were saved." : null;
        return (out, shell) -> JtebudgetsGenerated.render(
                out, null, shell, rows, choices, typed, now.zone().getId(), said);
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
}
