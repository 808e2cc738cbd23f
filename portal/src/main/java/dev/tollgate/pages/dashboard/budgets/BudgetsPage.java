package dev.tollgate.pages.dashboard.budgets;

import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendWindow;
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
import dev.tollgate.pages.dashboard.parts.TypedCredits;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtebudgetsGenerated;

/** {@code /dashboard/budgets}: the budgets of an organization with their use, and its time zone. The role billing sees and sets the account's budgets alone. */
public record BudgetsPage(OrganizationStores stores, Keys keys) {

    private static final String PATH = "/dashboard/budgets";

    private static final String LIMIT_MISSING = "Enter a limit in credits. To end a budget, press Remove in its row.";

    public static final List<FilterChoice> WINDOWS = Stream.of(
                    SpendWindow.MONTH, SpendWindow.WEEK, SpendWindow.DAY, SpendWindow.HOUR, SpendWindow.TOTAL)
            .map(window -> new FilterChoice(window.code(), BudgetBar.name(window)))
            .toList();

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(
                        PATH,
                        pages.partly(Right.BUDGETS),
                        request -> PageStep.show(
                                page(request, Typed.of(request.query("owner"), request.query("window"))))),
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

        static Typed of(@Nullable String owner, @Nullable String window) {
            return new Typed(
                    Objects.requireNonNullElse(owner, Budgets.ACCOUNT),
                    Objects.requireNonNullElse(window, SpendWindow.MONTH.code()),
                    "",
                    null,
                    Map.of());
        }

        static Typed of(Form form, Map<String, String> errors) {
            return new Typed(
                    form.text("owner"),
                    form.text("window"),
                    form.text("limit"),
                    form.field("time_zone"),
                    ofLimit(form, errors));
        }

        private static Map<String, String> ofLimit(Form form, Map<String, String> errors) {
            String said = errors.get(form.text("window"));
            return said == null ? errors : Map.of("limit", said);
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
        for (Team team : stores.teams().list(account)) {
            owners.put(team.id(), new Owner(team.name(), "team", "/dashboard/teams/" + team.id()));
        }
        for (Members.Member member : stores.members().list(account)) {
            String name = member.name().isBlank() ? member.login() : member.name();
            owners.put(member.id(), new Owner(name, "member", "/dashboard/members/" + member.id()));
        }
        return owners;
    }

    /** The form that sets a budget names the window in one field and its limit in another; the one that removes it has no limit. */
    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        Map<String, String> fields = new LinkedHashMap<>(form.fields());
        String window = form.text("window");
        if (form.field("limit") != null && form.text("limit").isBlank()) {
            return PageStep.again(page(request, Typed.of(form, Map.of("limit", LIMIT_MISSING))));
        }
        if (WINDOWS.stream().anyMatch(each -> each.value().equals(window))) {
            fields.put(window, form.text("limit"));
        }
        return ActionForms.of(stores, BudgetActions.SET.showing(window), OrganizationActions.SET.showing("time_zone"))
                .take(
                        request,
                        new Form(fields),
                        Map.of(),
                        errors -> page(request, Typed.of(form, errors)),
                        done -> PageStep.to(PATH + "?saved=1"));
    }

    // ---- the page ----

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, Typed typed) {
        BudgetsNow now = stores.organizations().budgets(request.visitor().accountId());
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
