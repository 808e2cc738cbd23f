package dev.tollgate.bench;

/**
 * One phase on one server.
 *
 * @param cpuMicros the server process's own during the phase; -1 where none is measured (direct)
 * @param residentKib after the phase; -1 if it is not measured
 * @param allocatedBytes on the server's heap during the phase; -1 where it is no JVM, or not asked
 */
record Measurement(
        int round,
        String server,
        Kind kind,
        int connections,
        LoadResult load,
        long cpuMicros,
        long residentKib,
        long allocatedBytes) {
    static final String HEADER =
            "run,round,server,kind,connections,cpu_micros,resident_kib,cpu_micros_per_call,cpu_micros_per_event,"
                    + LoadResult.HEADER + ",allocated_bytes,allocated_bytes_per_call,allocated_bytes_per_event";

    double cpuMicrosPerCall() {
        return perCall(cpuMicros);
    }

    /** Over upstream events, whatever number of chunks they became. */
    double cpuMicrosPerEvent() {
        return perEvent(cpuMicrosPerCall());
    }

    double allocatedBytesPerCall() {
        return perCall(allocatedBytes);
    }

    double allocatedBytesPerEvent() {
        return perEvent(allocatedBytesPerCall());
    }

    private double perCall(long total) {
        return total < 0 || load.calls() == 0 ? Double.NaN : (double) total / load.calls();
    }

    /** How many events came before the upstream noticed a departure is unknown. A session is more than its events. */
    private double perEvent(double perCall) {
        return kind.leaving() || kind.isSession() ? Double.NaN : perCall / kind.events();
    }

    String csv(String run) {
        return String.join(
                ",",
                run,
                Integer.toString(round),
                server,
                kind.label(),
                Integer.toString(connections),
                Long.toString(cpuMicros),
                Long.toString(residentKib),
                Figures.plain(cpuMicrosPerCall()),
                Figures.plain(cpuMicrosPerEvent()),
                load.csv(),
                allocatedBytes < 0 ? "" : Long.toString(allocatedBytes),
                Figures.plain(allocatedBytesPerCall()),
                Figures.plain(allocatedBytesPerEvent()));
    }
}
