package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.base.words.TimeForm;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.grants.CreditGrant.LimitUse;
import dev.tollgate.books.grants.GrantsNow;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.grants.PaidBy.Share;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The words for grants on pages, the customer's and the operator's. */
public final class GrantWords {

    /** The most grants that a sentence names. */
    private static final int NAMED_MAX = 3;

    private static final TimeForm DAY = TimeForm.LONG_DAY;
    private static final TimeForm TIME = TimeForm.MINUTE_OF_YEAR;
    private static final TimeForm RESET = TimeForm.MINUTE;

    private GrantWords() {}

    /** Returns what each part of a balance has, such as {@code 1,000 general, 400 of grant 7 until 28 December 2026}; null without grants. */
    public static @Nullable String parts(GrantsNow now, Money money, ZoneId zone) {
        if (now.isEmpty()) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        parts.add(money.sum(now.generalMicros()) + " general");
        List<CreditGrant> grants = now.grants();
        int named = grants.size() > NAMED_MAX ? NAMED_MAX - 1 : grants.size();
        for (CreditGrant grant : grants.subList(0, named)) {
            String until = grant.expiresAt() == null ? "" : " until " + day(grant.expiresAt(), zone);
            parts.add(money.sum(grant.leftMicros()) + " of grant " + grant.number() + until);
        }
        if (named < grants.size()) {
            long others = grants.stream()
                    .skip(named)
                    .mapToLong(CreditGrant::leftMicros)
                    .sum();
            parts.add(money.sum(others) + " of " + (grants.size() - named) + " other grants");
        }
        return String.join(", ", parts);
    }

    private static String day(Instant at, ZoneId zone) {
        return DAY.format(at.atZone(zone));
    }

    /** Returns when a grant expires: the day alone if it does so at midnight. */
    public static String expiry(CreditGrant grant, ZoneId zone) {
        Instant at = grant.expiresAt();
        if (at == null) {
            return "never";
        }
        boolean isMidnight = at.atZone(zone).toLocalTime().toSecondOfDay() == 0;
        return isMidnight ? day(at, zone) : TIME.format(at.atZone(zone));
    }

    /** Returns what a grant pays for. */
    public static String models(CreditGrant grant) {
        return grant.models().isEmpty() ? "all models" : String.join(", ", grant.models());
    }

    /** Returns a limit with its use, such as {@code 20 in 5 hours: 20 used until 28 Nov 14:00}. */
    public static String limit(LimitUse limit, Money money, ZoneId zone) {
        return money.sum(limit.micros()) + " in " + Display.count(limit.hours(), "hour") + ": "
                + money.sum(limit.usedMicros()) + " used until "
                + RESET.format(limit.resetsAt().atZone(zone));
    }

    /** Returns how much of a grant is gone, from 0 to 100. */
    public static long percent(CreditGrant grant) {
        long gone = grant.creditsMicros() - grant.leftMicros();
        return gone == 0 ? 0 : Math.clamp(gone / Math.max(1, grant.creditsMicros() / 100), 1, 100);
    }

    /** Returns why a grant has nothing left. */
    public static String end(CreditGrant grant) {
        return grant.lapsedMicros() > 0 ? "expired" : grant.endedAt() == null ? "used up" : "ended";
    }

    /** Returns grants by number, such as {@code grants 7 and 9}. @param text as a call or an entry has it */
    public static String names(String text) {
        return names(PaidBy.of(text).shares(), share -> Long.toString(share.grant()), "");
    }

    /** Returns who paid a call, in a sentence with the amounts. @param text as the call has it */
    public static String paid(String text, long chargedMicros, Function<Long, String> amount) {
        PaidBy paid = PaidBy.of(text);
        String rest = paid.micros() < chargedMicros ? "general credits the rest" : "";
        return "Paid by "
                + names(paid.shares(), share -> share.grant() + " (" + amount.apply(share.micros()) + ")", rest)
                + ".";
    }

    private static String names(List<Share> shares, Function<Share, String> name, String rest) {
        List<String> names = shares.stream().map(name).collect(Collectors.toList());
        String last = names.removeLast();
        String grants = names.isEmpty() ? "grant " + last : "grants " + String.join(", ", names) + " and " + last;
        return rest.isEmpty() ? grants : grants + ", " + rest;
    }
}
