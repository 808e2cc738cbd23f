package dev.tollgate.models;

import dev.tollgate.base.words.Sentence;
import java.time.Instant;
import java.time.ZoneOffset;

/**
 * A change of a model within the next {@link Foresight#TELLS_CUSTOMERS}.
 *
 * @param model the model on sale
 * @param sentence the announcement to its users
 * @param keepsPrice whether the name and the price on sale stay
 * @param price a mark of the customer's new price; empty if this change is another one
 */
public record ModelChange(Model model, Instant at, Sentence sentence, boolean keepsPrice, String price) {

    /** Separates model and price in the key of a change; no id has it. */
    private static final String PRICE_MARK = "*";

    /** Returns the model, the new price if it is one, and the day of the change, without a comma. */
    public String key() {
        return subject() + price + day();
    }

    /** Returns whether this is a later word about the price of a change that was announced. @param key of that change */
    public boolean corrects(String key) {
        return !price.isEmpty() && !key.equals(key()) && key.startsWith(subject()) && key.endsWith(day());
    }

    /** Returns whether an announced change is not over at a time, whatever else that change is. */
    public static boolean isAhead(String key, Instant now) {
        String today = now.atZone(ZoneOffset.UTC).toLocalDate().toString();
        return key.substring(key.lastIndexOf('@') + 1).compareTo(today) >= 0;
    }

    private String subject() {
        return price.isEmpty() ? model.id() : model.id() + PRICE_MARK;
    }

    private String day() {
        return "@" + at.atZone(ZoneOffset.UTC).toLocalDate();
    }
}
