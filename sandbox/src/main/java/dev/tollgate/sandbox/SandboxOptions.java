package dev.tollgate.sandbox;

import dev.tollgate.sandbox.scripting.Script;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The options of a sandbox. Immutable.
 *
 * @param host the address to bind; loopback unless there is a reason
 * @param port 0 to 65535; 0 takes any free port
 * @param seed everything random is drawn from it and the request; also the key of thought signatures
 * @param script answers in force from the start
 * @param paceMillis pause before each event of a generated answer, 0 to 60,000; 0 for none
 * @param requestsMax how many requests are kept for {@link Sandbox#requests()}, 0 to 100,000
 * @param filesBytesMax how many bytes of uploaded files are kept on disk
 * @param fileProcessingMillis how long an uploaded file is PROCESSING, 0 to 600,000
 * @param clock tells when files end and models retire
 * @param key the only key that is taken, on every path; then there are no paths to set anything. Null: any key is good
 */
public record SandboxOptions(
        String host,
        int port,
        long seed,
        Script script,
        long paceMillis,
        int requestsMax,
        long filesBytesMax,
        long fileProcessingMillis,
        InstantSource clock,
        @Nullable String key) {

    private static final long FILES_BYTES_MAX = 4L << 30;
    private static final long FILE_PROCESSING_MILLIS = 300;
    private static final SandboxOptions DEFAULTS = new SandboxOptions(
            "127.0.0.1",
            0,
            1,
            Script.none(),
            0,
            1_000,
            FILES_BYTES_MAX,
            FILE_PROCESSING_MILLIS,
            InstantSource.system(),
            null);

    public SandboxOptions {
        require(!host.isBlank(), "host");
        require(port >= 0 && port <= 65_535, "port");
        require(paceMillis >= 0 && paceMillis <= 60_000, "paceMillis");
        require(requestsMax >= 0 && requestsMax <= 100_000, "requestsMax");
        require(filesBytesMax >= 0, "filesBytesMax");
        require(fileProcessingMillis >= 0 && fileProcessingMillis <= 600_000, "fileProcessingMillis");
    }

    /** Any free port of 127.0.0.1, seed 1, no script, no pace, the last 1,000 requests and 4 GiB of files kept. */
    public static SandboxOptions defaults() {
        return DEFAULTS;
    }

    public SandboxOptions withHost(String host) {
        return new SandboxOptions(
                host, port, seed, script, paceMillis, requestsMax, filesBytesMax, fileProcessingMillis, clock, key);
    }

    public SandboxOptions withPort(int port) {
        return new SandboxOptions(
                host, port, seed, script, paceMillis, requestsMax, filesBytesMax, fileProcessingMillis, clock, key);
    }

    public SandboxOptions withSeed(long seed) {
        return new SandboxOptions(
                host, port, seed, script, paceMillis, requestsMax, filesBytesMax, fileProcessingMillis, clock, key);
    }

    public SandboxOptions withScript(Script script) {
        return new SandboxOptions(
                host, port, seed, script, paceMillis, requestsMax, filesBytesMax, fileProcessingMillis, clock, key);
    }

    public SandboxOptions withPaceMillis(long paceMillis) {
        return new SandboxOptions(
                host, port, seed, script, paceMillis, requestsMax, filesBytesMax, fileProcessingMillis, clock, key);
    }

    public SandboxOptions withRequestsMax(int requestsMax) {
        return new SandboxOptions(
                host, port, seed, script, paceMillis, requestsMax, filesBytesMax, fileProcessingMillis, clock, key);
    }

    public SandboxOptions withFilesBytesMax(long filesBytesMax) {
        return new SandboxOptions(
                host, port, seed, script, paceMillis, requestsMax, filesBytesMax, fileProcessingMillis, clock, key);
    }

    public SandboxOptions withFileProcessingMillis(long fileProcessingMillis) {
        return new SandboxOptions(
                host, port, seed, script, paceMillis, requestsMax, filesBytesMax, fileProcessingMillis, clock, key);
    }

    public SandboxOptions withClock(InstantSource clock) {
        return new SandboxOptions(
                host, port, seed, script, paceMillis, requestsMax, filesBytesMax, fileProcessingMillis, clock, key);
    }

    public SandboxOptions withKey(String key) {
        return new SandboxOptions(
                host, port, seed, script, paceMillis, requestsMax, filesBytesMax, fileProcessingMillis, clock, key);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what + " is out of range");
        }
    }

    /** Returns the options without the key. */
    @Override
    public String toString() {
        return "SandboxOptions[host=" + host + ", port=" + port + "]";
    }
}
