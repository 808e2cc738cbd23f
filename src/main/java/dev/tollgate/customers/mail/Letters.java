package dev.tollgate.customers.mail;

import java.net.URI;
import java.time.Duration;
import java.time.YearMonth;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What our mails say, in short plain sentences. Addresses in them are made from {@code public.url} alone. Immutable. */
public final class Letters {

    private static final int NAME_CHARS_MAX = 60;

    private final String brand;
    private final @Nullable URI site;

    /** @param site null: mail is off, and nothing is written */
    public Letters(String brand, @Nullable URI site) {
        this.brand = Letter.inLine(brand, NAME_CHARS_MAX);
        this.site = site;
    }

    /** Where a page is, for mails and for what an operator hands over. */
    private String page(String path) {
        if (site == null) {
            throw new IllegalStateException("there is no public address");
        }
        return site + path;
    }

    public Letter signUp(String to, String path, Duration good) {
        return letter(
                to,
                "Make your account at " + brand,
                "Somebody, probably you, wants an account at " + brand + " for this address.",
                "Open this page and choose a password:",
                page(path),
                "The link is good for " + hours(good) + ", once. If this was not you, do nothing: no account is made.");
    }

    /** To an address that has an account, when somebody signs up with it. */
    public Letter alreadyThere(String to) {
        return letter(
                to,
                "You have an account at " + brand,
                "Somebody, probably you, wanted to make an account at " + brand
                        + " for this address. It has one already.",
                "Sign in here:",
                page("/sign-in"),
                "If you do not know your password any more, set a new one here:",
                page("/forgot"),
                "If this was not you, do nothing: nothing has changed.");
    }

    public Letter confirm(String to, String path, Duration good) {
        return letter(
                to,
                "Confirm your address at " + brand,
                "Open this page to confirm that this address is yours:",
                page(path),
                "The link is good for " + hours(good) + ", once. If you have no account at " + brand + ", do nothing.");
    }

    public Letter reset(String to, String path, Duration good) {
        return letter(
                to,
                "A new password for " + brand,
                "Somebody, probably you, wants to set a new password at " + brand + ".",
                "Open this page to set it:",
                page(path),
                "The link is good for " + good.toMinutes()
                        + " minutes, once. If this was not you, do nothing: the password stays as it is.");
    }

    public Letter passwordChanged(String to) {
        return letter(
                to,
                "Your password at " + brand + " was changed",
                "The password of your account at " + brand + " was changed, and other sessions were ended.",
                "If this was not you, set a new one at once:",
                page("/forgot"));
    }

    public Letter identityConnected(String to, String provider) {
        return letter(
                to,
                "Another way into your account at " + brand,
                "From now on you can sign in at " + brand + " with " + Letter.inLine(provider, NAME_CHARS_MAX)
                        + ", too.",
                "If this was not you, disconnect it, and set a new password:",
                page("/dashboard/settings/security"));
    }

    /** To the old address. */
    public Letter addressChanged(String to) {
        return letter(
                to,
                "Your address at " + brand + " was changed",
                "The e-mail address of your account at " + brand + " was changed. This one is no longer its address.",
                "If this was not you, tell the operator.");
    }

    /** To the present address, when another one was asked for. */
    public Letter addressChanging(String to) {
        return letter(
                to,
                "Another address for your account at " + brand,
                "Somebody who knows your password wants another e-mail address for your account at " + brand
                        + ". It is changed once the new one is confirmed.",
                "If this was not you, change your password now:",
                page("/dashboard/settings/security"));
    }

    public Letter invitation(String to, String path, Duration good) {
        return letter(
                to,
                "You are invited to " + brand,
                "The operator of " + brand + " invites you. Open this page and choose a password:",
                page(path),
                "The link is good for " + good.toDays() + " days, once.");
    }

    public Letter test(String to) {
        return letter(
                to, "A test mail from " + brand, "This mail was sent to see whether mails arrive. They do.", page("/"));
    }

    /** @param line what the balance is below, written out */
    public Letter balanceBelow(String to, String balance, String line) {
        return letter(
                to,
                "Your balance at " + brand + " is below " + line + " credits",
                "Your account at " + brand + " has " + balance + " credits left. You wanted to be told below " + line
                        + ".",
                "Top up here:",
                page("/dashboard/billing/top-up"),
                "You are told once until the balance is above your line again. Change what you are told here:",
                page("/dashboard/settings/notices"));
    }

    /** @param used and @param limit in credits, written out; @param window like {@code today}; @param isAll whether nothing is left */
    public Letter keyNear(String to, String key, String used, String limit, String window, boolean isAll) {
        String name = Letter.inLine(key, NAME_CHARS_MAX);
        return letter(
                to,
                "A key at " + brand + (isAll ? " has used up its limit" : " has used 80 % of its limit"),
                "The key '" + name + "' has used " + used + " of " + limit + " credits, its limit " + window + ".",
                isAll ? "Calls with it get 429 until there is room again." : "At the limit its calls get 429.",
                "See it here:",
                page("/dashboard/keys"),
                "Change what you are told here:",
                page("/dashboard/settings/notices"));
    }

    /** @param changes a sentence for each model */
    public Letter modelsChange(String to, List<String> changes) {
        List<String> paragraphs = new ArrayList<>();
        paragraphs.add("Your account at " + brand + " has used these models in the last 30 days.");
        paragraphs.addAll(changes);
        paragraphs.add("Each change is mailed once. See all models and prices here:");
        paragraphs.add(page("/docs/models"));
        return letter(to, "A model that you use at " + brand + " changes", paragraphs.toArray(String[]::new));
    }

    /** @param payments of that month, by their ids: each has a paper */
    public Letter statement(String to, YearMonth month, List<String> payments) {
        List<String> paragraphs = new ArrayList<>();
        paragraphs.add("The statement of " + month.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH) + " "
                + month.getYear() + " (UTC) for your account at " + brand + " is here, to read, print or save:");
        paragraphs.add(page("/dashboard/billing/statements/" + month));
        if (!payments.isEmpty()) {
            paragraphs.add("Invoices and receipts of that month:");
            paragraphs.add(payments.stream()
                    .map(id -> page("/dashboard/billing/invoices/" + id))
                    .collect(Collectors.joining("\n")));
        }
        paragraphs.add("You get this once a month as long as there is a billing contact. Change it here:");
        paragraphs.add(page("/dashboard/billing"));
        return letter(to, "Your statement of " + month + " at " + brand, paragraphs.toArray(String[]::new));
    }

    private static String hours(Duration good) {
        return good.toHours() + " hours";
    }

    private static Letter letter(String to, String subject, String... paragraphs) {
        return new Letter(to, subject, String.join("\n\n", paragraphs) + "\n");
    }
}
