package dev.tollgate.pages.dashboard.parts;

import java.text.Normalizer;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Locale;

/** The names of an account's files: whose, when and what, e.g. {@code northwind-2026-11-by-team.csv}. Pure. */
public final class FileName {

    private static final int ACCOUNT_CHARS_MAX = 40;

    private FileName() {}

    /** @param account its name @param what e.g. {@code by-team} */
    public static String of(String account, YearMonth month, String what) {
        return slug(account) + "-" + month + "-" + what + ".csv";
    }

    /** Returns the name for all time. */
    public static String of(String account, String what) {
        return slug(account) + "-" + what + ".csv";
    }

    /** Returns the name for some days. The days of a whole month have the month's name. */
    public static String of(String account, LocalDate first, LocalDate last, String what) {
        YearMonth month = YearMonth.from(first);
        return first.equals(month.atDay(1)) && last.equals(month.atEndOfMonth())
                ? of(account, month, what)
                : slug(account) + "-" + first + (first.equals(last) ? "" : "-to-" + last) + "-" + what + ".csv";
    }

    /** Returns letters and digits of ASCII with hyphens between words, of an e-mail address the name; {@code account} if there are none. */
    private static String slug(String account) {
        String ascii = Normalizer.normalize(account.replaceAll("@.*", ""), Normalizer.Form.NFKD)
                .replaceAll("\\p{M}", "");
        String words = ascii.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String cut =
                words.substring(0, Math.min(ACCOUNT_CHARS_MAX, words.length())).replaceAll("^-|-$", "");
        return cut.isEmpty() ? "account" : cut;
    }
}
