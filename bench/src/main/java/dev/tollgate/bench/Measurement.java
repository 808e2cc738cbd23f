package dev.tollgate.bench;

/**
 * One phase on one server.
 *
 * @param cpuMicros the server process's own during the phase; -1 where none is measured (direct)
 * @param residentKib after the phase; -1 likewise
 */
record Measurement(
        int round, String server, Kind kind, int connections, LoadResult load, long cpuMicros, long residentKib) {
    static final String HEADER =
            "run,round,server,kind,connections,cpu_micros,resident_kib,cpu_micros_per_call,cpu_micros_per_event,"
                    + LoadResult.HEADER;

    double cpuMicrosPerCall() {
        return cpuMicros < 0 || load.calls() == 0 ? Double.NaN : (double) cpuMicros / load.calls();
    }

    /** Over upstream events, whatever number of chunks they became. */
    double cpuMicrosPerEvent() {
        return cpuMicrosPerCall() / kind.events();
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
                load.csv());
    }
}
