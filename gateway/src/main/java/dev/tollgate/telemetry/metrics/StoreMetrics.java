package dev.tollgate.telemetry.metrics;

import dev.tollgate.books.ledger.Bucket;
import dev.tollgate.books.ledger.Entry.EntryObserver;
import dev.tollgate.books.ledger.EntryKind;
import dev.tollgate.storage.ReadObserver;
import dev.tollgate.storage.WriterObserver;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.Locale;

/** The metrics of the store, and of money. */
final class StoreMetrics implements WriterObserver, ReadObserver, EntryObserver {

    private final DistributionDataPoint batchUnits;
    private final DistributionDataPoint commits;
    private final DistributionDataPoint rideWaits;
    private final DistributionDataPoint commitWaits;
    private final CounterDataPoint[] batches = new CounterDataPoint[BatchEnd.values().length];
    private final DistributionDataPoint[] reads = new DistributionDataPoint[Use.values().length];
    private final CounterDataPoint[] moved = new CounterDataPoint[EntryKind.values().length];
    private final CounterDataPoint shortfall;

    StoreMetrics(Histograms shapes) {
        this.batchUnits = shapes.units("tollgate_writer_batch_units", "Units of work per batch.")
                .labelValues();
        this.commits = shapes.ownSeconds(
                        "tollgate_writer_commit_seconds",
                        "Duration of a batch in seconds, to its commit or its failure.")
                .labelValues();
        Histogram waits = shapes.ownSeconds(
                "tollgate_writer_wait_seconds",
                "Time from submitting a unit of work to its result, in seconds. kind=ride: reported when decided;"
                        + " kind=commit: reported when durable.",
                "kind");
        this.rideWaits = waits.labelValues("ride");
        this.commitWaits = waits.labelValues("commit");
        Counter ended = shapes.counter("tollgate_writer_batches", "Batches, by how they ended.", "end");
        for (BatchEnd end : BatchEnd.values()) {
            batches[end.ordinal()] = ended.labelValues(end.name().toLowerCase(Locale.ROOT));
        }
        Histogram read = shapes.ownSeconds(
                "tollgate_store_read_seconds",
                "Duration of database reads in seconds, including the wait for a connection, by use. Pages use separate connections.",
                "use");
        for (Use use : Use.values()) {
            reads[use.ordinal()] = read.labelValues(use.name().toLowerCase(Locale.ROOT));
        }
        Counter entries = shapes.counter(
                "tollgate_ledger_microcredits",
                "Micro-credits moved by this server's calls and ledger entries, by kind. Holds and releases count when a"
                        + " call ends. kind=shortfall: usage that neither hold nor balance covered.",
                "kind");
        for (EntryKind kind : EntryKind.values()) {
            moved[kind.ordinal()] = entries.labelValues(kind.code());
        }
        this.shortfall = entries.labelValues("shortfall");
    }

    @Override
    public void ended(BatchEnd end, int units, long nanos) {
        batches[end.ordinal()].inc();
        batchUnits.observe(units);
        commits.observe(Histograms.seconds(nanos));
    }

    @Override
    public void reported(boolean rides, long nanos) {
        (rides ? rideWaits : commitWaits).observe(Histograms.seconds(nanos));
    }

    @Override
    public void read(Use use, long nanos) {
        reads[use.ordinal()].observe(Histograms.seconds(nanos));
    }

    @Override
    public void entered(EntryKind kind, Bucket from, long micros) {
        boolean fallsShort = kind == EntryKind.CHARGE && from == Bucket.SHORTFALL;
        (fallsShort ? shortfall : moved[kind.ordinal()]).inc(micros);
    }
}
