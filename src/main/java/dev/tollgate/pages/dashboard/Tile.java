package dev.tollgate.pages.dashboard;

/**
 * A figure that stands for itself, at the top of a page.
 *
 * @param figure its name among the live ones
 * @param exact what the title says of it
 * @param about a line below it
 * @param href what it is made of; empty: nothing leads there
 */
public record Tile(String label, String figure, String text, String exact, String about, String href) {

    Tile(String label, String figure, String text, String exact, String about) {
        this(label, figure, text, exact, about, "");
    }
}
