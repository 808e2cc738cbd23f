package dev.tollgate.bench.micro;

import dev.tollgate.keys.PriceCeiling;
import dev.tollgate.books.ledger.Bucket;
import dev.tollgate.books.ledger.EntryKind;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.OverCall;
import dev.tollgate.calls.metering.Translation;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.storage.WriterObserver.BatchEnd;
import dev.tollgate.telemetry.metrics.Metrics;
import dev.tollgate.upstreams.pool.TryEnd;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** All events that metrics count for one streamed call that is charged, from its beginning to the last byte of its answer. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CallCost {

    private static final int UNITS_OF_BATCH = 8;

    private final Metrics metrics = new Metrics();
    private final Model model = CatalogueLoader.builtIn().find("gemini-2.5-pro");
    private final MeteredCall request = new MeteredCall(
            "acc_1",
            "key_1",
            "sk-1234",
            "chat",
                PriceCeiling.NONE,
            model,
            "gemini-2.5-pro",
            null,
            null,
            null,
            null,
            List.of(),
            List.of(),
            new Translation(null, 0, null, 40));
    private final OverCall call = EndedAnswer.of(request);
    private final Route<?> route = Route.get("/v1/chat/completions", Gate.PUBLIC, (exchange, caller) -> {});
    private int calls;

    @Benchmark
    @Threads(1)
    public void alone() {
        call();
    }

    /** As many event loops as there are here. */
    @Benchmark
    @Threads(Threads.MAX)
    public void together() {
        call();
    }

    private void call() {
        metrics.calls().begun(request);
        metrics.tries().over("main", "gemini", "gemini-2.5-pro", TryEnd.ANSWERED, 900_000_000, 300_000_000);
        metrics.writer().reported(true, 20_000);
        metrics.writer().reported(false, 1_500_000);
        metrics.entries().entered(EntryKind.RESERVATION, Bucket.AVAILABLE, 1_910_000);
        metrics.entries().entered(EntryKind.CHARGE, Bucket.RESERVED, 500_000);
        metrics.entries().entered(EntryKind.RELEASE, Bucket.RESERVED, 1_410_000);
        if (calls++ % UNITS_OF_BATCH == 0) { // racy on purpose: about as often
            metrics.writer().ended(BatchEnd.COMMITTED, UNITS_OF_BATCH, 1_000_000);
        }
        metrics.calls().over(call);
        metrics.requests().over(route, 200, 1_000_000_000, true);
    }
}
