package dev.tollgate.pages.dashboard;

/**
 * A row of the usage page, in finished texts.
 *
 * @param href its calls; empty for none
 * @param bar the length of its bar: hundredths of the largest row
 * @param share of all credits, as in {@code 27 %}
 */
public record UsageLine(
        String label,
        String href,
        long bar,
        String share,
        String calls,
        String failed,
        String in,
        String out,
        String credits,
        String exact) {}
