package dev.tollgate.models.prices;

import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import dev.tollgate.storage.RowForm;
import dev.tollgate.storage.ShutOut;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a new version of a model's price, unless another one was set in the meantime. A version replaces all later prices of its model, so those that are
 * kept are written after it, as versions of the same commit: every server and every program that reads the rows comes to the same prices.
 */
public final class SetPrice extends Write<SetPrice.Outcome> {

    /** The outcome. */
    public sealed interface Outcome {}

    /** @param versions the new version and the versions of kept prices, in the order of time */
    public record Set(List<PriceVersion> versions) implements Outcome {

        public Set {
            versions = List.copyOf(versions);
        }

        public PriceVersion version() {
            return versions.getFirst();
        }

        /** Returns the versions of the prices that were kept, the earliest first. */
        public List<PriceVersion> kept() {
            return versions.subList(1, versions.size());
        }
    }

    /** Another price was set meanwhile. */
    public record ChangedMeanwhile(String version) implements Outcome {}

    /** Servers of an older program are running, which would charge the price wrongly. */
    public record Misread(List<String> servers) implements Outcome {

        public Misread {
            servers = List.copyOf(servers);
        }
    }

    private final String modelId;
    private final @Nullable String newest;
    private final Pricing next;
    private final @Nullable Instant from;
    private final List<PriceSchedule.Dated> kept;
    private final Instant at;

    /**
     * @param newest the version of the model's price that was set last, as far as the operator knows; null if none was set
     * @param next the new price, whose version is chosen here
     * @param from the time from which it is in force; null for at once
     * @param kept the later prices that stay, the earliest first, under versions that are chosen here
     * @param at the present time, before which none of the later prices was in force
     */
    public SetPrice(
            String modelId,
            @Nullable String newest,
            Pricing next,
            @Nullable Instant from,
            List<PriceSchedule.Dated> kept,
            Instant at) {
        this.modelId = modelId;
        this.newest = newest;
        this.next = next;
        this.from = from;
        this.kept = List.copyOf(kept);
        this.at = at;
    }

    @Override
    protected Outcome run(Statements statements) throws SQLException {
        PriceRows rows = new PriceRows(statements);
        PriceVersion last = rows.newest(modelId);
        if (last != null && !last.pricing().version().equals(newest)) {
            return new ChangedMeanwhile(last.pricing().version());
        }
        long sequence = rows.last();
        List<PriceVersion> versions = new ArrayList<>();
        versions.add(version(++sequence, from, next));
        for (PriceSchedule.Dated price : kept) {
            versions.add(version(++sequence, price.from(), price.pricing()));
        }
        if (versions.stream().anyMatch(SetPrice::isWhole)) {
            List<String> older = ShutOut.before(statements, RowForm.WHOLE_PRICES);
            if (!older.isEmpty()) {
                return new Misread(older);
            }
        }
        for (PriceVersion version : versions) {
            rows.insert(version);
        }
        return new Set(versions);
    }

    private static boolean isWhole(PriceVersion version) {
        return version.from() != null || !version.pricing().tariff().isPlain();
    }

    private PriceVersion version(long sequence, @Nullable Instant from, Pricing pricing) {
        return new PriceVersion(
                sequence, modelId, at, from, pricing.named(modelId + "@" + Pricing.SET_MARK + sequence));
    }
}
