package dev.tollgate.customers.mail;

import dev.tollgate.base.words.Languages;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The texts of Tollgate's mails. Their links are built from {@code public.url} alone. Immutable.
 *
 * @param site null: mail is off, and nothing is written
 * @param languages those that readers can have
 */
public record Letters(String brand, @Nullable URI site, Languages languages) {

    private static final int NAME_CHARS_MAX = 60;

    /** The most lines of a list. */
    private static final int LINES_MAX = 20;

    public Letters {
        brand = Letter.inLine(brand, NAME_CHARS_MAX);
    }

    /**
     * Returns a mail in the language of its reader. The arguments of the mail are made within, too.
     *
     * @param letter returns the mail to an address
     */
    public Letter to(Reader reader, Function<String, Letter> letter) {
        return languages.first(reader.language()).bound(() -> letter.apply(reader.address()));
    }

    /** Returns the full address of a page. */
    private String page(String path) {
        if (site == null) {
            throw new IllegalStateException("there is no public address");
        }
        return site + path;
    }

    public Letter signUp(String to, String path, Duration good) {
        return letter(
                to,
                "Create your account at " + brand,
                "Someone, probably you, asked for an account at " + brand + " with this address.",
                "Open this page and choose a password:",
                page(path),
                "The link is good for " + hours(good)
                        + " and works once. If this was not you, ignore this mail: no account will be created.");
    }

    /** The mail to an address that already has an account, after a sign-up with that address. */
    public Letter alreadyThere(String to) {
        return letter(
                to,
                "You have an account at " + brand,
                "Someone, probably you, tried to create an account at " + brand
                        + " with this address. You already have one.",
                "Sign in here:",
                page("/sign-in"),
                "If you have forgotten your password, set a new one here:",
                page("/forgot"),
                "If this was not you, ignore this mail: nothing has changed.");
    }

    public Letter confirm(String to, String path, Duration good) {
        return letter(
                to,
                "Confirm your address at " + brand,
                "Open this page to confirm that this address is yours:",
                page(path),
                "The link is good for " + hours(good) + " and works once. If you have no account at " + brand
                        + ", ignore this mail.");
    }

    public Letter reset(String to, String path, Duration good) {
        return letter(
                to,
                "Reset your password at " + brand,
                "Someone, probably you, asked for a new password at " + brand + ".",
                "Open this page to set it:",
                page(path),
                "The link is good for " + good.toMinutes()
                        + " minutes and works once. If this was not you, ignore this mail: your password does not change.");
    }

    public Letter passwordChanged(String to) {
        return letter(
                to,
                "Your password at " + brand + " was changed",
                "The password of your account at " + brand + " was changed. All other sessions were signed out.",
                "If this was not you, set a new password immediately:",
                page("/forgot"));
    }

    public Letter identityConnected(String to, String provider) {
        return letter(
                to,
                "New sign-in method for your account at " + brand,
                "You can now also sign in at " + brand + " with " + Letter.inLine(provider, NAME_CHARS_MAX) + ".",
                "If this was not you, disconnect it and set a new password:",
                page("/dashboard/settings/security"));
    }

    /** The mail to the previous address after a change of address. */
    public Letter addressChanged(String to) {
        return letter(
                to,
                "Your address at " + brand + " was changed",
                "The e-mail address of your account at " + brand + " was changed. Mails no longer go to this address.",
                "If this was not you, contact the operator.");
    }

    /** The mail to the current address after a request for another one. */
    public Letter addressChanging(String to) {
        return letter(
                to,
                "New address requested for your account at " + brand,
                "Someone who knows your password asked for a different e-mail address for your account at " + brand
                        + ". The address changes as soon as the new one is confirmed.",
                "If this was not you, change your password now:",
                page("/dashboard/settings/security"));
    }

    public Letter invitation(String to, String path, Duration good) {
        return letter(
                to,
                "You are invited to " + brand,
                "The operator of " + brand + " has invited you. Open this page and choose a password:",
                page(path),
                "The link is good for " + good.toDays() + " days and works once.");
    }

    /** @param organization as its members have called it; a long name is cut */
    public Letter joining(String to, String organization, String path, Duration good) {
        String name = Letter.inLine(organization, NAME_CHARS_MAX);
        return letter(
                to,
                "You are invited to " + name + " at " + brand,
                "A member of " + name + " has invited you to work with its account at " + brand
                        + ". Open this page to sign in or to choose a password:",
                page(path),
                "The link is good for " + good.toDays() + " days and works once.");
    }

    public Letter test(String to) {
        return letter(
                to, "A test mail from " + brand, "This is a test mail. Mails from this server arrive.", page("/"));
    }

    /** @param line the threshold, in credits */
    public Letter balanceBelow(String to, String balance, String line) {
        return letter(
                to,
                "Your balance at " + brand + " is below " + line + " credits",
                "Your account at " + brand + " has " + balance + " credits left. You asked for a notice below " + line
                        + " credits.",
                "Top up here:",
                page("/dashboard/billing/top-up"),
                "The next notice comes only after the balance has been above this amount again. Change your notices here:",
                page("/dashboard/settings/notices"));
    }

    /**
     * @param used and @param limit in credits
     * @param window the period, as in {@code for this hour}
     * @param isAll whether the limit is used up
     */
    public Letter keyNear(String to, String key, String used, String limit, String window, boolean isAll) {
        String name = Letter.inLine(key, NAME_CHARS_MAX);
        return letter(
                to,
                "A key at " + brand + (isAll ? " has reached its spend limit" : " has used 80 % of its spend limit"),
                "The key '" + name + "' has used " + used + " of " + limit + " credits, its spend limit " + window
                        + ".",
                isAll
                        ? "Calls with this key are refused until the limit allows more."
                        : "At the limit, calls with this key are refused.",
                "See your keys here:",
                page("/dashboard/keys"),
                "Change your notices here:",
                page("/dashboard/settings/notices"));
    }

    /**
     * @param budget in words, such as {@code monthly budget of team Search}
     * @param percent used: 50, 80 or 100
     * @param used and @param limit in credits
     * @param resets when the window ends; null if it does not
     */
    public Letter budgetNear(
            String to, String budget, int percent, String used, String limit, @Nullable String resets) {
        boolean isAll = percent == 100;
        return letter(
                to,
                "The " + budget + (isAll ? " is used up" : " is used up to " + percent + " %"),
                "The " + budget + " at " + brand + ": " + used + " of " + limit + " credits are used."
                        + (resets == null ? " It does not reset." : " It will reset at " + resets + "."),
                (isAll ? "Calls" : "When it is used up, calls")
                        + " that count toward it are refused, until it resets or is raised.",
                "See what spends it here:",
                page("/dashboard/usage"),
                "Change your notices here:",
                page("/dashboard/settings/notices"));
    }

    /** @param host in the webhook's URL */
    public Letter webhookDisabled(String to, String host) {
        return letter(
                to,
                "A webhook at " + brand + " is disabled",
                "Events of your organization at " + brand
                        + " could not be delivered for five days, or the server has answered 410: "
                        + Letter.inLine(host, 200),
                "Enable the webhook here when it works again:",
                page("/dashboard/webhooks"));
    }

    /** @param ends times when the keys expire, in the order of {@code names} */
    public Letter keysExpire(String to, String organization, List<String> names, List<Instant> ends) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            lines.add(Letter.inLine(names.get(i), NAME_CHARS_MAX) + " expires at "
                    + ends.get(i).truncatedTo(ChronoUnit.SECONDS) + ".");
        }
        return keys(to, organization, lines, "expire soon", "After that, programs with these keys get a 401.");
    }

    /** @param days since the last use */
    public Letter keysUnused(String to, String organization, List<String> names, int days) {
        List<String> lines = names.stream()
                .map(name -> Letter.inLine(name, NAME_CHARS_MAX) + " was not used for " + days + " days.")
                .toList();
        return keys(to, organization, lines, "are unused", "Delete unused keys: a key can leak.");
    }

    private Letter keys(String to, String organization, List<String> lines, String what, String why) {
        List<String> paragraphs = new ArrayList<>();
        paragraphs.add("Keys of " + Letter.inLine(organization, NAME_CHARS_MAX) + " at " + brand + ":");
        paragraphs.add(lines(lines));
        paragraphs.add(why);
        paragraphs.add(page("/dashboard/keys"));
        paragraphs.add("Change your notices here:");
        paragraphs.add(page("/dashboard/settings/notices"));
        return letter(to, "Keys at " + brand + " " + what, paragraphs.toArray(String[]::new));
    }

    /**
     * A mail about a member.
     *
     * @param login of the member; empty if the person is erased
     * @param verb between the login and the organization
     * @param role that the member has now; empty without one
     * @param doer the login of who did it; empty if no person did, or the member
     */
    public Letter memberChanged(String to, String organization, String login, String verb, String role, String doer) {
        String name = Letter.inLine(organization, NAME_CHARS_MAX);
        String who = login.isEmpty() ? "A person" : Letter.inLine(login, NAME_CHARS_MAX);
        return letter(
                to,
                "Members of " + name + " at " + brand + " have changed",
                who + " " + verb + " " + name + " at " + brand + "."
                        + (role.isEmpty() ? "" : " The role is " + role + ".")
                        + (doer.isEmpty() || doer.equals(login)
                                ? ""
                                : " " + Letter.inLine(doer, NAME_CHARS_MAX) + " made the change."),
                "See the members here:",
                page("/dashboard/members"),
                "Change your notices here:",
                page("/dashboard/settings/notices"));
    }

    /** @param changes a sentence for each model */
    public Letter modelsChange(String to, List<String> changes) {
        List<String> paragraphs = new ArrayList<>();
        paragraphs.add("Your account at " + brand + " has used these models within the last 30 days.");
        paragraphs.addAll(changes);
        paragraphs.add("Each change is announced by mail once. See all models and prices here:");
        paragraphs.add(page("/docs/models"));
        return letter(to, "A model that you use at " + brand + " changes", paragraphs.toArray(String[]::new));
    }

    /** The mail to an operator. @param pairs a sentence for each model that another one has answered for */
    public Letter modelsAnswered(String to, List<String> pairs) {
        return letter(
                to,
                "Other models answer at " + brand,
                "The provider answers calls with other models than " + brand + " sends:",
                lines(pairs),
                "Your customers pay as before. A call costs you what the model that answered costs, or the sent one if your catalogue has no price of the other.",
                "See them with your prices here:",
                page("/console/prices"));
    }

    private static String lines(List<String> lines) {
        return String.join("\n", lines.subList(0, Math.min(LINES_MAX, lines.size())))
                + (lines.size() > LINES_MAX ? "\nand " + (lines.size() - LINES_MAX) + " more." : "");
    }

    /** @param payments the ids of the month's payments; each has an invoice or a receipt */
    public Letter statement(String to, YearMonth month, List<String> payments) {
        List<String> paragraphs = new ArrayList<>();
        paragraphs.add("The statement for " + month.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH) + " "
                + month.getYear() + " (UTC) for your account at " + brand + " is ready:");
        paragraphs.add(page("/dashboard/billing/statements/" + month));
        if (!payments.isEmpty()) {
            paragraphs.add("Invoices and receipts of that month:");
            paragraphs.add(payments.stream()
                    .map(id -> page("/dashboard/billing/invoices/" + id))
                    .collect(Collectors.joining("\n")));
        }
        paragraphs.add("This mail comes once a month while you have a billing contact. Change the contact here:");
        paragraphs.add(page("/dashboard/billing"));
        return letter(to, "Your statement for " + month + " at " + brand, paragraphs.toArray(String[]::new));
    }

    private static String hours(Duration good) {
        return good.toHours() + " hours";
    }

    private static Letter letter(String to, String subject, String... paragraphs) {
        return new Letter(to, subject, String.join("\n\n", paragraphs) + "\n");
    }
}
