package dev.tollgate.ledger;

/**
 * Under which somebody asks for a movement of money, so that a repeated request does it once. Good within its account, for good.
 *
 * @param text 1 to {@value #CHARS_MAX} printable ASCII characters without spaces
 */
public record RequestId(String text) {

    static final int CHARS_MAX = 128;

    public RequestId {
        if (!text.matches("[!-~]{1," + CHARS_MAX + "}")) {
            throw new IllegalArgumentException(
                    "a request's id has 1 to " + CHARS_MAX + " printable ASCII characters without spaces");
        }
    }
}
