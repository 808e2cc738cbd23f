/**
 * Trials that try to lose money: crashes, races, failing disks, clocks that jump. Each prints its seed, and can be run again with
 * it. Beside them, random bodies on their way to an upstream, compared with what a former program makes of them.
 */
package dev.tollgate.stress;
