package dev.tollgate.pages.dashboard.requests;

import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.pages.dashboard.parts.BudgetBar;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The sentences on pages for calls that credits or a limit did not cover. Pure. */
public final class ShortageWords {

    private static final TimeForm DAY = TimeForm.CLOCK_ON_DAY;

    private ShortageWords() {}

    /**
     * Returns the text for a call that has just been refused.
     *
     * @param whose what has the limit, if it is a key's, e.g. {@code Key 'ci'}
     * @param running calls of the account
     */
    public static String now(Shortage shortage, String whose, int running, Instant now) {
        return switch (shortage) {
            case Shortage.OfCredits credits ->
                "Not enough credits. "
                        + (credits.leastMicros() == null
                                ? "None are free"
                                : "This call needs " + Display.charge(credits.leastMicros())
                                        + " credits up front. You have " + free(credits, Money.CREDITS))
                        + (credits.heldMicros() == 0 ? "" : "; " + held(credits.heldMicros(), running)) + ".";
            case Shortage.OfLimit limit ->
                used(limit, whose, "has", "needs", Money.CREDITS)
                        + (limit.heldMicros() == 0
                                ? ". " + again(limit, now, ZoneOffset.UTC)
                                : "; " + held(limit.heldMicros(), running) + ".");
        };
    }

    /**
     * Returns the text for a refused call: what it lacked, in the words of pages, or the error message that the caller got.
     *
     * @param keyName name of its key, if it had one
     * @param zone of the page
     */
    public static String of(RefusedCall call, String keyName, Instant now, Money money, ZoneId zone) {
        Shortage shortage = call.shortage();
        return shortage == null
                ? call.message()
                : then(shortage, call.keyId().isEmpty() ? "The playground" : "Key '" + keyName + "'", now, money, zone);
    }

    /** Returns the text for a call that was refused in the past: the current holds say nothing about it. */
    static String then(Shortage shortage, String whose, Instant now, Money money, ZoneId zone) {
        return switch (shortage) {
            case Shortage.OfCredits credits ->
                "Not enough credits. "
                        + (credits.leastMicros() == null
                                ? "None were free"
                                : "This call needed " + amount(credits.leastMicros(), money) + money.unit()
                                        + " up front. You had " + free(credits, money))
                        + heldThen(credits.heldMicros(), money);
            case Shortage.OfLimit limit -> {
                Instant freesAt = limit.freesAt();
                boolean isOver = freesAt != null && !freesAt.isAfter(now);
                boolean lasts = limit.heldMicros() == 0 && !isOver && !isTooLow(limit);
                yield used(limit, whose, lasts ? "has" : "had", lasts ? "needs" : "needed", money)
                        + (lasts ? ". " + again(limit, now, zone) : heldThen(limit.heldMicros(), money));
            }
        };
    }

    private static String free(Shortage.OfCredits credits, Money money) {
        return credits.freeMicros() == 0 ? "none" : amount(credits.freeMicros(), money);
    }

    private static String held(long micros, int running) {
        return Display.charge(micros) + " are held by "
                + (running == 0 ? "running calls" : Display.count(running, "running call")) + " and come back when "
                + (running == 1 ? "it ends" : "they end");
    }

    private static String heldThen(long micros, Money money) {
        return micros == 0 ? "." : "; " + amount(micros, money) + " were held by running calls.";
    }

    private static String used(Shortage.OfLimit limit, String whose, String has, String needs, Money money) {
        String who = who(limit, whose) + " " + has + " used ";
        boolean all = limit.usedMicros() >= limit.limitMicros() && !isTooLow(limit);
        String part = all ? "its " : amount(limit.usedMicros(), money) + " of its ";
        String when =
                switch (limit.window()) {
                    case HOUR -> " for the hour";
                    case DAY -> has.equals("has") ? " for today" : " for the day";
                    case WEEK -> has.equals("has") ? " for this week" : " for the week";
                    case MONTH -> has.equals("has") ? " for this month" : " for the month";
                    case TOTAL -> "";
                };
        return who
                + part
                + whole(limit.limitMicros(), money)
                + money.unit()
                + when
                + (limit.owner().kind() == Owner.ACCOUNT ? " with all its keys" : "")
                + (all ? "" : " and this call " + needs + " " + amount(limit.leastMicros(), money) + " up front");
    }

    private static String who(Shortage.OfLimit limit, String whose) {
        return switch (limit.owner().kind()) {
            case KEY -> whose;
            case MEMBER -> "Its member";
            case TEAM ->
                limit.owner().name().isEmpty()
                        ? "Its team"
                        : "Team '" + limit.owner().name() + "'";
            case ACCOUNT -> "This account";
        };
    }

    /** Limits are mostly round. */
    private static String whole(long micros, Money money) {
        if (money == Money.DOLLARS) {
            return money.sum(micros);
        }
        return micros % 1_000_000 == 0 ? Display.number(micros / 1_000_000) : Display.charge(micros);
    }

    private static String amount(long micros, Money money) {
        return money == Money.CREDITS ? Display.charge(micros) : money.each(micros);
    }

    /** Returns whether the call would be refused even if nothing had been used. */
    private static boolean isTooLow(Shortage.OfLimit limit) {
        return limit.leastMicros() > limit.limitMicros();
    }

    private static String again(Shortage.OfLimit limit, Instant now, ZoneId zone) {
        if (isTooLow(limit)) {
            return "It takes a higher limit.";
        }
        String it = limit.owner().kind() == Owner.KEY ? "It works" : "Its keys work";
        @Nullable Instant freesAt = limit.freesAt();
        if (freesAt == null) {
            return it + " again when the limit is raised.";
        }
        String time = limit.zone() == null ? BudgetBar.clock(freesAt, zone) : DAY.format(freesAt.atZone(limit.zone()));
        return it + " again at " + time + ", in " + in(Duration.between(now, freesAt)) + ".";
    }

    private static String in(Duration wait) {
        long minutes = Math.max(1, wait.plusSeconds(59).toMinutes());
        if (minutes >= 2 * 24 * 60) {
            return minutes / (24 * 60) + " days";
        }
        return (minutes < 60 ? "" : minutes / 60 + " h ") + minutes % 60 + " min";
    }
}
