package dev.tollgate.pages.dashboard.parts;

import java.text.Normalizer;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Locale;

/**
 * The name of an account's file: whose, when and what, e.g. {@code northwind-2026-11-by-team.csv}. Pure.
 *
 * @param ascii with the account's id instead of a name that ASCII cannot write, so that two accounts have two names
 * @param whole with the account's name in its own script; the same for a name in ASCII
 */
public record FileName(String ascii, String whole) {

    private static final int ACCOUNT_CHARS_MAX = 40;

    /** @param account its name @param id of the account @param what e.g. {@code by-team} */
    public static FileName of(String account, String id, YearMonth month, String what) {
        return named(account, id, "-" + month + "-" + what + ".csv");
    }

    /** Returns the name for all time. */
    public static FileName of(String account, String id, String what) {
        return named(account, id, "-" + what + ".csv");
    }

    /** Returns the name for some days. The days of a whole month have the month's name. */
    public static FileName of(String account, String id, LocalDate first, LocalDate last, String what) {
        YearMonth month = YearMonth.from(first);
        return first.equals(month.atDay(1)) && last.equals(month.atEndOfMonth())
                ? of(account, id, month, what)
                : named(account, id, "-" + first + (first.equals(last) ? "" : "-to-" + last) + "-" + what + ".csv");
    }

    private static FileName named(String account, String id, String rest) {
        String words = words(account);
        boolean isAscii = words.matches("[a-z0-9-]+");
        return new FileName((isAscii ? words : id) + rest, (words.isEmpty() ? id : words) + rest);
    }

    /** Returns letters and digits with hyphens between words, of an e-mail address the name; Latin letters without their marks. */
    private static String words(String account) {
        String plain = Normalizer.normalize(account.replaceAll("@.*", ""), Normalizer.Form.NFKD)
                .replaceAll("(?<=\\p{IsLatin})\\p{M}+", "");
        String words = Normalizer.normalize(plain, Normalizer.Form.NFC)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{M}\\p{N}]+", "-");
        int end = words.offsetByCodePoints(0, Math.min(ACCOUNT_CHARS_MAX, words.codePointCount(0, words.length())));
        return words.substring(0, end).replaceAll("^-|-$", "");
    }
}
