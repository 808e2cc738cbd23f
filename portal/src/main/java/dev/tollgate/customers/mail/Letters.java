package dev.tollgate.customers.mail;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Amount;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.customers.roles.MemberEvent;
import dev.tollgate.customers.roles.MemberRole;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
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

    /** The most characters of a name in a mail. */
    public static final int NAME_CHARS_MAX = 60;

    private static final String NOTICES = "/dashboard/settings/notices";

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
                say("Create your account at {brand}", brand),
                say("Someone, probably you, asked for an account at {brand} with this address.", brand),
                say("Open this page and choose a password:"),
                page(path),
                say(
                        "The link is good for {n} hour and works once. If this was not you, ignore this mail: no account will be created. | The link is good for {n} hours and works once. If this was not you, ignore this mail: no account will be created.",
                        good.toHours()));
    }

    /** The mail to an address that already has an account, after a sign-up with that address. */
    public Letter alreadyThere(String to) {
        return letter(
                to,
                say("You have an account at {brand}", brand),
                say(
                        "Someone, probably you, tried to create an account at {brand} with this address. You already have one.",
                        brand),
                say("Sign in here:"),
                page("/sign-in"),
                say("If you have forgotten your password, set a new one here:"),
                page("/forgot"),
                say("If this was not you, ignore this mail: nothing has changed."));
    }

    public Letter confirm(String to, String path, Duration good) {
        return letter(
                to,
                say("Confirm your address at {brand}", brand),
                say("Open this page to confirm that this address is yours:"),
                page(path),
                say(
                        "The link is good for {n} hour and works once. If you have no account at {brand}, ignore this mail. | The link is good for {n} hours and works once. If you have no account at {brand}, ignore this mail.",
                        good.toHours(),
                        brand));
    }

    public Letter reset(String to, String path, Duration good) {
        return letter(
                to,
                say("Reset your password at {brand}", brand),
                say("Someone, probably you, asked for a new password at {brand}.", brand),
                say("Open this page to set it:"),
                page(path),
                say(
                        "The link is good for {n} minute and works once. If this was not you, ignore this mail: your password does not change. | The link is good for {n} minutes and works once. If this was not you, ignore this mail: your password does not change.",
                        good.toMinutes()));
    }

    public Letter passwordChanged(String to) {
        return letter(
                to,
                say("Your password at {brand} was changed", brand),
                say("The password of your account at {brand} was changed. All other sessions were signed out.", brand),
                say("If this was not you, set a new password immediately:"),
                page("/forgot"));
    }

    public Letter identityConnected(String to, String provider) {
        return letter(
                to,
                say("New sign-in method for your account at {brand}", brand),
                say(
                        "You can now also sign in at {brand} with {provider}.",
                        brand,
                        Letter.inLine(provider, NAME_CHARS_MAX)),
                say("If this was not you, disconnect it and set a new password:"),
                page("/dashboard/settings/security"));
    }

    /** The mail to the previous address after a change of address. */
    public Letter addressChanged(String to) {
        return letter(
                to,
                say("Your address at {brand} was changed", brand),
                say(
                        "The e-mail address of your account at {brand} was changed. Mails no longer go to this address.",
                        brand),
                say("If this was not you, contact the operator."));
    }

    /** The mail to the current address after a request for another one. */
    public Letter addressChanging(String to) {
        return letter(
                to,
                say("New address requested for your account at {brand}", brand),
                say(
                        "Someone who knows your password asked for a different e-mail address for your account at {brand}. The address changes as soon as the new one is confirmed.",
                        brand),
                say("If this was not you, change your password now:"),
                page("/dashboard/settings/security"));
    }

    public Letter invitation(String to, String path, Duration good) {
        return letter(
                to,
                say("You are invited to {brand}", brand),
                say("The operator of {brand} has invited you. Open this page and choose a password:", brand),
                page(path),
                days(good));
    }

    /** @param organization as its members have called it; a long name is cut */
    public Letter joining(String to, String organization, String path, Duration good) {
        String name = Letter.inLine(organization, NAME_CHARS_MAX);
        return letter(
                to,
                say("You are invited to {organization} at {brand}", name, brand),
                say(
                        "A member of {organization} has invited you to work with its account at {brand}. Open this page to sign in or to choose a password:",
                        name,
                        brand),
                page(path),
                days(good));
    }

    private static String days(Duration good) {
        return say(
                "The link is good for {n} day and works once. | The link is good for {n} days and works once.",
                good.toDays());
    }

    public Letter test(String to) {
        return letter(
                to,
                say("A test mail from {brand}", brand),
                say("This is a test mail. Mails from this server arrive."),
                page("/"));
    }

    /** @param line the threshold */
    public Letter balanceBelow(String to, Amount balance, Amount line) {
        return letter(
                to,
                say("Your balance at {brand} is below {line} credits", brand, line),
                say(
                        "Your account at {brand} has {balance} credits left. You asked for a notice below {line} credits.",
                        brand,
                        balance,
                        line),
                say("Top up here:"),
                page("/dashboard/billing/top-up"),
                say(
                        "The next notice comes only after the balance has been above this amount again. Change your notices here:"),
                page(NOTICES));
    }

    /**
     * @param used a sentence about the key, its limit and what is used of it
     * @param isAll whether the limit is used up
     */
    public Letter keyNear(String to, Sentence used, boolean isAll) {
        return letter(
                to,
                isAll
                        ? say("A key at {brand} has reached its spend limit", brand)
                        : say("A key at {brand} has used 80 % of its spend limit", brand),
                used.said(),
                isAll
                        ? say("Calls with this key are refused until the limit allows more.")
                        : say("At the limit, calls with this key are refused."),
                say("See your keys here:"),
                page("/dashboard/keys"),
                say("Change your notices here:"),
                page(NOTICES));
    }

    /**
     * @param budget in words, such as {@code monthly budget of team Search}
     * @param percent used: 50, 80 or 100
     * @param resets when the window ends, in the budget's zone; null if it does not
     */
    public Letter budgetNear(
            String to, Sentence budget, int percent, Amount used, Amount limit, @Nullable ZonedDateTime resets) {
        boolean isAll = percent == 100;
        return letter(
                to,
                isAll
                        ? say("The {budget} is used up", budget)
                        : say("The {budget} is used up to {percent} %", budget, percent),
                resets == null
                        ? say(
                                "The {budget} at {brand}: {used} of {limit} credits are used. It does not reset.",
                                budget,
                                brand,
                                used,
                                limit)
                        : say(
                                "The {budget} at {brand}: {used} of {limit} credits are used. It will reset at {time}.",
                                budget,
                                brand,
                                used,
                                limit,
                                time(resets)),
                isAll
                        ? say("Calls that count toward it are refused, until it resets or is raised.")
                        : say(
                                "When it is used up, calls that count toward it are refused, until it resets or is raised."),
                say("See what spends it here:"),
                page("/dashboard/usage"),
                say("Change your notices here:"),
                page(NOTICES));
    }

    /** Returns a time with its offset in English, as programs get it, and with its zone in other languages. */
    private static String time(ZonedDateTime at) {
        return Language.now().isEnglish()
                ? DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(at)
                : say(
                        "time::{time} {zone}",
                        TimeForm.SECOND.of(at),
                        at.getZone().getId());
    }

    /** @param host in the webhook's URL */
    public Letter webhookDisabled(String to, String host) {
        return letter(
                to,
                say("A webhook at {brand} is disabled", brand),
                say(
                        "Events of your organization at {brand} could not be delivered for five days, or the server has answered 410: {host}",
                        brand,
                        Letter.inLine(host, 200)),
                say("Enable the webhook here when it works again:"),
                page("/dashboard/webhooks"));
    }

    /** @param ends times when the keys expire, in the order of {@code names} */
    public Letter keysExpire(String to, String organization, List<String> names, List<Instant> ends) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            lines.add(say(
                    "{key} expires at {time}.",
                    Letter.inLine(names.get(i), NAME_CHARS_MAX),
                    ends.get(i).truncatedTo(ChronoUnit.SECONDS)));
        }
        return keys(
                to,
                say("Keys at {brand} expire soon", brand),
                organization,
                lines,
                say("After that, programs with these keys get a 401."));
    }

    /** @param days since the last use */
    public Letter keysUnused(String to, String organization, List<String> names, int days) {
        List<String> lines = names.stream()
                .map(name -> say(
                        "{key} was not used for {n} day. | {key} was not used for {n} days.",
                        Letter.inLine(name, NAME_CHARS_MAX),
                        days))
                .toList();
        return keys(
                to,
                say("Keys at {brand} are unused", brand),
                organization,
                lines,
                say("Delete unused keys: a key can leak."));
    }

    /** @param expiring a sentence for each grant */
    public Letter creditsExpire(String to, String organization, List<String> expiring) {
        return letter(
                to,
                say("Credits at {brand} expire soon", brand),
                say("Credits of {organization} at {brand}:", Letter.inLine(organization, NAME_CHARS_MAX), brand),
                lines(expiring),
                say("After that they pay for no call. See what is left here:"),
                page("/dashboard/billing"),
                say("Change your notices here:"),
                page(NOTICES));
    }

    /** @param at the end of the running period */
    public Letter planEnds(String to, String organization, String plan, Instant at) {
        return letter(
                to,
                say("Your plan at {brand} ends", brand),
                say(
                        "Plan {plan} of {organization} at {brand} is no longer offered: it ends at {time}, and no period follows.",
                        Letter.inLine(plan, NAME_CHARS_MAX),
                        Letter.inLine(organization, NAME_CHARS_MAX),
                        brand,
                        at),
                say("Until then its credits pay as before. See what is left here:"),
                page("/dashboard/billing"),
                say("Change your notices here:"),
                page(NOTICES));
    }

    /** Says that a plan has ended since the money of its last periods went back. */
    public Letter planRefunded(String to, String organization, String plan, Instant at) {
        return letter(
                to,
                say("Your plan at {brand} has ended", brand),
                say(
                        "Plan {plan} of {organization} at {brand} ended at {time}: the money of its last periods was refunded or disputed, and their credits went back with it.",
                        Letter.inLine(plan, NAME_CHARS_MAX),
                        Letter.inLine(organization, NAME_CHARS_MAX),
                        brand,
                        at),
                say("Other credits stay. See what is left here:"),
                page("/dashboard/billing"),
                say("Change your notices here:"),
                page(NOTICES));
    }

    private Letter keys(String to, String subject, String organization, List<String> lines, String why) {
        return letter(
                to,
                subject,
                say("Keys of {organization} at {brand}:", Letter.inLine(organization, NAME_CHARS_MAX), brand),
                lines(lines),
                why,
                page("/dashboard/keys"),
                say("Change your notices here:"),
                page(NOTICES));
    }

    /**
     * A change of a member.
     *
     * @param organization as its members have called it; a long name is cut
     * @param who the member's name, or login without one; empty if the person is erased
     * @param role that the member has now; null without one
     * @param doer who did it, as {@code who}; empty if no person did, or the member
     */
    public record MemberChange(
            String organization,
            String who,
            MemberEvent event,
            @Nullable MemberRole role,
            String doer) {}

    /** A mail about a member. @param isReader whether the member reads it, who is addressed then */
    public Letter memberChanged(String to, MemberChange its, boolean isReader) {
        String organization = Letter.inLine(its.organization, NAME_CHARS_MAX);
        String change = isReader ? ownChange(its.event, organization) : change(its, organization);
        if (its.role != null) {
            Sentence word = its.role.word();
            change = say(
                    "{a} {b}", change, isReader ? say("Your role is {role}.", word) : say("The role is {role}.", word));
        }
        if (!its.doer.isEmpty()) {
            change = say("{a} {b}", change, say("{doer} made the change.", Letter.inLine(its.doer, NAME_CHARS_MAX)));
        }
        return letter(
                to,
                isReader
                        ? say("Your membership of {organization} at {brand} has changed", organization, brand)
                        : say("Members of {organization} at {brand} have changed", organization, brand),
                change,
                isReader ? say("See your organizations here:") : say("See the members here:"),
                page(isReader ? "/dashboard/settings/organizations" : "/dashboard/members"),
                say("Change your notices here:"),
                page(NOTICES));
    }

    private String change(MemberChange its, String organization) {
        String who = its.who.isEmpty() ? say("A person") : Letter.inLine(its.who, NAME_CHARS_MAX);
        return switch (its.event) {
            case JOIN -> say("{who} has joined {organization} at {brand}.", who, organization, brand);
            case ROLE -> say("{who} has another role in {organization} at {brand}.", who, organization, brand);
            case REMOVE -> say("{who} was removed from {organization} at {brand}.", who, organization, brand);
            case LEAVE -> say("{who} has left {organization} at {brand}.", who, organization, brand);
        };
    }

    private String ownChange(MemberEvent event, String organization) {
        return switch (event) {
            case JOIN -> say("You have joined {organization} at {brand}.", organization, brand);
            case ROLE -> say("Your role in {organization} at {brand} has changed.", organization, brand);
            case REMOVE -> say("You were removed from {organization} at {brand}.", organization, brand);
            case LEAVE -> say("You have left {organization} at {brand}.", organization, brand);
        };
    }

    /** @param changes a sentence for each model */
    public Letter modelsChange(String to, List<String> changes) {
        List<String> paragraphs = new ArrayList<>();
        paragraphs.add(say("Your account at {brand} has used these models within the last 30 days.", brand));
        paragraphs.addAll(changes);
        paragraphs.add(say("Each change is announced by mail once. See all models and prices here:"));
        paragraphs.add(page("/docs/models"));
        return letter(to, say("A model that you use at {brand} changes", brand), paragraphs.toArray(String[]::new));
    }

    /** The mail to an operator. @param pairs a sentence for each model that another one has answered for */
    public Letter modelsAnswered(String to, List<String> pairs) {
        return letter(
                to,
                say("Other models answer at {brand}", brand),
                say("The provider answers calls with other models than {brand} sends:", brand),
                lines(pairs),
                say(
                        "Your customers pay as before. A call costs you what the model that answered costs, or the sent one if your catalogue has no price of the other."),
                say("See them with your prices here:"),
                page("/console/prices"));
    }

    /** @param subject what was checked */
    public Letter booksDiffer(String to, Instant at, long differences, String subject) {
        return letter(
                to,
                say("The books of {brand} have differences", brand),
                say(
                        "The check of {subject} that ended at {time} UTC found {n} difference. | The check of {subject} that ended at {time} UTC found {n} differences.",
                        subject,
                        TimeForm.MINUTE_OF_YEAR.of(at.atZone(ZoneOffset.UTC)),
                        differences),
                say(
                        "A later check may find nothing although nothing was mended. See them, and mark them as seen, here:"),
                page("/console/books"));
    }

    private static String lines(List<String> lines) {
        List<String> shown = new ArrayList<>(lines.subList(0, Math.min(LINES_MAX, lines.size())));
        if (lines.size() > LINES_MAX) {
            shown.add(say("and {n} more.", lines.size() - LINES_MAX));
        }
        return String.join("\n", shown);
    }

    /** @param payments the ids of the month's payments; each has an invoice or a receipt */
    public Letter statement(String to, YearMonth month, List<String> payments) {
        Sentence name = TimeForm.LONG_MONTH.of(month);
        List<String> paragraphs = new ArrayList<>();
        paragraphs.add(say("The statement for {month} (UTC) for your account at {brand} is ready:", name, brand));
        paragraphs.add(page("/dashboard/billing/statements/" + month));
        if (!payments.isEmpty()) {
            paragraphs.add(say("Invoices and receipts of that month:"));
            paragraphs.add(payments.stream()
                    .map(id -> page("/dashboard/billing/invoices/" + id))
                    .collect(Collectors.joining("\n")));
        }
        paragraphs.add(say("This mail comes once a month while you have a billing contact. Change the contact here:"));
        paragraphs.add(page("/dashboard/billing"));
        return letter(
                to,
                say(
                        "Your statement for {month} at {brand}",
                        Language.now().isEnglish() ? month.toString() : name,
                        brand),
                paragraphs.toArray(String[]::new));
    }

    private static Letter letter(String to, String subject, String... paragraphs) {
        return new Letter(to, Letter.subject(subject), String.join("\n\n", paragraphs) + "\n");
    }
}
