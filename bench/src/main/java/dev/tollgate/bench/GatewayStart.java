package dev.tollgate.bench;

/**
 * One start of a gateway that finds its database.
 *
 * @param readyMillis from the process's start until {@code /health/ready} said 200
 * @param billedMillis from the process's start until a call was answered that had its price
 * @param idleResidentKib a few seconds later, before any other call
 * @param cpuMicros of the process from its start to the last of {@code calls}, the first one excepted
 */
record GatewayStart(int number, long readyMillis, long billedMillis, long idleResidentKib, long calls, long cpuMicros) {
    static final String HEADER = "run,number,ready_millis,billed_millis,idle_resident_kib,calls,cpu_micros";

    String csv(String run) {
        return String.join(
                ",",
                run,
                Integer.toString(number),
                Long.toString(readyMillis),
                Long.toString(billedMillis),
                Long.toString(idleResidentKib),
                Long.toString(calls),
                Long.toString(cpuMicros));
    }
}
