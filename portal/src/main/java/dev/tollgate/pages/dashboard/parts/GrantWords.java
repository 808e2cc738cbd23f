package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Words.say;
import static dev.tollgate.pages.words.Rich.rich;

import dev.tollgate.base.words.TimeForm;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.CreditGrant.LimitUse;
import dev.tollgate.books.grants.GrantsNow;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.grants.PaidBy.Share;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.words.Joined;
import gg.jte.Content;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The words for grants on pages, the customer's and the operator's. */
public final class GrantWords {

    /** The most grants that a sentence names. */
    private static final int NAMED_MAX = 2;

    /** The time before the end of a grant from which on a balance names it. */
    private static final Duration SOON = Duration.ofDays(31);

    private static final TimeForm DAY = TimeForm.LONG_DAY;
    private static final TimeForm TIME = TimeForm.MINUTE_OF_YEAR;
    private static final TimeForm RESET = TimeForm.MINUTE;

    private GrantWords() {}

    /**
     * Returns the parts of a balance that expire within a month, such as {@code 400 of grant 7 until the end of 28 December 2026}, the next end first, and since when
     * they pay if that is ahead; null if none does.
     *
     * @param plan the newest plan of the account; null without one
     */
    public static @Nullable String soon(GrantsNow now, @Nullable Subscription plan, Money money, ZoneId zone) {
        Map<Instant, List<CreditGrant>> ends = new TreeMap<>();
        for (CreditGrant grant : now.grants()) {
            Instant end = grant.expiresAt();
            if (end != null && end.isBefore(now.at().plus(SOON))) {
                ends.computeIfAbsent(end, _ -> new ArrayList<>()).add(grant);
            }
        }
        List<String> parts = new ArrayList<>();
        List<CreditGrant> ending = ends.values().stream().flatMap(List::stream).toList();
        int named = ending.size() > NAMED_MAX ? NAMED_MAX - 1 : ending.size();
        ends.forEach((end, grants) -> grants.stream()
                .filter(grant -> parts.size() < named)
                .forEach(grant -> parts.add(part(grant, name(grant, plan), end, now.at(), money, zone))));
        if (named < ending.size()) {
            long others = ending.stream()
                    .skip(named)
                    .mapToLong(CreditGrant::leftMicros)
                    .sum();
            parts.add(say("{amount} of {count} other grants", money.sum(others), ending.size() - named));
        }
        return parts.isEmpty() ? null : Joined.facts(parts.stream());
    }

    private static String part(CreditGrant grant, String name, Instant end, Instant now, Money money, ZoneId zone) {
        return grant.isAhead(now)
                ? say(
                        "{amount} of {grant} from {begin} until {time}",
                        money.sum(grant.leftMicros()),
                        name,
                        begin(grant.startsAt(), zone),
                        time(end, zone))
                : say("{amount} of {grant} until {time}", money.sum(grant.leftMicros()), name, time(end, zone));
    }

    /** Returns where a grant comes from, such as {@code gift} or {@code plan Pro}. @param plans the names of plans by the numbers of their grants */
    public static String origin(CreditGrant grant, Map<Long, String> plans) {
        String plan = plans.get(grant.number());
        return plan == null ? kind(grant) : say("plan {name}", plan);
    }

    /** Returns the name of a grant, such as {@code grant 7}, or {@code plan Pro} for the credits of the plan's period, or of one ahead. */
    public static String name(CreditGrant grant, @Nullable Subscription plan) {
        return plan != null && isOf(grant, plan)
                ? say("plan {name}", plan.version().terms().name())
                : say("grant {number}", Long.toString(grant.number()));
    }

    private static boolean isOf(CreditGrant grant, Subscription plan) {
        return plan.grant() == grant.number() || plan.ahead().containsValue(grant.number());
    }

    /** Returns an end: at midnight the last day, as keys have it, else the time. */
    public static String time(Instant end, ZoneId zone) {
        ZonedDateTime at = end.atZone(zone);
        return at.toLocalTime().toSecondOfDay() == 0
                ? say("the end of {day}", DAY.format(at.minusDays(1)))
                : TIME.format(at);
    }

    /** Returns a begin: at midnight the day, else the time. */
    public static String begin(Instant begin, ZoneId zone) {
        ZonedDateTime at = begin.atZone(zone);
        return at.toLocalTime().toSecondOfDay() == 0 ? DAY.format(at) : TIME.format(at);
    }

    /** Returns what follows the running period of a plan, in a sentence. */
    public static String goesOn(Subscription plan, ZoneId zone) {
        String end = say(
                "Period {period} of {periods}, until {time}.",
                plan.period(),
                plan.periods(),
                time(plan.endsAt(), zone));
        return Joined.sentences(end, follows(plan, zone));
    }

    private static String follows(Subscription plan, ZoneId zone) {
        Subscription.Why why = plan.whyLast();
        return switch (why) {
            case null ->
                say(
                        "{n} more period until {time}. | {n} more periods until {time}.",
                        plan.remaining(),
                        time(plan.until(), zone));
            case CANCELLED -> say("It is cancelled: no period follows.");
            case CLOSED -> say("The plan is no longer offered: no period follows.");
            default -> say("It is the last one.");
        };
    }

    /** Returns when a grant expires: its last day if it does so at midnight. */
    public static String expiry(CreditGrant grant, ZoneId zone) {
        Instant at = grant.expiresAt();
        if (at == null) {
            return say("expiry::never");
        }
        return time(at, zone);
    }

    /** Returns what a grant pays for. */
    public static String models(CreditGrant grant) {
        return grant.models().isEmpty() ? say("all models") : Joined.facts(grant.models().stream());
    }

    /** Returns when a grant pays and what for, in a line. @param models its models as the page shows them */
    public static Content terms(CreditGrant grant, Content models, Instant now, ZoneId zone) {
        String until = expiry(grant, zone);
        if (grant.isAhead(now)) {
            String begin = begin(grant.startsAt(), zone);
            return grant.isOfSandbox()
                    ? rich("From {begin} until {time}, for {models}, sandbox responses only", begin, until, models)
                    : rich("From {begin} until {time}, for {models}", begin, until, models);
        }
        if (grant.expiresAt() == null) {
            return grant.isOfSandbox()
                    ? rich("Never expires, for {models}, sandbox responses only", models)
                    : rich("Never expires, for {models}", models);
        }
        return grant.isOfSandbox()
                ? rich("Until {time}, for {models}, sandbox responses only", until, models)
                : rich("Until {time}, for {models}", until, models);
    }

    /** Returns what kind of grant it is. */
    private static String kind(CreditGrant grant) {
        return switch (grant.kind()) {
            case GIFT -> say("gift");
            case VOUCHER -> say("voucher");
            case PLAN -> say("plan");
            case REFUND -> say("refund");
        };
    }

    /** Returns a limit with its use, such as {@code 20 in 5 hours: 20 used until 28 Nov 14:00}. */
    public static String limit(LimitUse limit, Money money, ZoneId zone) {
        return say(
                "{amount} in {n} hour: {used} used until {time} | {amount} in {n} hours: {used} used until {time}",
                money.sum(limit.micros()),
                limit.hours(),
                money.sum(limit.usedMicros()),
                RESET.format(limit.resetsAt().atZone(zone)));
    }

    /** Returns how much of a grant is gone, from 0 to 100. */
    public static long percent(CreditGrant grant) {
        long gone = grant.creditsMicros() - grant.leftMicros();
        return gone == 0 ? 0 : Math.clamp(gone / Math.max(1, grant.creditsMicros() / 100), 1, 100);
    }

    /** Returns the state of a grant in a word. */
    public static String end(CreditGrant grant, Instant now) {
        return grant.stateAt(now).word().said();
    }

    /** Returns grants by number, such as {@code grants 7 and 9}. @param text as a call or an entry has it */
    public static String names(String text) {
        return names(PaidBy.of(text).shares(), share -> Long.toString(share.grant()));
    }

    /** Returns who paid a call, in a sentence with the amounts. @param text as the call has it */
    public static String paid(String text, long chargedMicros, Function<Long, String> amount) {
        PaidBy paid = PaidBy.of(text);
        String grants = names(
                paid.shares(),
                share -> say("{number} ({amount})", Long.toString(share.grant()), amount.apply(share.micros())));
        return paid.micros() < chargedMicros
                ? say("Paid by {grants}, general credits the rest.", grants)
                : say("Paid by {grants}.", grants);
    }

    private static String names(List<Share> shares, Function<Share, String> name) {
        String names = Joined.all(shares.stream().map(name));
        return shares.size() == 1 ? say("grant {number}", names) : say("grants {numbers}", names);
    }
}
