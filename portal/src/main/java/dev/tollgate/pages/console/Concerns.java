package dev.tollgate.pages.console;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.customers.figures.Figure;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.Payers;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.PlatformHistory.Sums;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.notices.Dismissals;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.StoredNotice;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.prices.PriceGroups;
import dev.tollgate.operator.admin.BooksCheck;
import dev.tollgate.operator.admin.OperatorGroups;
import dev.tollgate.operator.admin.Prices;
import dev.tollgate.pages.dashboard.billing.PaymentTexts;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.running.ChannelStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The facts that need the operator's attention, alarms first. A person can dismiss warnings for a week.
 *
 * @param foresight as of now
 * @param answeredByOthers the models for which others answered, unless the catalogue expects it
 * @param kind whether the installation, and this server, have a real upstream
 * @param notices of Stripe that were not processed when they arrived, the newest first
 * @param disputes that are not decided, the oldest first
 * @param isTestKey whether payments are made with a test key
 * @param clockComplaint what is wrong with this server's clock; null if nothing
 * @param copies of the books
 */
public record Concerns(
        Supplier<List<ChannelStatus>> channels,
        Supplier<Foresight> foresight,
        Supplier<List<String>> answeredByOthers,
        Prices prices,
        OperatorGroups groups,
        BooksCheck books,
        PlatformHistory history,
        InstallationKind kind,
        Supplier<List<StoredNotice>> notices,
        Supplier<List<Payments.Dispute>> disputes,
        boolean isTestKey,
        Supplier<@Nullable String> clockComplaint,
        Copies copies,
        Dismissals dismissals,
        InstantSource clock) {

    private static final Duration DISMISSED_FOR = Duration.ofDays(7);

    /** A pair of models stays as it is, so a dismissal holds until the next pair. */
    private static final Duration PAIRS_DISMISSED_FOR = Duration.ofDays(3_650);

    private static final String SUBJECT = "console: ";
    private static final String PAIRS = "answered";

    private static final String ALARM = "bad";
    private static final String WARNING = "warn";
    private static final String FACT = "";

    private static final int SPENT_DAYS = 7;
    private static final int LASTS_DAYS = 7;
    private static final int SPIKE_CALLS = 10;
    private static final int SPIKE_PART = 20;
    private static final int SPIKE_TIMES = 3;
    private static final int USUAL_DAYS = 35;
    private static final int PERCENT = 100;
    private static final int ACCOUNTS_MAX = 3;
    private static final int MODELS_NAMED = 3;

    /** The most warnings about models that are sold below cost in price groups. */
    private static final int LOSSES_MAX = 20;

    /**
     * Something to look at.
     *
     * @param tone bad for an alarm, warn for a warning, empty for a fact
     * @param word its badge
     * @param subject its name if it is dismissed
     */
    public record Concern(String tone, String word, String text, String href, String link, String subject) {

        public boolean isWarning() {
            return tone.equals(WARNING);
        }
    }

    /** The state of the copies of the books, in sentences. @param alarms each needs an operator now @param warnings each can be dismissed */
    public record Copies(Supplier<List<String>> alarms, Supplier<List<String>> warnings) {}

    /** Returns the concerns that a person has not dismissed. @param today the figures of today */
    List<Concern> of(String personId, Figures today, Money money) {
        Set<String> dismissed = dismissals.dismissed(personId);
        return all(today, money).stream()
                .filter(concern -> !concern.isWarning() || !dismissed.contains(concern.subject))
                .toList();
    }

    /** Dismisses a warning for a week, one of pairs of models for good; does nothing if the subject is not one of a warning that is shown. */
    void dismiss(String personId, String subject, Figures today, Money money) {
        if (of(personId, today, money).stream()
                .anyMatch(concern -> concern.isWarning() && concern.subject.equals(subject))) {
            Duration length = subject.startsWith(SUBJECT + PAIRS + " ") ? PAIRS_DISMISSED_FOR : DISMISSED_FOR;
            dismissals.dismiss(personId, List.of(subject), clock.instant().plus(length));
        }
    }

    private List<Concern> all(Figures today, Money money) {
        List<Concern> concerns = new ArrayList<>();
        addChannels(concerns);
        addClock(concerns);
        addBooks(concerns);
        addCopies(concerns);
        addDisputes(concerns);
        addLosses(concerns);
        addLossesOfGroups(concerns);
        if (kind.isReal()) {
            addTestKey(concerns);
            addWithoutUpstream(concerns);
        }
        addStopped(concerns);
        addSpikes(concerns);
        addNotices(concerns);
        addUsage(concerns, today, money);
        addModels(concerns);
        addOwn(concerns);
        addEndingAccounts(concerns);
        if (!kind.isReal()) {
            concerns.add(concern(
                    FACT, "sandbox", "Sandbox mode: no real model is connected.", ConsoleChannels.PATH, "Channels"));
        }
        addFactOfBooks(concerns);
        return List.copyOf(concerns);
    }

    /** Returns an alarm or a fact, which an operator cannot dismiss. */
    private static Concern concern(String tone, String word, String text, String href, String link) {
        return new Concern(tone, word, text, href, link, "");
    }

    private void addChannels(List<Concern> concerns) {
        channels.get().stream()
                .filter(channel -> !channel.isHealthy())
                .forEach(channel -> concerns.add(concern(
                        ALARM,
                        "channel",
                        "Channel " + channel.id() + " takes no calls now.",
                        ConsoleChannels.PATH,
                        "Channels")));
    }

    private void addClock(List<Concern> concerns) {
        String complaint = clockComplaint.get();
        if (complaint != null) {
            concerns.add(concern(ALARM, "clock", complaint, ConsoleBooks.PATH, "Books"));
        }
    }

    private void addBooks(List<Concern> concerns) {
        String found =
                switch (books.state()) {
                    case BooksCheck.Done done
                    when done.differences() > 0 ->
                        "The books have errors: " + Display.count(done.differences(), "difference") + ".";
                    case BooksCheck.Damaged damaged -> damaged.sentence() + ".";
                    case BooksCheck.Failed _ -> "The books could not be checked.";
                    case BooksCheck.Done _, BooksCheck.Never _, BooksCheck.Running _ -> "";
                };
        if (!found.isEmpty()) {
            concerns.add(concern(ALARM, "books", found, ConsoleBooks.PATH, "Books"));
        }
    }

    private void addCopies(List<Concern> concerns) {
        copies.alarms().get().forEach(text -> concerns.add(concern(ALARM, "copies", text, ConsoleBooks.PATH, "Books")));
        copies.warnings()
                .get()
                .forEach(text -> concerns.add(
                        new Concern(WARNING, "copies", text, ConsoleBooks.PATH, "Books", "console: copies " + text)));
    }

    private void addFactOfBooks(List<Concern> concerns) {
        if (books.state() instanceof BooksCheck.Done done && done.differences() == 0) {
            concerns.add(concern(
                    FACT,
                    "books",
                    "Checked " + Display.time(done.at(), ZoneOffset.UTC) + ": no differences.",
                    ConsoleBooks.PATH,
                    "Books"));
        }
    }

    private void addDisputes(List<Concern> concerns) {
        disputes.get()
                .forEach(dispute -> concerns.add(concern(
                        ALARM,
                        "dispute",
                        dispute.accountName() + " has disputed a payment of " + PaymentTexts.dollars(dispute.cents())
                                + " on " + Display.day(dispute.at(), ZoneOffset.UTC) + ". Answer it at Stripe.",
                        ConsolePayments.PATH,
                        "Payments")));
    }

    private void addLosses(List<Concern> concerns) {
        List<String> losses = prices.all().stream()
                .filter(sold -> kind.isReal() && !sold.upstream().losses().isEmpty()) // nothing is lost on the sandbox
                .map(sold -> sold.modelId() + ConsolePrices.firstDay(sold, " (from %s)"))
                .toList();
        addNamed(concerns, ALARM, "price", "losses", "Sold below cost, now or within 60 days: ", losses, "Prices");
        List<String> thin = kind.isReal()
                ? ConsolePrices.thin(prices.all()).stream()
                        .map(ConsolePrices.Thin::brief)
                        .toList()
                : List.of();
        addNamed(
                concerns,
                WARNING,
                "price",
                "margins",
                "A margin falls below " + ConsolePrices.THIN + " %: ",
                thin,
                "Prices");
    }

    /** Adds a warning for each group with accounts and each model that is sold below cost in it, and not at the standard price (Z5). */
    private void addLossesOfGroups(List<Concern> concerns) {
        if (!kind.isReal()) {
            return;
        }
        groups.all().stream()
                .map(PriceGroups.Group::name)
                .filter(name -> !groups.accounts(name).isEmpty())
                .flatMap(name -> groups.models(name).stream()
                        .filter(model -> !model.losses().isEmpty())
                        .map(model -> ofGroup(name, model)))
                .limit(LOSSES_MAX)
                .forEach(concerns::add);
    }

    private static Concern ofGroup(String group, OperatorGroups.InGroup model) {
        String id = model.standard().id();
        Instant from = model.losses().getFirst().from();
        return new Concern(
                WARNING,
                "price",
                from == null
                        ? say("{model} is sold below cost in the price group {group}.", id, group)
                        : say(
                                "{model} is sold below cost in the price group {group} from {day} on.",
                                id,
                                group,
                                Display.day(from, ZoneOffset.UTC)),
                ConsoleGroups.PATH + "/" + group,
                say("Group"),
                SUBJECT + "losses of " + group + " " + id + (from == null ? "" : " from " + from));
    }

    /** Adds the models that retire at the provider, and those that others have answered for. */
    private void addModels(List<Concern> concerns) {
        addNamed(
                concerns,
                WARNING,
                "model",
                "retirements",
                "Retirements at the provider: ",
                foresight.get().retiringUpstreams(),
                "Changes");
        addNamed(concerns, WARNING, "model", PAIRS, "Other models answered for: ", answeredByOthers.get(), "Changes");
    }

    /** Adds what an operator has written that the provider has changed since. */
    private void addOwn(List<Concern> concerns) {
        if (!kind.isReal()) {
            return;
        }
        List<String> set = prices.all().stream()
                .filter(sold -> sold.isSet()
                        && sold.upstream().retirement() != null
                        && sold.upstream().retirement().end().isInEffect())
                .map(sold -> sold.modelId() + " (" + sold.upstream().model() + ")")
                .toList();
        addNamed(
                concerns,
                WARNING,
                "price",
                "own price",
                "Your own price stays, but another model answers: ",
                set,
                "Prices");
        addNamed(
                concerns,
                WARNING,
                "model",
                "own file",
                "Your models file has other days or list prices than the built-in one: ",
                foresight.get().otherFacts(),
                "Prices");
    }

    /** Adds one line for some models, if there are any. @param code that a dismissal keeps, with the models */
    private static void addNamed(
            List<Concern> concerns,
            String tone,
            String word,
            String code,
            String what,
            List<String> models,
            String link) {
        if (!models.isEmpty()) {
            int more = models.size() - MODELS_NAMED;
            String named = String.join(", ", models.subList(0, Math.min(MODELS_NAMED, models.size())));
            String text = what + named + (more > 0 ? " and " + more + " more" : "") + ".";
            String subject = SUBJECT + code + " " + String.join(", ", models);
            concerns.add(new Concern(tone, word, text, ConsolePrices.PATH, link, subject));
        }
    }

    private void addWithoutUpstream(List<Concern> concerns) {
        List<String> nodes = kind.nodes(false);
        List<String> named = nodes.isEmpty() && !kind.isRealHere() ? List.of("This server") : nodes;
        named.forEach(node -> concerns.add(concern(
                ALARM,
                "sandbox",
                (node.startsWith("node_") ? "Node " + node : node)
                        + " has no real upstream: the sandbox answers its calls, and customers pay for them.",
                ConsoleChannels.PATH,
                "Channels")));
    }

    private void addTestKey(List<Concern> concerns) {
        if (isTestKey) {
            concerns.add(concern(
                    ALARM,
                    "payments",
                    "Stripe's key is a test key: customers get credits for real calls without paying. Set a live key.",
                    ConsolePayments.PATH,
                    "Payments"));
        }
    }

    private void addStopped(List<Concern> concerns) {
        history.payers()
                .stopped(today())
                .forEach(account -> concerns.add(new Concern(
                        WARNING,
                        "account",
                        account.name() + " stopped on " + Display.dayOfMonth(account.lastDay()) + ". It was "
                                + account.paidMicros() * PERCENT / account.allMicros()
                                + " % of the revenue of the 30 days before.",
                        ConsoleAccounts.PATH + "/" + account.id(),
                        "Open",
                        "console: stopped " + account.id() + " on " + account.lastDay())));
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    /** Adds the days of the last week on which at least a twentieth of the calls failed, and three times the usual share. */
    private void addSpikes(List<Concern> concerns) {
        LocalDate first = today().minusDays(USUAL_DAYS - 1);
        Span all = Span.ofDays(first, today().plusDays(1));
        NavigableMap<Instant, Sums> days = history.periods(all.from(), all.to(), false);
        Figures whole = days.values().stream().map(Sums::all).reduce(Figures.NONE, Figures::plus);
        Span week = Span.ofDays(today().minusDays(SPENT_DAYS - 1), today().plusDays(1));
        days.tailMap(week.from()).forEach((at, sums) -> {
            Figures day = sums.all();
            Figures others = whole.minus(day);
            boolean isUsual = day.failed() * Math.max(1, others.calls()) < SPIKE_TIMES * others.failed() * day.calls();
            if (day.failed() >= SPIKE_CALLS && day.failed() * SPIKE_PART >= day.calls() && !isUsual) {
                LocalDate date = LocalDate.ofInstant(at, ZoneOffset.UTC);
                concerns.add(new Concern(
                        WARNING,
                        "errors",
                        Display.dayOfMonth(date) + ": " + Display.number(day.failed()) + " of "
                                + Display.count(day.calls(), "call") + " failed.",
                        ConsoleCalls.PATH + "?state=failed&on=" + date,
                        "Requests",
                        "console: errors of " + date));
            }
        });
    }

    private void addNotices(List<Concern> concerns) {
        Instant week = clock.instant().minus(DISMISSED_FOR);
        long refused = notices.get().stream()
                .filter(notice -> notice.result().outcome().equals("refused")
                        && notice.result().at().isAfter(week))
                .count();
        if (refused > 0) {
            concerns.add(new Concern(
                    WARNING,
                    "payments",
                    "Refused in the last 7 days: " + Display.count(refused, "event") + " of Stripe.",
                    ConsolePayments.PATH,
                    "Payments",
                    "console: refused events"));
        }
    }

    private static void addUsage(List<Concern> concerns, Figures today, Money money) {
        if (Figure.SHORTFALL.of(today) > 0) {
            concerns.add(new Concern(
                    WARNING,
                    "usage",
                    "Today's calls used " + money.sum(Figure.SHORTFALL.of(today)) + money.unit()
                            + " that were not covered.",
                    ConsoleRevenue.PATH,
                    "Revenue",
                    "console: shortfall"));
        }
        if (Figure.ESTIMATED.of(today) > 0) {
            concerns.add(new Concern(
                    WARNING,
                    "usage",
                    "The upstream did not report the usage of " + Display.count(Figure.ESTIMATED.of(today), "call")
                            + " today in full.",
                    ConsoleCalls.PATH,
                    "Requests",
                    "console: estimated"));
        }
    }

    private void addEndingAccounts(List<Concern> concerns) {
        Span week = Span.ofDays(today().minusDays(SPENT_DAYS), today());
        history.payers()
                .ending(week, LASTS_DAYS, ACCOUNTS_MAX)
                .forEach(account -> concerns.add(new Concern(
                        WARNING,
                        "account",
                        account.name() + ": " + lasts(account),
                        ConsoleAccounts.PATH + "/" + account.id(),
                        "Open",
                        "console: balance of " + account.id())));
    }

    private static String lasts(Payers.Ending account) {
        if (account.balanceMicros() <= 0) {
            return "no credits left.";
        }
        long days = account.balanceMicros() * SPENT_DAYS / account.netMicros();
        return days == 0
                ? "the balance lasts less than a day."
                : "the balance lasts " + Display.count(days, "day") + ".";
    }
}
