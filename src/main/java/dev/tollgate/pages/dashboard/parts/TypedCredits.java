package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.base.fields.Field;
import dev.tollgate.pages.frame.Display;
import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Amounts as people type them: credits with up to six decimals, thousands grouped or not. */
public final class TypedCredits {

    public static final String COMPLAINT =
            "Credits like 20 or 0.5, up to " + Display.number(Field.CREDITS_MAX) + " with at most 6 decimals.";

    private static final long MICROS_MAX = Field.CREDITS_MAX * 1_000_000;

    /** The most that could be chosen once. */
    private static final BigDecimal STORED_MAX = new BigDecimal(1_000_000_000_000L);

    private static final Pattern TYPED = Pattern.compile("([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})(\\.[0-9]{1,6})?");

    private TypedCredits() {}

    /** Returns the worth of the credits; empty if the text is not an amount. */
    public static String dollars(String typed) {
        Long micros = read(typed);
        return micros == null ? "" : Display.dollars(micros);
    }

    /**
     * Returns micro-credits ≥ 0; null if the text is not an amount that can be chosen.
     *
     * @param stored the present amount, which may be more than can be chosen today; empty if there is none
     */
    public static @Nullable Long micros(String typed, String stored) {
        Long micros = read(typed);
        return micros == null || micros <= MICROS_MAX || micros.equals(read(stored)) ? micros : null;
    }

    private static @Nullable Long read(String typed) {
        if (!TYPED.matcher(typed).matches()) {
            return null;
        }
        BigDecimal credits = new BigDecimal(typed.replace(",", ""));
        return credits.compareTo(STORED_MAX) > 0
                ? null
                : credits.movePointRight(6).longValueExact();
    }
}
