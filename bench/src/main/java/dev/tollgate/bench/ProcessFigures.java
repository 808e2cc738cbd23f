package dev.tollgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux says about a process in {@code /proc}. */
final class ProcessFigures {
    /** USER_HZ is 100 on every architecture that Linux and a JDK share, so a tick is 10 ms. */
    private static final long MICROS_PER_TICK = 10_000;

    /** utime and stime are fields 14 and 15; counted from the state, the first field behind the name. */
    private static final int UTIME = 11;

    private ProcessFigures() {}

    /** CPU time in user and kernel mode of all its threads, ended ones too; a multiple of 10 ms. */
    static long cpuMicros(long pid) {
        return cpuMicros(read(pid, "stat"));
    }

    /** Returns the CPU time of a process and of its children that have ended. */
    static long cpuMicrosWithEnded(long pid) {
        String[] fields = fields(read(pid, "stat"));
        return cpuMicros(read(pid, "stat"))
                + (Long.parseLong(fields[UTIME + 2]) + Long.parseLong(fields[UTIME + 3])) * MICROS_PER_TICK;
    }

    static long cpuMicros(String stat) {
        String[] fields = fields(stat);
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1])) * MICROS_PER_TICK;
    }

    private static String[] fields(String stat) {
        // The name stands in parentheses and may contain anything, so only what is behind the last one has fixed
        // places.
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }

    /** Resident memory in KiB. */
    static long residentKib(long pid) {
        return residentKib(read(pid, "status"));
    }

    static long residentKib(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no VmRSS"));
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid + " has ended", e);
        }
    }
}
