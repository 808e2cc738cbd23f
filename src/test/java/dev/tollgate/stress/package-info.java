/**
 * Trials that try to lose money: crashes, races, failing disks, clocks that jump. Each prints its seed, and can be run again with
 * it.
 */
package dev.tollgate.stress;
