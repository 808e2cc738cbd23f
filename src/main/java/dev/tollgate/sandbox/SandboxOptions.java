package dev.tollgate.sandbox;

/**
 * How a sandbox is started. Immutable.
 *
 * @param host the address to bind; loopback unless there is a reason
 * @param port 0 to 65535; 0 takes any free port
 * @param seed everything random is drawn from it and the request; also the key of thought signatures
 * @param script answers in force from the start
 * @param paceMillis pause before each event of a generated answer, 0 to 60,000; 0 for none
 * @param requestsMax how many requests are kept for {@link Sandbox#requests()}, 0 to 100,000
 */
public record SandboxOptions(String host, int port, long seed, Script script, long paceMillis, int requestsMax) {

    private static final SandboxOptions DEFAULTS = new SandboxOptions("127.0.0.1", 0, 1, Script.none(), 0, 1_000);

    public SandboxOptions {
        require(!host.isBlank(), "host");
        require(port >= 0 && port <= 65_535, "port");
        require(paceMillis >= 0 && paceMillis <= 60_000, "paceMillis");
        require(requestsMax >= 0 && requestsMax <= 100_000, "requestsMax");
    }

    /** Any free port of 127.0.0.1, seed 1, no script, no pace, the last 1,000 requests kept. */
    public static SandboxOptions defaults() {
        return DEFAULTS;
    }

    public SandboxOptions withHost(String host) {
        return new SandboxOptions(host, port, seed, script, paceMillis, requestsMax);
    }

    public SandboxOptions withPort(int port) {
        return new SandboxOptions(host, port, seed, script, paceMillis, requestsMax);
    }

    public SandboxOptions withSeed(long seed) {
        return new SandboxOptions(host, port, seed, script, paceMillis, requestsMax);
    }

    public SandboxOptions withScript(Script script) {
        return new SandboxOptions(host, port, seed, script, paceMillis, requestsMax);
    }

    public SandboxOptions withPaceMillis(long paceMillis) {
        return new SandboxOptions(host, port, seed, script, paceMillis, requestsMax);
    }

    public SandboxOptions withRequestsMax(int requestsMax) {
        return new SandboxOptions(host, port, seed, script, paceMillis, requestsMax);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what + " is out of range");
        }
    }
}
