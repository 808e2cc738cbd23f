package dev.tollgate.app;

import java.time.Duration;

/**
 * Work that is done again and again, on a thread of its own each time.
 *
 * @param name the name of these threads
 */
record Sweep(String name, Duration every, Runnable work) {}
