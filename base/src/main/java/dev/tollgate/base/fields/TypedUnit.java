package dev.tollgate.base.fields;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.fields.Field.Input;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.words.Sentence;
import java.math.BigDecimal;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.LongNode;

/** A unit in which forms ask people for an amount that bodies and commands have as a whole number of a smaller one. */
public enum TypedUnit {
    /** Percent, of which bodies have thousandths: 92.5 is 925. */
    PERCENT(1, "[0-9][0-9.,]* ?%?"),
    /** US dollars, of which bodies have cents: 9.50 is 950. */
    DOLLARS(2, "[$]? ?[0-9][0-9.,]*");

    private static final Pattern NUMBER = Pattern.compile("([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})([.][0-9]{1,12})?");

    private final int decimals;
    private final Pattern form;

    TypedUnit(int decimals, String form) {
        this.decimals = decimals;
        this.form = Pattern.compile(form);
    }

    /** Returns the whole number of a text, with or without the sign of the unit; null if the text is none, or no whole number is exactly as much. */
    public @Nullable Long read(String text) {
        String typed = text.strip();
        String number = typed.replaceAll("[$%]", "").strip();
        if (!form.matcher(typed).matches() || !NUMBER.matcher(number).matches()) {
            return null;
        }
        BigDecimal amount = new BigDecimal(number.replace(",", ""));
        return amount.stripTrailingZeros().scale() > decimals
                ? null
                : amount.movePointRight(decimals).longValueExact();
    }

    /** Returns a whole number in this unit, as a form shows it: {@code 92.5}, {@code 9.50}. */
    public String text(long number) {
        BigDecimal amount = BigDecimal.valueOf(number, decimals);
        return this == PERCENT ? amount.stripTrailingZeros().toPlainString() : amount.toPlainString();
    }

    /**
     * Returns the input of a field with a whole number.
     *
     * @param label of the input, which a refusal names
     * @param allowed in this unit, as in {@code a percentage from 0.1 to 200 in steps of 0.1}
     */
    public Input input(Sentence label, Sentence allowed, LongPredicate isAllowed) {
        return new Input(label, null, "", text -> LongNode.valueOf(need(label, text, allowed, isAllowed)));
    }

    /** Returns the whole number of a text. Parameters as above. @throws Mistake with the label, the text and what is allowed */
    public long need(Sentence label, String text, Sentence allowed, LongPredicate isAllowed) {
        Long number = read(text);
        if (number == null || !isAllowed.test(number)) {
            throw new Mistake(
                    sentence("{field} is {value}; allowed is {allowed}.", label, MessageText.quoted(text), allowed));
        }
        return number;
    }
}
