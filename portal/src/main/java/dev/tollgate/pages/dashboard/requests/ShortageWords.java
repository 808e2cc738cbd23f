package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.pages.dashboard.parts.BudgetBar;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.words.Joined;
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
                now(credits, credits.heldMicros() == 0 ? null : held(credits.heldMicros(), running), ZoneOffset.UTC);
            case Shortage.OfLimit limit -> {
                String used = used(limit, whose, true, Money.CREDITS);
                yield limit.heldMicros() == 0
                        ? Joined.sentences(say("{facts}.", used), again(limit, now, ZoneOffset.UTC))
                        : say("{facts}; {held}.", used, held(limit.heldMicros(), running));
            }
        };
    }

    private static String now(Shortage.OfCredits credits, @Nullable String held, ZoneId zone) {
        Long least = credits.leastMicros();
        Shortage.Withheld withheld = credits.withheld();
        if (least == null) {
            return held == null
                    ? say("Not enough credits. None are free.")
                    : say("Not enough credits. None are free; {held}.", held);
        }
        String needs = Display.charge(least);
        if (withheld != null) {
            String its = Display.charge(credits.freeMicros());
            return Joined.sentences(lacks(needs, its, withheld.model(), held), grant(withheld, Money.CREDITS, zone));
        }
        if (credits.freeMicros() == 0) {
            return held == null
                    ? say("Not enough credits. This call needs {least} credits up front. You have none.", needs)
                    : say(
                            "Not enough credits. This call needs {least} credits up front. You have none; {held}.",
                            needs,
                            held);
        }
        String free = Display.charge(credits.freeMicros());
        return held == null
                ? say("Not enough credits. This call needs {least} credits up front. You have {free}.", needs, free)
                : say(
                        "Not enough credits. This call needs {least} credits up front. You have {free}; {held}.",
                        needs,
                        free,
                        held);
    }

    /**
     * Returns the text for a refused call: what it lacked, in the words of pages. Without that the error message that the caller got; in another
     * language than English what its code means.
     *
     * @param keyName name of its key, if it had one
     * @param zone of the page
     */
    public static String of(RefusedCall call, String keyName, Instant now, Money money, ZoneId zone) {
        Shortage shortage = call.shortage();
        if (shortage == null) {
            return Language.now().isEnglish() ? call.message() : ErrorWords.of(call.code());
        }
        String whose = call.keyId().isEmpty() ? say("The playground") : say("Key '{key}'", keyName);
        return then(shortage, whose, now, money, zone);
    }

    /** Returns the text for a call that was refused in the past: the current holds say nothing about it. */
    static String then(Shortage shortage, String whose, Instant now, Money money, ZoneId zone) {
        return switch (shortage) {
            case Shortage.OfCredits credits ->
                then(credits, credits.heldMicros() == 0 ? null : amount(credits.heldMicros(), money), money, zone);
            case Shortage.OfLimit limit -> {
                Instant freesAt = limit.freesAt();
                boolean isOver = freesAt != null && !freesAt.isAfter(now);
                boolean lasts = limit.heldMicros() == 0 && !isOver && !isTooLow(limit);
                String used = used(limit, whose, lasts, money);
                yield lasts
                        ? Joined.sentences(say("{facts}.", used), again(limit, now, zone))
                        : limit.heldMicros() == 0
                                ? say("{facts}.", used)
                                : say(
                                        "{facts}; {held} were held by running calls.",
                                        used,
                                        amount(limit.heldMicros(), money));
            }
        };
    }

    private static String then(Shortage.OfCredits credits, @Nullable String held, Money money, ZoneId zone) {
        Long least = credits.leastMicros();
        Shortage.Withheld withheld = credits.withheld();
        if (least == null) {
            return held == null
                    ? say("Not enough credits. None were free.")
                    : say("Not enough credits. None were free; {held} were held by running calls.", held);
        }
        String needed = money.withUnit(amount(least, money));
        if (withheld != null) {
            String its = amount(credits.freeMicros(), money);
            return Joined.sentences(lacked(needed, its, withheld.model(), held), grant(withheld, money, zone));
        }
        if (credits.freeMicros() == 0) {
            return held == null
                    ? say("Not enough credits. This call needed {least} up front. You had none.", needed)
                    : say(
                            "Not enough credits. This call needed {least} up front. You had none; {held} were held by running calls.",
                            needed,
                            held);
        }
        String free = amount(credits.freeMicros(), money);
        return held == null
                ? say("Not enough credits. This call needed {least} up front. You had {free}.", needed, free)
                : say(
                        "Not enough credits. This call needed {least} up front. You had {free}; {held} were held by running calls.",
                        needed,
                        free,
                        held);
    }

    private static String lacks(String least, String free, String model, @Nullable String held) {
        return held == null
                ? say(
                        "Not enough credits. This call needs {least} credits up front. You have {free} for {model}.",
                        least,
                        free,
                        model)
                : say(
                        "Not enough credits. This call needs {least} credits up front. You have {free} for {model}; {held}.",
                        least,
                        free,
                        model,
                        held);
    }

    private static String lacked(String least, String free, String model, @Nullable String held) {
        return held == null
                ? say(
                        "Not enough credits. This call needed {least} up front. You had {free} for {model}.",
                        least,
                        free,
                        model)
                : say(
                        "Not enough credits. This call needed {least} up front. You had {free} for {model}; {held} were held by running calls.",
                        least,
                        free,
                        model,
                        held);
    }

    /** Returns why a grant does not give the call what is left in it. */
    private static String grant(Shortage.Withheld withheld, Money money, ZoneId zone) {
        String number = Long.toString(withheld.grant());
        Instant at = withheld.at();
        if (at == null) {
            return say("Grant {grant} pays only for {models}.", number, Joined.all(withheld.models().stream()));
        }
        String time = BudgetBar.in(TimeForm.MINUTE, at, zone);
        return withheld.hours() == 0
                ? say("Grant {grant} begins at {time}.", number, time)
                : say(
                        "Grant {grant} gives {amount} in {n} hour; its limit begins again at {time}."
                                + " | Grant {grant} gives {amount} in {n} hours; its limit begins again at {time}.",
                        number,
                        money.withUnit(amount(withheld.limitMicros(), money)),
                        withheld.hours(),
                        time);
    }

    private static String held(long micros, int running) {
        String held = Display.charge(micros);
        return running == 0
                ? say("{held} are held by running calls and come back when they end", held)
                : say(
                        "{held} are held by {n} running call and come back when it ends"
                                + " | {held} are held by {n} running calls and come back when they end",
                        held,
                        running);
    }

    /** Returns how much of the limit is used, as a part of a sentence. @param lasts whether that is still so */
    private static String used(Shortage.OfLimit limit, String whose, boolean lasts, Money money) {
        String who = who(limit, whose);
        String its = limit(limit, lasts, money);
        if (limit.usedMicros() < limit.limitMicros() || isTooLow(limit)) {
            return partly(limit, who, its, lasts, money);
        }
        if (limit.owner().kind() == Owner.ACCOUNT) {
            return lasts
                    ? say("{who} has used its {limit} with all its keys", who, its)
                    : say("{who} had used its {limit} with all its keys", who, its);
        }
        return lasts ? say("{who} has used its {limit}", who, its) : say("{who} had used its {limit}", who, its);
    }

    private static String partly(Shortage.OfLimit limit, String who, String its, boolean lasts, Money money) {
        String used = amount(limit.usedMicros(), money);
        String least = amount(limit.leastMicros(), money);
        if (limit.owner().kind() == Owner.ACCOUNT) {
            return lasts
                    ? say(
                            "{who} has used {used} of its {limit} with all its keys and this call needs {least} up front",
                            who,
                            used,
                            its,
                            least)
                    : say(
                            "{who} had used {used} of its {limit} with all its keys and this call needed {least} up front",
                            who,
                            used,
                            its,
                            least);
        }
        return lasts
                ? say(
                        "{who} has used {used} of its {limit} and this call needs {least} up front",
                        who,
                        used,
                        its,
                        least)
                : say(
                        "{who} had used {used} of its {limit} and this call needed {least} up front",
                        who,
                        used,
                        its,
                        least);
    }

    /** Returns a limit with its window. @param lasts whether it is the present one */
    private static String limit(Shortage.OfLimit limit, boolean lasts, Money money) {
        String amount = money.withUnit(whole(limit.limitMicros(), money));
        return switch (limit.window()) {
            case HOUR -> say("{limit} for the hour", amount);
            case DAY -> lasts ? say("{limit} for today", amount) : say("{limit} for the day", amount);
            case WEEK -> lasts ? say("{limit} for this week", amount) : say("{limit} for the week", amount);
            case MONTH -> lasts ? say("{limit} for this month", amount) : say("{limit} for the month", amount);
            case TOTAL -> say("limit::{limit}", amount);
        };
    }

    private static String who(Shortage.OfLimit limit, String whose) {
        return switch (limit.owner().kind()) {
            case KEY -> whose;
            case MEMBER -> say("Its member");
            case TEAM ->
                limit.owner().name().isEmpty()
                        ? say("Its team")
                        : say("Team '{team}'", limit.owner().name());
            case ACCOUNT -> say("This account");
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
            return say("It takes a higher limit.");
        }
        boolean isOfKey = limit.owner().kind() == Owner.KEY;
        @Nullable Instant freesAt = limit.freesAt();
        if (freesAt == null) {
            return isOfKey
                    ? say("It works again when the limit is raised.")
                    : say("Its keys work again when the limit is raised.");
        }
        String time = limit.zone() == null ? BudgetBar.clock(freesAt, zone) : DAY.format(freesAt.atZone(limit.zone()));
        String wait = in(Duration.between(now, freesAt));
        return isOfKey
                ? say("It works again at {time}, in {wait}.", time, wait)
                : say("Its keys work again at {time}, in {wait}.", time, wait);
    }

    private static String in(Duration wait) {
        long minutes = Math.max(1, wait.plusSeconds(59).toMinutes());
        if (minutes >= 2 * 24 * 60) {
            return say("{n} day | {n} days", minutes / (24 * 60));
        }
        return minutes < 60
                ? say("{minutes} min", minutes)
                : say("{hours} h {minutes} min", minutes / 60, minutes % 60);
    }
}
