package dev.tollgate.pages.console.accounts;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Field;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanStep.Kind;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.http.Form;
import dev.tollgate.operator.admin.prices.PlanAssignments;
import dev.tollgate.operator.admin.prices.PlanAssignments.Quote;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.frame.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The plan of an account, and the form that assigns one: it shows the price and the last day before the plan is assigned.
 *
 * @param last the newest plan, which may have ended; null: it never had one
 * @param choices plans that can be assigned
 * @param grants the names of the plans that the account's grants come from, by the numbers of the grants
 */
public record AccountPlan(@Nullable Subscription last, List<Version> choices, Asked asked, Map<Long, String> grants) {

    private static final String PLAN = "plan";
    private static final String PERIODS = "periods";
    private static final String WHEN = "when";

    /**
     * The form as it was filled in, by a link too.
     *
     * @param plan empty for none
     * @param periods as typed
     * @param when as chosen; empty if no plan runs
     * @param quote what the plan would give; null if nothing was asked, or something is wrong
     * @param error null if nothing is wrong
     */
    public record Asked(
            String plan,
            String periods,
            String when,
            @Nullable Quote quote,
            @Nullable String error) {

        public boolean isThere() {
            return !plan.isEmpty();
        }
    }

    public boolean isRunning() {
        return last != null && last.isRunning();
    }

    /** Returns the plan that the form has chosen at first: the running one. */
    public String chosen() {
        return asked.isThere() || last == null || !last.isRunning()
                ? asked.plan
                : last.version().plan();
    }

    static AccountPlan of(
            PlanAssignments plans, String accountId, List<CreditGrant> grants, FormState form, PageRequest<?> request) {
        String deed = PlanAssignments.ASSIGN.name();
        String plan = form.value(deed, PLAN, Objects.requireNonNullElse(request.query(PLAN), ""));
        String periods = form.value(deed, PERIODS, Objects.requireNonNullElse(request.query(PERIODS), ""));
        Subscription last = plans.last(accountId);
        String standard = last != null && last.isRunning() ? Kind.AFTER.word() : "";
        String when = form.value(deed, WHEN, Objects.requireNonNullElse(request.query(WHEN), standard));
        return new AccountPlan(
                last,
                plans.choices(),
                plan.isEmpty()
                        ? new Asked(plan, periods, when, null, null)
                        : asked(plans, accountId, plan, periods, when),
                plans.names(accountId, grants));
    }

    private static Asked asked(PlanAssignments plans, String accountId, String plan, String periods, String when) {
        List<Field<?>> fields = PlanAssignments.ASSIGN.ownFields();
        Form typed = new Form(Map.of(PLAN, plan, PERIODS, periods, WHEN, when));
        try {
            Body body = Body.of(ActionForms.typed(typed, fields), fields);
            return new Asked(plan, periods, when, plans.quote(accountId, body), null);
        } catch (ApiException e) {
            return new Asked(plan, periods, when, null, DeedForms.complaint(PlanAssignments.ASSIGN, e.error()));
        }
    }
}
