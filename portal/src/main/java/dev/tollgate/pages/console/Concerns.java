package dev.tollgate.pages.console;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.UnseenDifferences;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.customers.figures.Figure;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.Payers;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.PlatformHistory.Sums;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.notices.Dismissals;
import dev.tollgate.customers.payments.BoughtPeriods;
import dev.tollgate.customers.payments.PaymentNotices;
import dev.tollgate.customers.payments.StoredNotice;
import dev.tollgate.models.Foresight;
import dev.tollgate.operator.admin.prices.GroupModels;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.admin.prices.Prices;
import dev.tollgate.operator.admin.server.BooksCheck;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.prices.ConsolePrices;
import dev.tollgate.pages.dashboard.billing.PaymentTexts;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.words.Joined;
import dev.tollgate.running.ChannelStatus;
import dev.tollgate.running.OtherTier;
import dev.tollgate.storage.copies.Note;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The facts that need the operator's attention, alarms first. A person can dismiss warnings for a week.
 *
 * @param otherTiers the models whose lines of batches do not get flex
 * @param foresight as of now
 * @param answeredByOthers the models for which others answered, unless the catalogue expects it
 * @param kind whether the installation, and this server, have a real upstream
 * @param notices of Stripe that were not processed when they arrived, the newest first
 * @param disputes that are not decided, the oldest first
 * @param beside payments of plans that no plan has taken, the newest first
 * @param isTestKey whether payments are made with a test key
 * @param clockComplaint what is wrong with this server's clock; null if nothing
 * @param copies of the books
 */
public record Concerns(
        Supplier<List<ChannelStatus>> channels,
        Supplier<List<OtherTier>> otherTiers,
        Supplier<Foresight> foresight,
        Supplier<List<Sentence>> answeredByOthers,
        Prices prices,
        OperatorGroups groups,
        BooksCheck books,
        PlatformHistory history,
        InstallationKind kind,
        Supplier<List<StoredNotice>> notices,
        Supplier<List<PaymentNotices.Dispute>> disputes,
        Supplier<List<BoughtPeriods.Beside>> beside,
        boolean isTestKey,
        Supplier<@Nullable Sentence> clockComplaint,
        Copies copies,
        Dismissals dismissals,
        InstantSource clock) {

    private static final Duration DISMISSED_FOR = Duration.ofDays(7);

    /** A pair of models stays as it is, so a dismissal holds until the next pair. */
    private static final Duration PAIRS_DISMISSED_FOR = Duration.ofDays(3_650);

    private static final String SUBJECT = "console: ";
    private static final String PAIRS = "answered";
    private static final String TIERS = "tier";

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

    /** The most price groups whose models below cost are named. */
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
    public record Copies(Supplier<List<Note>> alarms, Supplier<List<Note>> warnings) {}

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
        addBeside(concerns);
        addUsage(concerns, today, money);
        addTiers(concerns);
        addModels(concerns);
        addOwn(concerns);
        addEndingAccounts(concerns);
        if (!kind.isReal()) {
            concerns.add(concern(
                    FACT,
                    say("sandbox"),
                    say("Sandbox mode: no real model is connected."),
                    ConsolePaths.CHANNELS,
                    say("Channels")));
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
                        say("channel"),
                        say("Channel {channel} takes no calls now.", channel.id()),
                        ConsolePaths.CHANNELS,
                        say("Channels"))));
    }

    /** Adds the channels that grant another tier than flex, for which the operator pays (J3). */
    private void addTiers(List<Concern> concerns) {
        for (OtherTier other : otherTiers.get()) {
            concerns.add(new Concern(
                    WARNING,
                    say("channel"),
                    say(
                            "Channel {channel} grants lines of batches at flex another tier for {model}. They are charged at flex, and you pay the rest: take the model off its list of flex.",
                            other.channel(),
                            other.model()),
                    ConsolePaths.CHANNELS,
                    say("Channels"),
                    SUBJECT + TIERS + " " + other.channel() + " " + other.model()));
        }
    }

    private void addClock(List<Concern> concerns) {
        Sentence complaint = clockComplaint.get();
        if (complaint != null) {
            concerns.add(concern(ALARM, say("clock"), complaint.said(), ConsolePaths.BOOKS, say("Books")));
        }
    }

    private void addBooks(List<Concern> concerns) {
        BooksCheck.State state = books.state();
        switch (state) {
            case BooksCheck.Damaged damaged -> concerns.add(ofBooks(say("{sentence}.", damaged.sentence())));
            case BooksCheck.Failed _ -> concerns.add(ofBooks(say("The books could not be checked.")));
            case BooksCheck.Done _, BooksCheck.Never _, BooksCheck.Running _ -> {}
        }
        UnseenDifferences unseen = state instanceof BooksCheck.Damaged ? null : books.unseen();
        if (unseen != null) {
            concerns.add(ofBooks(say(
                    "The check of the books of {time} found {n} difference. | The check of the books of {time} found {n} differences.",
                    Display.time(unseen.at(), ZoneOffset.UTC),
                    unseen.count())));
        }
    }

    private static Concern ofBooks(String text) {
        return concern(ALARM, say("books"), text, ConsolePaths.BOOKS, say("Books"));
    }

    private void addCopies(List<Concern> concerns) {
        copies.alarms()
                .get()
                .forEach(note -> concerns.add(
                        concern(ALARM, say("copies"), note.words().said(), ConsolePaths.BOOKS, say("Books"))));
        copies.warnings()
                .get()
                .forEach(note -> concerns.add(new Concern(
                        WARNING,
                        say("copies"),
                        note.words().said(),
                        ConsolePaths.BOOKS,
                        say("Books"),
                        SUBJECT + "copies " + note.code())));
    }

    private void addFactOfBooks(List<Concern> concerns) {
        if (books.state() instanceof BooksCheck.Done done && done.differences() == 0) {
            concerns.add(concern(
                    FACT,
                    say("books"),
                    say("Checked {time}: no differences.", Display.time(done.at(), ZoneOffset.UTC)),
                    ConsolePaths.BOOKS,
                    say("Books")));
        }
    }

    private void addDisputes(List<Concern> concerns) {
        disputes.get()
                .forEach(dispute -> concerns.add(concern(
                        ALARM,
                        say("dispute"),
                        say(
                                "{account} has disputed a payment of {dollars} on {day}. Answer it at Stripe.",
                                dispute.accountName(),
                                PaymentTexts.dollars(dispute.cents()),
                                Display.day(dispute.at(), ZoneOffset.UTC)),
                        ConsolePaths.PAYMENTS,
                        say("Payments"))));
    }

    private void addLosses(List<Concern> concerns) {
        if (!kind.isReal()) {
            return; // nothing is lost on the sandbox
        }
        List<Prices.ModelPrices> all = prices.all();
        addNamed(
                concerns,
                ALARM,
                new Named("losses", say("price"), say("Prices")),
                all.stream().filter(sold -> !sold.upstream().losses().isEmpty()).toList(),
                ConsolePrices::firstLoss,
                (names, more) -> more == 0
                        ? say("Sold below cost, now or within 60 days: {names}.", names)
                        : say("Sold below cost, now or within 60 days: {names} and {n} more.", names, more));
        addNamed(
                concerns,
                WARNING,
                new Named("margins", say("price"), say("Prices")),
                ConsolePrices.thin(all),
                ConsolePrices.Thin::brief,
                (names, more) -> more == 0
                        ? say("A margin falls below {percent} %: {names}.", ConsolePrices.THIN, names)
                        : say(
                                "A margin falls below {percent} %: {names} and {n} more.",
                                ConsolePrices.THIN, names, more));
    }

    /** Adds a warning for each group with accounts in which models are sold below cost that are not at the standard price (Z5). */
    private void addLossesOfGroups(List<Concern> concerns) {
        if (!kind.isReal()) {
            return;
        }
        int further = 0;
        int said = 0;
        for (String group : groups.sizes().keySet()) {
            List<GroupModels.InGroup> losing = groups.models(group).stream()
                    .filter(model -> !model.losses().isEmpty())
                    .toList();
            if (said < LOSSES_MAX) {
                said += losing.isEmpty() ? 0 : 1;
                addLossesOf(group, losing, concerns);
            } else {
                further += losing.isEmpty() ? 0 : 1;
            }
        }
        if (further > 0) {
            concerns.add(new Concern(
                    WARNING,
                    say("price"),
                    say(
                            "In {n} further price group models are sold below cost. | In {n} further price groups models are sold below cost.",
                            further),
                    ConsolePaths.GROUPS,
                    say("Groups"),
                    SUBJECT + "losses of " + further));
        }
    }

    private static void addLossesOf(String group, List<GroupModels.InGroup> losing, List<Concern> concerns) {
        addNamed(
                concerns,
                WARNING,
                new Named("losses of " + group, say("price"), say("Group"), ConsolePaths.GROUPS + "/" + group),
                losing,
                Concerns::lossOf,
                (names, more) -> more == 0
                        ? say("Sold below cost in the price group {group}: {names}.", group, names)
                        : say("Sold below cost in the price group {group}: {names} and {n} more.", group, names, more));
    }

    private static String lossOf(GroupModels.InGroup model) {
        String id = model.sold().modelId();
        Instant from = model.losses().getFirst().from();
        return from == null ? id : say("{model} (from {day})", id, Display.day(from, ZoneOffset.UTC));
    }

    /** Adds the models that retire at the provider, and those that others have answered for. */
    private void addModels(List<Concern> concerns) {
        addNamed(
                concerns,
                WARNING,
                new Named("retirements", say("model"), say("model::Changes")),
                foresight.get().retiringUpstreams(),
                Sentence::said,
                (names, more) -> more == 0
                        ? say("Retirements at the provider: {names}.", names)
                        : say("Retirements at the provider: {names} and {n} more.", names, more));
        addNamed(
                concerns,
                WARNING,
                new Named(PAIRS, say("model"), say("model::Changes")),
                answeredByOthers.get(),
                Sentence::said,
                (names, more) -> more == 0
                        ? say("Other models answered for: {names}.", names)
                        : say("Other models answered for: {names} and {n} more.", names, more));
    }

    /** Adds what an operator has written that the provider has changed since. */
    private void addOwn(List<Concern> concerns) {
        if (!kind.isReal()) {
            return;
        }
        addNamed(
                concerns,
                WARNING,
                new Named("own price", say("price"), say("Prices")),
                prices.all().stream()
                        .filter(sold -> sold.isSet()
                                && sold.upstream().retirement() != null
                                && sold.upstream().retirement().end().isInEffect())
                        .toList(),
                sold -> say("{name} ({id})", sold.modelId(), sold.upstream().model()),
                (names, more) -> more == 0
                        ? say("Your own price stays, but another model answers: {names}.", names)
                        : say("Your own price stays, but another model answers: {names} and {n} more.", names, more));
        addNamed(
                concerns,
                WARNING,
                new Named("own file", say("model"), say("Prices")),
                foresight.get().otherFacts(),
                name -> name,
                (names, more) -> more == 0
                        ? say("Your models file has other days or list prices than the built-in one: {names}.", names)
                        : say(
                                "Your models file has other days or list prices than the built-in one: {names} and {n} more.",
                                names,
                                more));
    }

    /** A concern about models. @param code that a dismissal keeps, with the models in English @param word its badge */
    private record Named(String code, String word, String link, String href) {

        Named(String code, String word, String link) {
            this(code, word, link, ConsolePaths.PRICES);
        }
    }

    /** A sentence about models. */
    private interface OfModels {

        /** @param names the first ones @param more how many others there are */
        String sentence(String names, int more);
    }

    /** Adds one line for some models, if there are any. @param name says a model, in the language of now */
    private static <T> void addNamed(
            List<Concern> concerns, String tone, Named what, List<T> models, Function<T, String> name, OfModels text) {
        if (models.isEmpty()) {
            return;
        }
        List<T> first = models.subList(0, Math.min(MODELS_NAMED, models.size()));
        String names = Joined.facts(first.stream().map(name));
        String subject = SUBJECT + what.code + " "
                + Language.ENGLISH.bound(() -> Joined.facts(models.stream().map(name)));
        concerns.add(new Concern(
                tone, what.word, text.sentence(names, models.size() - first.size()), what.href, what.link, subject));
    }

    private void addWithoutUpstream(List<Concern> concerns) {
        List<String> nodes = kind.nodes(false);
        if (nodes.isEmpty() && !kind.isRealHere()) {
            addWithoutUpstream(
                    concerns,
                    say(
                            "This server has no real upstream: the sandbox answers its calls, and customers pay for them."));
        }
        nodes.forEach(node -> addWithoutUpstream(
                concerns,
                node.startsWith("node_")
                        ? say(
                                "Node {node} has no real upstream: the sandbox answers its calls, and customers pay for them.",
                                node)
                        : say(
                                "{node} has no real upstream: the sandbox answers its calls, and customers pay for them.",
                                node)));
    }

    private static void addWithoutUpstream(List<Concern> concerns, String text) {
        concerns.add(concern(ALARM, say("sandbox"), text, ConsolePaths.CHANNELS, say("Channels")));
    }

    private void addTestKey(List<Concern> concerns) {
        if (isTestKey) {
            concerns.add(concern(
                    ALARM,
                    say("payments"),
                    say(
                            "Stripe's key is a test key: customers get credits for real calls without paying. Set a live key."),
                    ConsolePaths.PAYMENTS,
                    say("Payments")));
        }
    }

    private void addStopped(List<Concern> concerns) {
        history.payers()
                .stopped(today())
                .forEach(account -> concerns.add(new Concern(
                        WARNING,
                        say("account"),
                        say(
                                "{account} stopped on {day}. It was {percent} % of the revenue of the 30 days before.",
                                account.name(),
                                Display.dayOfMonth(account.lastDay()),
                                account.paidMicros() * PERCENT / account.allMicros()),
                        ConsolePaths.ACCOUNTS + "/" + account.id(),
                        say("verb::Open"),
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
                        say("errors"),
                        say(
                                "{day}: {failed} of {n} call failed. | {day}: {failed} of {n} calls failed.",
                                Display.dayOfMonth(date),
                                day.failed(),
                                day.calls()),
                        ConsolePaths.REQUESTS + "?state=failed&on=" + date,
                        say("Requests"),
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
                    say("payments"),
                    say(
                            "Refused in the last 7 days: {n} event of Stripe. | Refused in the last 7 days: {n} events of Stripe.",
                            refused),
                    ConsolePaths.PAYMENTS,
                    say("Payments"),
                    "console: refused events"));
        }
    }

    private void addBeside(List<Concern> concerns) {
        beside.get()
                .forEach(paid -> concerns.add(new Concern(
                        WARNING,
                        say("payments"),
                        say(
                                "{account} paid {dollars} for plan {plan} on {day}, which could not take it any more: the credits are a grant apart from the plan, for one period and without a price group. Refund it at Stripe if that is not what they wanted.",
                                paid.accountName(),
                                PaymentTexts.dollars(paid.cents()),
                                paid.plan(),
                                Display.day(paid.at(), ZoneOffset.UTC)),
                        ConsolePaths.ACCOUNTS + "/" + paid.accountId(),
                        say("verb::Open"),
                        SUBJECT + "beside " + paid.paymentId())));
    }

    private static void addUsage(List<Concern> concerns, Figures today, Money money) {
        if (Figure.SHORTFALL.of(today) > 0) {
            concerns.add(new Concern(
                    WARNING,
                    say("usage"),
                    say(
                            "Today's calls used {amount} that were not covered.",
                            money.withUnit(money.sum(Figure.SHORTFALL.of(today)))),
                    ConsolePaths.REVENUE,
                    say("Revenue"),
                    "console: shortfall"));
        }
        if (Figure.ESTIMATED.of(today) > 0) {
            concerns.add(new Concern(
                    WARNING,
                    say("usage"),
                    say(
                            "The upstream did not report the usage of {n} call today in full. | The upstream did not report the usage of {n} calls today in full.",
                            Figure.ESTIMATED.of(today)),
                    ConsolePaths.REQUESTS,
                    say("Requests"),
                    "console: estimated"));
        }
    }

    private void addEndingAccounts(List<Concern> concerns) {
        Span week = Span.ofDays(today().minusDays(SPENT_DAYS), today());
        history.payers()
                .ending(week, LASTS_DAYS, ACCOUNTS_MAX)
                .forEach(account -> concerns.add(new Concern(
                        WARNING,
                        say("account"),
                        lasts(account),
                        ConsolePaths.ACCOUNTS + "/" + account.id(),
                        say("verb::Open"),
                        "console: balance of " + account.id())));
    }

    private static String lasts(Payers.Ending account) {
        if (account.balanceMicros() <= 0) {
            return say("{account}: no credits left.", account.name());
        }
        long days = account.balanceMicros() * SPENT_DAYS / account.netMicros();
        return days == 0
                ? say("{account}: the balance lasts less than a day.", account.name())
                : say(
                        "{account}: the balance lasts {n} day. | {account}: the balance lasts {n} days.",
                        account.name(),
                        days);
    }
}
