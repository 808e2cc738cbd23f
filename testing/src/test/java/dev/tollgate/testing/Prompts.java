package dev.tollgate.testing;

/** What tests ask. */
public final class Prompts {

    /** Held for as 1,321 tokens by its bytes: an upstream that reports a thousand of them is believed (D53). */
    public static final String LONG = "Tell me" + " more".repeat(250);

    private Prompts() {}
}
