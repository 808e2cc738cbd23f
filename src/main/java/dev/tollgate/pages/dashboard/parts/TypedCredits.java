package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.pages.frame.Display;
import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Amounts as people type them: credits with up to six decimals, thousands grouped or not. */
public final class TypedCredits {

    public static final String COMPLAINT = "Credits like 20 or 0.5, up to 1,000,000,000,000 with at most 6 decimals.";

    private static final BigDecimal MAX = new BigDecimal(1_000_000_000_000L);
    private static final Pattern TYPED = Pattern.compile("([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})(\\.[0-9]{1,6})?");

    private TypedCredits() {}

    /** Returns the worth of the credits; empty if the text is not an amount. */
    public static String dollars(String typed) {
        Long micros = micros(typed);
        return micros == null ? "" : Display.dollars(micros);
    }

    /** @return micro-credits ≥ 0; null if it is not an amount */
    public static @Nullable Long micros(String typed) {
        if (!TYPED.matcher(typed).matches()) {
            return null;
        }
        BigDecimal credits = new BigDecimal(typed.replace(",", ""));
        return credits.compareTo(MAX) > 0 ? null : credits.movePointRight(6).longValueExact();
    }
}
