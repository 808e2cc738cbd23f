package dev.tollgate.portal;

/**
 * A figure that stands for itself, at the top of a page.
 *
 * @param figure its name among the live ones
 * @param exact what the title says of it
 * @param about a line below it
 */
public record Tile(String label, String figure, String text, String exact, String about) {}
