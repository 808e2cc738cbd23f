package dev.tollgate.calls.jobs;

/**
 * A line of a batch's input as it came.
 *
 * @param number counts from 1 and passes over blank lines
 * @param place the offset of its first byte in the input
 * @param bytes without the end of the line
 */
public record Line(int number, long place, byte[] bytes) {}
