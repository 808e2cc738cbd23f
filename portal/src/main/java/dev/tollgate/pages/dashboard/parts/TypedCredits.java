package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.money.Credits;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.http.Form;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.words.TypedNumber;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The worth of amounts as people type them: dollars or credits with up to six decimals, thousands grouped or not. A form names the unit that it
 * shows ({@code part/unit.jte}), since the person may switch the unit of the pages before the form is sent.
 */
public final class TypedCredits {

    /** The field of a form that names the unit of its amounts. */
    public static final String UNIT = "unit";

    /** The sentence about an amount in a form that names no unit. */
    public static final Sentence UNIT_MISSING = sentence(
            "The form did not say whether this is in dollars or credits. Check the amount, then send it again.");

    /** The most that could be chosen once. */
    private static final BigDecimal STORED_MAX = new BigDecimal(1_000_000_000_000L);

    private static final Pattern TYPED = Pattern.compile("([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})(\\.[0-9]{1,6})?");

    private static final int DECIMALS = 6;
    private static final int CREDITS_A_DOLLAR = 200;

    private TypedCredits() {}

    /** Returns the unit in which a form showed its amounts; null if the form does not name it. */
    public static @Nullable Money unit(Form form) {
        return Arrays.stream(Money.values())
                .filter(unit -> unit.word().equals(form.text(UNIT)))
                .findFirst()
                .orElse(null);
    }

    /** Returns the unit in which a form is shown again: its own, or the page's if it names none. */
    public static Money unit(Form form, Money ofPage) {
        return Objects.requireNonNullElse(unit(form), ofPage);
    }

    /** Returns the unit of a form that has an amount. @throws IllegalArgumentException with a sentence if the form does not name it */
    public static Money neededUnit(Form form) {
        Money unit = unit(form);
        if (unit == null) {
            throw new Mistake(UNIT_MISSING);
        }
        return unit;
    }

    /** Returns micro-credits. @throws IllegalArgumentException with a sentence if the text is no amount */
    public static long micros(String typed, Money money) {
        String ascii = TypedNumber.ascii(typed);
        String amount = ascii.startsWith("$") ? ascii.substring(1) : ascii;
        if (!TYPED.matcher(amount).matches()) {
            throw new IllegalArgumentException(
                    money == Money.DOLLARS
                            ? say("Type an amount such as 5.00.")
                            : say("Type an amount such as 1,000."));
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
