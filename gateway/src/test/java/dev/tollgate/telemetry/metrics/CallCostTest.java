package dev.tollgate.telemetry.metrics;

import static dev.tollgate.testing.Asserts.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.ledger.Bucket;
import dev.tollgate.books.ledger.EntryKind;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.OverCall;
import dev.tollgate.calls.metering.Translation;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.keys.PriceCeiling;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.storage.WriterObserver.BatchEnd;
import dev.tollgate.upstreams.pool.AttemptEnd;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The metrics of a call leave nothing on the heap. {@code bench/micro} measures on an optimising JVM that they allocate nothing and how long
 * they take. It uses the finished call of this test, so the call must compile here, too.
 */
class CallCostTest {

    private static final Path BENCH = Path.of("bench/micro/src/main/java/dev/tollgate/bench/micro/EndedAnswer.java");
    private static final int CALLS = 5_000;

    /** What its methods make for themselves, which a JVM that optimises does without; a look-up of a series by its labels makes as much. */
    private static final long BYTES_A_CALL_MAX = 640;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path folder;

    private final Metrics metrics = new Metrics();
    private final Model model = CatalogueLoader.builtIn().find("gemini-2.5-pro");
    private final MeteredCall request = new MeteredCall(
            "acc_1",
            "key_1",
            KeyOwner.account("key_1"),
            "sk-1234",
            PriceCeiling.NONE,
            "chat",
            model,
            Instant.EPOCH,
            "gemini-2.5-pro",
            null,
            null,
            null,
            null,
            List.of(),
            List.of(),
            CallLabels.NONE,
            new Translation(null, 0, null, 40));
    private final Route<?> route = Route.get("/v1/chat/completions", Gate.PUBLIC, (exchange, caller) -> {});

    @Test
    void a_calls_metrics_find_their_series_without_label_lookups() throws Exception {
        OverCall call = overCall();
        tell(call);
        tell(call);

        long before = THREADS.getCurrentThreadAllocatedBytes();
        tell(call);
        long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;

        assertThat(bytes / CALLS).as("bytes a call").isLessThan(BYTES_A_CALL_MAX);
    }

    private void tell(OverCall call) {
        for (int i = 0; i < CALLS; i++) {
            metrics.calls().begun(request);
            metrics.tries().over("main", "gemini", "gemini-2.5-pro", AttemptEnd.ANSWERED, 900_000_000, 300_000_000);
            metrics.writer().reported(true, 20_000);
            metrics.writer().reported(false, 1_500_000);
            metrics.entries().entered(EntryKind.RESERVATION, Bucket.AVAILABLE, 1_910_000);
            metrics.entries().entered(EntryKind.CHARGE, Bucket.RESERVED, 500_000);
            metrics.entries().entered(EntryKind.RELEASE, Bucket.RESERVED, 1_410_000);
            metrics.writer().ended(BatchEnd.COMMITTED, 1, 1_000_000);
            metrics.calls().over(call);
            metrics.requests().over(route, 200, 1_000_000_000, true);
        }
    }

    private OverCall overCall() throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        String[] command = {
            "-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"), BENCH.toString()
        };
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, command))
                .isZero();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            Method made =
                    loader.loadClass("dev.tollgate.bench.micro.EndedAnswer").getDeclaredMethod("of", MeteredCall.class);
            made.setAccessible(true);
            return (OverCall) made.invoke(null, request);
        }
    }
}
