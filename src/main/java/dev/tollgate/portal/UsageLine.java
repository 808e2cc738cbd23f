package dev.tollgate.portal;

/**
 * A row of the usage page, in finished texts.
 *
 * @param href its calls; empty for none
 * @param share of all credits, in hundredths
 */
public record UsageLine(
        String label,
        String href,
        long share,
        String calls,
        String failed,
        String in,
        String out,
        String credits,
        String exact) {}
