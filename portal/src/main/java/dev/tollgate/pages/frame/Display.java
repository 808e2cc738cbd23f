package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.money.Credits;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Signs;
import dev.tollgate.base.words.TimeForm;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The form of figures on pages, in the language of now. Pure functions, without floating point. */
public final class Display {

    static final long CREDIT = 1_000_000;
    private static final long CREDITS_A_DOLLAR = 200;

    private static final long MEGABYTE = 1_000_000;
    private static final int EXACT = 6;
    static final long MICROS_A_DOLLAR = CREDITS_A_DOLLAR * CREDIT;

    private Display() {}

    /** Returns a day without its year. */
    public static String dayOfMonth(LocalDate day) {
        return TimeForm.DAY_OF_MONTH.format(day);
    }

    public static String month(YearMonth month) {
        return TimeForm.LONG_MONTH.format(month);
    }

    /** Grouped, e.g. {@code 20,114}. */
    public static String number(long number) {
        return signs().number(number);
    }

    private static Signs signs() {
        return Language.now().signs();
    }

    /** Returns the price of a call: exact, with 2, 4 or 6 decimals, never three, which read as thousands. */
    public static String charge(long micros) {
        return signs().charge(micros);
    }

    /** The most decimals of a column's amounts. */
    public static int decimals(Stream<String> amounts) {
        return amounts.mapToInt(Display::decimals).max().orElse(0);
    }

    private static int decimals(String amount) {
        int point = amount.indexOf(signs().decimal());
        return point < 0 ? 0 : amount.length() - point - 1;
    }

    /** An amount with spaces as wide as digits behind it, so that a column's decimal points stand below each other. */
    public static String padded(String amount, int decimals) {
        int own = decimals(amount);
        return own == 0 ? amount : amount + "\u2007".repeat(Math.max(0, decimals - own));
    }

    /** Credits for a million tokens: in groups of three digits, with no more decimals than it has. */
    public static String price(long micros) {
        String text = Credits.text(micros);
        int point = text.indexOf('.');
        return number(micros / CREDIT) + (point < 0 ? "" : signs().decimal() + text.substring(point + 1));
    }

    /** Returns the exact amount, always with six decimals: for titles and ledgers. */
    public static String exact(long micros) {
        return signs().credits(micros, EXACT);
    }

    /** Returns a number for scripts, with six decimals at most. */
    public static String quotient(long number, long by) {
        return BigDecimal.valueOf(number)
                .divide(BigDecimal.valueOf(by), 6, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    /** Returns an interpolated time: {@code about 0.7 s}, {@code over 10 s}; a dash if it is below zero, which means not known. */
    public static String about(long millis) {
        if (millis < 0) {
            return "–";
        }
        if (millis == Long.MAX_VALUE) {
            return say("over {seconds} s", "10");
        }
        return millis < 100
                ? say("about {milliseconds} ms", millis)
                : say("about {seconds} s", written(BigDecimal.valueOf(millis, 3).setScale(1, RoundingMode.HALF_UP)));
    }

    /** Returns a number with the language's decimal sign, without groups. */
    private static String written(BigDecimal number) {
        return number.toPlainString().replace('.', signs().decimal());
    }

    /** Returns a part of a whole in percent with one decimal, {@code 1.6 %}; a dash if there is no whole. */
    public static String percent(long part, long whole) {
        if (whole == 0) {
            return "–";
        }
        BigDecimal percent =
                BigDecimal.valueOf(part).movePointRight(2).divide(BigDecimal.valueOf(whole), 1, RoundingMode.HALF_UP);
        String text = written(percent);
        return say(
                "{percent} %",
                (percent.signum() < 0 ? "−" : "")
                        + number(percent.abs().longValue())
                        + text.substring(text.length() - 2));
    }

    /** E.g. {@code 21 Nov 14:03:09}. */
    public static String time(Instant instant, ZoneId zone) {
        return TimeForm.SECOND.format(instant.atZone(zone));
    }

    /** E.g. {@code 21 Nov 2026, 14:03:09.412 Europe/Berlin}: for titles. */
    public static String fullTime(Instant instant, ZoneId zone) {
        return say("time::{time} {zone}", TimeForm.MILLISECOND.of(instant.atZone(zone)), zone.getId());
    }

    /** E.g. {@code 21 Nov 2026}. */
    public static String day(Instant instant, ZoneId zone) {
        return day(LocalDate.ofInstant(instant, zone));
    }

    /** Returns a day, formatted in the same way. */
    public static String day(LocalDate day) {
        return TimeForm.DAY.format(day);
    }

    /** Returns how long ago, in the largest unit; never if there is no instant. */
    public static String ago(@Nullable Instant instant, Instant now) {
        if (instant == null) {
            return say("never");
        }
        Duration passed = Duration.between(instant, now);
        if (passed.toMinutes() < 1) {
            return say("just now");
        }
        if (passed.toHours() < 1) {
            return say("{n} minute ago | {n} minutes ago", passed.toMinutes());
        }
        if (passed.toDays() < 1) {
            return say("{n} hour ago | {n} hours ago", passed.toHours());
        }
        return say("{n} day ago | {n} days ago", passed.toDays());
    }

    /** E.g. {@code 1,205 MB}, rounded up. */
    public static String megabytes(long bytes) {
        return say("{megabytes} MB", (bytes + MEGABYTE - 1) / MEGABYTE);
    }

    /** E.g. {@code 1 key}, {@code 2 keys}. */
    public static String count(long number, String noun) {
        return number(number) + " " + noun + (number == 1 ? "" : "s");
    }

    /** E.g. {@code 1 search}, {@code 2 searches}. */
    public static String searches(long number) {
        return say("{n} search | {n} searches", number);
    }

    /** A refusal, and when to try again, in whole seconds. @param refusal a sentence */
    public static String later(String refusal, Duration wait) {
        return say("{a} {b}", refusal, say("Try again in {seconds} seconds.", String.valueOf(wait.toSeconds() + 1)));
    }

    /** Returns how long something took, in the same unit for all rows of a column: {@code 0.64 s}; minutes where seconds would have to be divided. */
    public static String seconds(long millis) {
        if (millis >= 600_000) {
            return say("{minutes} min", number(millis / 60_000));
        }
        if (millis >= 60_000) {
            return took(millis);
        }
        if (millis < 5) {
            return "<" + seconds(10);
        }
        return say("{seconds} s", written(BigDecimal.valueOf(millis, 3).setScale(2, RoundingMode.HALF_UP)));
    }

    /** Returns how long something took, e.g. {@code 340 ms}, {@code 6.2 s}, {@code 2 min 5 s}. */
    public static String took(long millis) {
        if (millis < 1_000) {
            return say("{milliseconds} ms", millis);
        }
        if (millis < 60_000) {
            return say("{seconds} s", millis / 1_000 + String.valueOf(signs().decimal()) + millis % 1_000 / 100);
        }
        return say("{minutes} min {seconds} s", millis / 60_000, millis % 60_000 / 1_000);
    }
}
