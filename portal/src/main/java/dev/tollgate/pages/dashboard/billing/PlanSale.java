package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PlanActions;
import dev.tollgate.customers.payments.PlanPurchases;
import dev.tollgate.http.Form;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.models.prices.AccountTerms.Terms;
import dev.tollgate.models.prices.GroupFactors;
import dev.tollgate.models.prices.GroupVersion;
import dev.tollgate.models.prices.PriceGroups.Group;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The account's plan on Billing, and the plans that it can buy, with the prices that it would have. Thread-safe; blocks. */
public record PlanSale(
        ActionForms<PlanActions.Stores> forms, AccountPrices sold, PaymentStart start, InstantSource clock) {

    /**
     * A plan on sale.
     *
     * @param rates its prices against the standard ones, a line each; empty if it has no group
     * @param running the account's running plan; null without one
     * @param payment the id of the payment that its form begins
     */
    public record PlanOffer(
            Version version, List<String> rates, @Nullable Subscription running, String payment) {

        /** Returns whether a period of it can follow the running plan. */
        public boolean canFollow() {
            return running != null && running.isOf(version);
        }
    }

    /**
     * A form that was refused.
     *
     * @param plan that was not sold; empty if the form was another one
     * @param isNow whether it was to begin now
     */
    record Refused(String plan, boolean isNow, String why) {

        static final Refused NONE = new Refused("", false, "");
    }

    /**
     * The plans of a page.
     *
     * @param last the newest plan of the account, which may have ended; null without one
     */
    public record Shown(@Nullable Subscription last, List<PlanOffer> offers, Refused refused) {

        /** Returns why the form of the account's plan was refused; empty if it was not. */
        public String error() {
            return refused.plan.isEmpty() ? refused.why : "";
        }

        /** Returns why a plan was not sold; null for another one. @param plan its id; empty for a plan that has left the sale */
        public @Nullable String error(String plan) {
            boolean isThere =
                    offers.stream().anyMatch(offer -> offer.version().plan().equals(refused.plan));
            return !refused.plan.isEmpty() && plan.equals(isThere ? refused.plan : "") ? refused.why : null;
        }

        /** Returns whether the form of a plan has chosen that it begins now. */
        public boolean isNow(String plan) {
            return refused.isNow && plan.equals(refused.plan);
        }

        public boolean hasOffers() {
            return !offers.isEmpty() || !refused.plan.isEmpty();
        }
    }

    /** Does what a form asks for. @param again draws the page */
    PageStep take(PageRequest<Visitor.Member> request, Form form, Function<Refused, PageStep.Drawing> again) {
        return forms.take(
                request,
                form,
                Map.of(),
                errors -> {
                    String why = errors.values().iterator().next();
                    return again.apply(
                            form.text("deed").equals(PlanActions.BUY.name())
                                    ? new Refused(
                                            form.text(PlanPurchases.PLAN),
                                            form.text(PlanPurchases.WHEN).equals("now"),
                                            why)
                                    : new Refused("", false, why));
                },
                done -> {
                    if (done.value() instanceof Payment payment) {
                        start.open(request, payment);
                        return PageStep.to(TopUpPages.path(payment));
                    }
                    return PageStep.to(
                            BillingPages.PATH + "?plan=" + (done.is(PlanActions.CANCEL) ? "cancelled" : "kept"));
                });
    }

    /** Returns the plans of an account; none are on sale while it cannot pay. */
    Shown of(String accountId, Refused refused) {
        Plans plans = forms.stores().plans();
        Instant now = clock.instant();
        Subscription last = plans.last(accountId);
        Subscription running = last != null && last.isRunning() ? last : null;
        List<Version> onSale = start.isOpen() ? plans.onSale() : List.of();
        List<PlanOffer> offers = onSale.stream()
                .map(version -> new PlanOffer(version, rates(accountId, version, now), running, start.next()))
                .toList();
        return new Shown(last, offers, refused);
    }

    /** Returns the names of the plans that grants come from, by the numbers of the grants. */
    Map<Long, String> names(String accountId, List<CreditGrant> grants) {
        return forms.stores().plans().figures().names(accountId, grants);
    }

    private List<String> rates(String accountId, Version version, Instant now) {
        String name = version.terms().group();
        Group group = name == null ? null : sold.groups().find(name);
        GroupVersion prices = group == null ? null : group.at(now);
        if (prices == null) {
            return List.of();
        }
        Terms terms = sold.terms().newest(accountId);
        if (terms != null && terms.own() != null) {
            return List.of(say("Your account's own prices stay."));
        }
        GroupFactors factors = prices.factors();
        List<String> lines = new ArrayList<>();
        lines.add(say("Prices: {factor}", GroupFactors.words(factors.factor())));
        factors.models()
                .forEach((model, factor) -> lines.add(say("{model}: {factor}", model, GroupFactors.words(factor))));
        return lines;
    }
}
