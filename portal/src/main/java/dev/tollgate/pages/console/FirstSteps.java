package dev.tollgate.pages.console;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.customers.people.Links;
import dev.tollgate.operator.admin.accounts.OperatorAccounts;
import dev.tollgate.operator.admin.money.OperatorVouchers;
import dev.tollgate.operator.admin.prices.Prices;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.Visitor;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The steps before others get access. Each marks itself as done from a fact. Thread-safe; blocks. */
public record FirstSteps(Chosen chosen, Prices prices, OperatorAccounts deeds, OperatorVouchers vouchers, Links links) {

    private static final String DEMO = "acc_demo";
    private static final String DOCS = "/docs/configuration#";

    /**
     * The settings that the steps check.
     *
     * @param isTestKey whether payments are made with a test key
     * @param signUp whether it is open, asked each time
     */
    public record Chosen(
            boolean hasRealUpstream,
            boolean hasPayments,
            boolean isTestKey,
            boolean hasPublicAddress,
            BooleanSupplier signUp) {}

    /**
     * @param isUrgent whether it costs money until it is done
     * @param why in a sentence
     * @param href the page where it is done, or its documentation
     * @param paste a command to restart with; empty if it is done on a page
     * @param though a warning although it is done; empty without one
     */
    public record Step(
            boolean isDone, boolean isUrgent, String what, String why, String href, String paste, String though) {

        private Step(boolean isDone, String what, String why, String href, String paste) {
            this(isDone, false, what, why, href, paste, "");
        }

        public String state() {
            return isDone ? say("done") : isUrgent ? say("action needed") : say("to do");
        }

        public String tone() {
            return isDone ? "ok" : isUrgent ? "bad" : "warn";
        }
    }

    List<Step> of(PageRequest<Visitor.Member> request) {
        boolean noLoss =
                prices.all().stream().allMatch(sold -> sold.upstream().losses().isEmpty());
        return List.of(
                new Step(
                        request.visitor().person().hasSecondFactor(),
                        say("Add a second factor to your sign-in"),
                        say("Without it, anyone who has your password can grant credits."),
                        "/dashboard/settings/security",
                        ""),
                new Step(
                        chosen.hasRealUpstream(),
                        say("Add a Gemini API key"),
                        say("Until then the server runs in sandbox mode: no real model is connected."),
                        DOCS + "geminiapi-key",
                        "GEMINI_API_KEY=… ./tollgate serve"),
                new Step(
                        noLoss,
                        say("Check that no model sells at a loss"),
                        say("Each call below the provider's price costs you money. The next 60 days count, too."),
                        "/console/prices",
                        ""),
                publicAddress(request.visit().address()),
                testMail(),
                payments(),
                new Step(
                        isDemoClosed(),
                        say("Ban the demo account"),
                        say("Its key may be known to others."),
                        ConsolePaths.ACCOUNTS + "/" + DEMO,
                        ""),
                openSignUp(noLoss));
    }

    private Step publicAddress(String visitor) {
        return new Step(
                chosen.hasPublicAddress(),
                say("Set the public address"),
                say(
                        "E-mails and code samples contain it. You come from {visitor}; if that is your proxy, set http.trusted-hops too.",
                        visitor),
                DOCS + "publicurl",
                "TOLLGATE_PUBLIC_URL=https://ai.example.org ./tollgate serve");
    }

    private Step payments() {
        String title = say("Set up payments or vouchers");
        return chosen.isTestKey() && chosen.hasRealUpstream()
                ? new Step(
                        false,
                        true,
                        title,
                        say(
                                "Stripe's test key gives credits for real calls without a payment. Set a live key in stripe.secret-key."),
                        ConsolePaths.PAYMENTS,
                        "",
                        "")
                : new Step(
                        chosen.hasPayments() || hasVouchers(),
                        title,
                        say(
                                "Customers can then get credits without your help. For payments set stripe.secret-key and stripe.webhook-secret."),
                        ConsolePaths.VOUCHERS,
                        "");
    }

    private Step testMail() {
        String title = say("Send a test e-mail");
        return links.isMailOn()
                ? new Step(
                        links.mailState().sentAt() != null,
                        title,
                        say("Without e-mail a customer who forgets the password cannot sign in."),
                        ConsolePaths.MAIL,
                        "")
                : new Step(
                        false,
                        title,
                        say("Without e-mail, you have to pass on password links yourself."),
                        DOCS + "mailhost",
                        "TOLLGATE_MAIL_HOST=smtp.example.org TOLLGATE_MAIL_FROM=tollgate@example.org ./tollgate serve");
    }

    private Step openSignUp(boolean noLoss) {
        boolean isOpen = chosen.signUp().getAsBoolean();
        boolean isReady = chosen.hasRealUpstream() && noLoss && chosen.hasPublicAddress();
        boolean isHarmless = isOpen && !chosen.hasRealUpstream();
        boolean isEarly = isOpen && !isReady && !isHarmless;
        return new Step(
                isOpen && !isEarly,
                isEarly,
                isEarly ? say("Close sign-up until the steps above are done") : say("Open sign-up"),
                isReady
                        ? say("Until then only you create accounts.")
                        : isEarly
                                ? say(
                                        "Sign-up is open, but the steps for the API key, the prices or the public address are not done.")
                                : say("Finish the steps for the API key, the prices and the public address first."),
                ConsolePaths.SIGN_UP,
                "",
                isHarmless
                        ? say("Sign-up is open. That is fine with the sandbox. Close it before you add a real API key.")
                        : "");
    }

    private boolean hasVouchers() {
        return !vouchers.page(Long.MAX_VALUE, 1).isEmpty();
    }

    private boolean isDemoClosed() {
        try {
            return deeds.account(DEMO).blocked();
        } catch (ApiException e) {
            return e.error().status() == 404;
        }
    }
}
