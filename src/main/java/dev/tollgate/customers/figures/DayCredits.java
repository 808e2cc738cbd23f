package dev.tollgate.customers.figures;

import java.time.LocalDate;

/**
 * The credits of a day's calls of one model or of one key.
 *
 * @param day of the span's zone
 * @param name the model as it was asked for, or the key's id
 * @param netMicros charged less refunded, micro-credits
 */
public record DayCredits(LocalDate day, String name, long netMicros) {}
