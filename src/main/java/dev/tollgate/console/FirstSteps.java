package dev.tollgate.console;

import dev.tollgate.admin.Deeds;
import dev.tollgate.admin.OperatorVouchers;
import dev.tollgate.admin.Prices;
import dev.tollgate.admin.Refused;
import dev.tollgate.pages.PageRequest;
import dev.tollgate.pages.Visitor;
import dev.tollgate.people.Links;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What is to be done before others are let in; each step ticks itself from a fact. Thread-safe; blocks. */
public final class FirstSteps {

    private static final String DEMO = "acc_demo";

    private final Chosen chosen;
    private final Prices prices;
    private final Deeds deeds;
    private final OperatorVouchers vouchers;
    private final Links links;

    public FirstSteps(Chosen chosen, Prices prices, Deeds deeds, OperatorVouchers vouchers, Links links) {
        this.chosen = chosen;
        this.prices = prices;
        this.deeds = deeds;
        this.vouchers = vouchers;
        this.links = links;
    }

    /** What was chosen. @param signUp whether it is open, asked each time */
    public record Chosen(
            boolean hasRealUpstream, boolean hasPayments, boolean hasPublicAddress, BooleanSupplier signUp) {}

    /**
     * @param why in a sentence
     * @param href where it is done, empty where it is done outside of the pages
     * @param though what is to be minded although it is done; empty for nothing
     */
    public record Step(boolean isDone, String what, String why, String href, String though) {

        private Step(boolean isDone, String what, String why, String href) {
            this(isDone, what, why, href, "");
        }
    }

    List<Step> of(PageRequest<Visitor.Member> request) {
        boolean noLoss = prices.all().stream().noneMatch(Prices.Sold::isLoss);
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(
                request.visitor().person().hasSecondFactor(),
                "A second factor for your sign-in",
                "Whoever gets your password could otherwise give credits away.",
                "/dashboard/settings/security"));
        steps.add(new Step(
                chosen.hasRealUpstream(),
                "A key of the model provider",
                "Set GEMINI_API_KEY and restart, or name a channels file. Until then the sandbox answers and nothing real is sold.",
                ConsoleChannels.PATH));
        steps.add(new Step(
                noLoss,
                "Prices, none at a loss",
                "Each call below the provider's price costs you money.",
                "/console/prices"));
        steps.add(new Step(
                chosen.hasPublicAddress(),
                "The public address",
                "Snippets and the links in mails carry it: set public.url. We see you as "
                        + request.visit().address() + "; if that is your proxy, set http.trusted-hops.",
                ""));
        steps.add(new Step(
                links.isMailOn() && links.mailState().sentAt() != null,
                "Mail tested",
                links.isMailOn()
                        ? "Send yourself one: without mails nobody gets in who has forgotten the password."
                        : "Set mail.host and mail.from. Without mail you hand over links for new passwords yourself.",
                "/console/settings"));
        steps.add(new Step(
                chosen.hasPayments() || hasVouchers(),
                "Payments or vouchers",
                "So that customers can get credits without your help: set stripe.secret-key and stripe.webhook-secret, or make vouchers.",
                ConsoleVouchers.PATH));
        steps.add(new Step(
                isDemoClosed(),
                "The demo account banned",
                "Its key may be known to others.",
                ConsoleAccounts.PATH + "/" + DEMO));
        boolean isOpen = chosen.signUp().getAsBoolean();
        boolean isReady = chosen.hasRealUpstream() && noLoss && chosen.hasPublicAddress();
        boolean isHarmless = isOpen && !chosen.hasRealUpstream();
        steps.add(new Step(
                isOpen && (isReady || isHarmless),
                "Sign-up opened",
                isReady
                        ? "Until then accounts are made by you."
                        : "Not before there are a provider's key, prices without loss and a public address."
                                + (isOpen ? " It is open already." : ""),
                "/console/settings",
                isHarmless
                        ? "It is open already, before there are a provider's key, prices without loss and a public address. That does no harm"
                                + " while the sandbox answers, for nothing real is sold: see that it is closed when you set a provider's key"
                                + " before the others are done."
                        : ""));
        return steps;
    }

    private boolean hasVouchers() {
        try {
            return !vouchers.page(Long.MAX_VALUE, 1).isEmpty();
        } catch (Refused e) {
            return false;
        }
    }

    private boolean isDemoClosed() {
        try {
            return deeds.account(DEMO).blocked();
        } catch (Refused e) {
            return e.why() == Refused.Why.NOT_FOUND;
        }
    }
}
