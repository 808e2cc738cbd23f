package dev.tollgate.customers.payments;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.util.Arrays;

/** The reason why a notice of a payment has no effect. The books keep it in English. */
public enum Blame {
    NOT_OURS(sentence("not a payment of this server")),
    OTHER_CHANNEL(sentence("the payment belongs to another channel")),
    NO_SESSION_YET(sentence("the session of this payment is not stored yet")),
    OTHER_SESSION(sentence("another session than the one of this payment")),
    PAID_ALREADY(sentence("paid already")),
    OTHER_AMOUNT(sentence("the amount differs from the payment's amount")),
    OTHER_PAYMENT(sentence("the money belongs to another payment")),
    NO_VERSION(sentence("the version of its plan is not here, or has other terms")),
    NO_PAYMENT(sentence("the event names no payment")),
    NO_ROOM(sentence("the account cannot hold the credits")),
    OTHER_MODE(sentence("the event and the key differ in mode (live or test)")),
    NOT_PAID(sentence("the session is complete, but not paid")),
    NOT_OUR_PAGE(sentence("not a payment page of this server")),
    NO_AMOUNT(sentence("no amount")),
    OTHER_CURRENCY(sentence("the currency is not US dollars"));

    private final Sentence words;

    Blame(Sentence words) {
        this.words = words;
    }

    /** Returns it as the books keep it. */
    public String kept() {
        return words.english();
    }

    /** Returns the words of what the books keep; of an older version they are as they are. */
    public static Sentence words(String kept) {
        return Arrays.stream(values())
                .filter(blame -> blame.kept().equals(kept))
                .map(blame -> blame.words)
                .findFirst()
                .orElseGet(() -> Sentence.asItIs(kept));
    }
}
