package dev.tollgate.pages.console.accounts;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Field;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.Plans.Listed;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.http.Form;
import dev.tollgate.operator.admin.prices.OperatorPlans;
import dev.tollgate.operator.admin.prices.OperatorPlans.Quote;
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
 */
public record AccountPlan(@Nullable Subscription last, List<Version> choices, Asked asked) {

    private static final String PLAN = "plan";
    private static final String PERIODS = "periods";

    /**
     * The form as it was filled in, by a link too.
     *
     * @param plan empty for none
     * @param periods as typed
     * @param quote what the plan would give; null if nothing was asked, or something is wrong
     * @param error null if nothing is wrong
     */
    public record Asked(
            String plan,
            String periods,
            @Nullable Quote quote,
            @Nullable String error) {

        public boolean isThere() {
            return !plan.isEmpty();
        }
    }

    public boolean isRunning() {
        return last != null && last.isRunning();
    }

    static AccountPlan of(OperatorPlans plans, String accountId, FormState form, PageRequest<?> request) {
        String deed = OperatorPlans.ASSIGN.name();
        String plan = form.value(deed, PLAN, Objects.requireNonNullElse(request.query(PLAN), ""));
        String periods = form.value(deed, PERIODS, Objects.requireNonNullElse(request.query(PERIODS), ""));
        AccountPlan its = new AccountPlan(
                plans.stored().last(accountId),
                plans.stored().all().stream()
                        .map(Listed::newest)
                        .filter(version -> !version.isClosed())
                        .toList(),
                new Asked(plan, periods, null, null));
        return plan.isEmpty() || its.isRunning()
                ? its
                : new AccountPlan(its.last, its.choices, asked(plans, plan, periods));
    }

    private static Asked asked(OperatorPlans plans, String plan, String periods) {
        List<Field<?>> fields = OperatorPlans.ASSIGN.ownFields();
        Form typed = new Form(Map.of(PLAN, plan, PERIODS, periods));
        try {
            return new Asked(plan, periods, plans.quote(Body.of(ActionForms.typed(typed, fields), fields)), null);
        } catch (ApiException e) {
            return new Asked(plan, periods, null, DeedForms.complaint(OperatorPlans.ASSIGN, e.error()));
        }
    }
}
