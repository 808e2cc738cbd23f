package dev.tollgate.app;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.OperatorFile;
import dev.tollgate.base.loops.EventLoops;
import dev.tollgate.operator.cli.parts.SandboxChoice;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.sandbox.scripting.Script;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The sandbox without a gateway in front of it. */
public final class LoneSandbox implements AutoCloseable {

    private static final int SCRIPT_BYTES_MAX = 16 << 20;
    private static final int SECONDS_MAX = 10;

    private final EventLoops loops;
    private final Sandbox sandbox;

    private LoneSandbox(EventLoops loops, Sandbox sandbox) {
        this.loops = loops;
        this.sandbox = sandbox;
    }

    /** @throws ApiException if the script cannot be read or the port is taken, in a sentence */
    public static LoneSandbox start(SandboxChoice choice) {
        SandboxOptions options = SandboxOptions.defaults()
                .withHost(choice.host())
                .withPort(choice.port())
                .withSeed(choice.seed())
                .withScript(script(choice.script()))
                .withPaceMillis(choice.paceMillis())
                .withFileProcessingMillis(choice.fileMillis())
                .withClock(clock(choice.now()));
        EventLoops loops = new EventLoops();
        Vertx vertx = loops.vertx();
        try {
            return new LoneSandbox(loops, Sandbox.start(vertx, options).await(SECONDS_MAX, TimeUnit.SECONDS));
        } catch (Exception e) {
            loops.close();
            throw new ApiException(
                    400, "The sandbox cannot listen on " + choice.host() + ":" + choice.port() + ": " + e.getMessage());
        }
    }

    /** Goes on from there at its own pace. */
    private static InstantSource clock(@Nullable Instant now) {
        InstantSource real = InstantSource.system();
        Duration ahead = now == null ? Duration.ZERO : Duration.between(real.instant(), now);
        return () -> real.instant().plus(ahead);
    }

    private static Script script(@Nullable Path file) {
        if (file == null) {
            return Script.none();
        }
        try {
            return Script.parse(new String(OperatorFile.read(file, SCRIPT_BYTES_MAX), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new ApiException(400, file + " does not exist.");
        } catch (OperatorFile.Unfit e) {
            throw new ApiException(400, file + " " + e.getMessage() + ".");
        } catch (IOException e) {
            throw new ApiException(400, file + " cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new ApiException(400, file + ": " + e.getMessage());
        }
    }

    public String url() {
        return sandbox.baseUrl();
    }

    /** Running answers are cut, uploaded files removed. */
    @Override
    public void close() {
        try {
            sandbox.close().await(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // The process ends anyway.
        }
        loops.close();
    }
}
