package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.pages.frame.Money;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/** The worth of amounts as people type them: credits with up to six decimals, thousands grouped or not. */
public final class TypedCredits {

    /** The most that could be chosen once. */
    private static final BigDecimal STORED_MAX = new BigDecimal(1_000_000_000_000L);

    private static final Pattern TYPED = Pattern.compile("([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})(\\.[0-9]{1,6})?");

    private TypedCredits() {}

    /** Returns the worth of the credits; empty if the text is not an amount. */
    public static String dollars(String typed) {
        if (!TYPED.matcher(typed).matches()) {
            return "";
        }
        BigDecimal credits = new BigDecimal(typed.replace(",", ""));
        return credits.compareTo(STORED_MAX) > 0
                ? ""
                : Money.DOLLARS.sum(credits.movePointRight(6).longValueExact());
    }
}
