package dev.tollgate.books.ledger;

import java.util.List;

/**
 * Identifies a movement of money within its account, for good: a repeated request moves nothing. Operators' ids have a space of their
 * own, so that none of them equals the id of a payment, a voucher or start credits.
 *
 * @param text as sent: 1 to {@value #CHARS_MAX} printable ASCII characters without spaces
 * @param isOperators whether an operator chose it
 */
public record RequestId(String text, boolean isOperators) {

    public static final int CHARS_MAX = 128;

    /** Ids of free credits, which operators cannot choose. */
    private static final List<String> RESERVED = List.of("start-", "sandbox-start-", "test-payment-");

    /** A prefix with a space, which no text has. */
    private static final String OPERATORS = "operator ";

    public RequestId {
        if (!text.matches("[!-~]{1," + CHARS_MAX + "}")) {
            throw new IllegalArgumentException("has 1 to " + CHARS_MAX + " printable ASCII characters without spaces");
        }
        if (isOperators && RESERVED.stream().anyMatch(text::startsWith)) {
            throw new IllegalArgumentException("must not begin with " + String.join(", ", RESERVED)
                    + ": Tollgate gives free credits under such ids");
        }
    }

    /** Makes an id of Tollgate. */
    public RequestId(String text) {
        this(text, false);
    }

    /** @throws IllegalArgumentException with the fault as the end of a sentence */
    public static RequestId ofOperator(String text) {
        return new RequestId(text, true);
    }

    /** Returns the sent text of an id in the table. */
    public static String sent(String stored) {
        return stored.startsWith(OPERATORS) ? stored.substring(OPERATORS.length()) : stored;
    }

    /** Returns the id as stored in the table. */
    String stored() {
        return isOperators ? OPERATORS + text : text;
    }
}
