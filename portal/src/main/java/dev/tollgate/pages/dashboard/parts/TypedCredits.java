package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.base.money.Credits;
import dev.tollgate.pages.frame.Money;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/** The worth of amounts as people type them: credits with up to six decimals, thousands grouped or not. */
public final class TypedCredits {

    /** The most that could be chosen once. */
    private static final BigDecimal STORED_MAX = new BigDecimal(1_000_000_000_000L);

    private static final Pattern TYPED = Pattern.compile("([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})(\\.[0-9]{1,6})?");

    private static final int DECIMALS = 6;
    private static final int CREDITS_A_DOLLAR = 200;

    private TypedCredits() {}

    /** Returns micro-credits. @throws IllegalArgumentException with a sentence if the text is no amount */
    public static long micros(String typed, Money money) {
        String amount = typed.startsWith("$") ? typed.substring(1) : typed;
        if (!TYPED.matcher(amount).matches()) {
            throw new IllegalArgumentException(
                    "Type an amount such as " + (money == Money.DOLLARS ? "5.00." : "1,000."));
        }
        BigDecimal number = new BigDecimal(amount.replace(",", ""));
        return number.min(STORED_MAX)
                .movePointRight(DECIMALS)
                .multiply(BigDecimal.valueOf(money == Money.DOLLARS ? CREDITS_A_DOLLAR : 1))
                .longValueExact();
    }

    /** Returns an amount as people type it in a unit. */
    public static String of(long micros, Money money) {
        return money == Money.DOLLARS ? Credits.dollars(micros) : Credits.text(micros);
    }
}
