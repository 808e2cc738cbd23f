package dev.tollgate.models.prices;

import dev.tollgate.models.Pricing;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Makes a new version of a model's price, unless another one was set meanwhile. */
public final class SetPrice extends Write<SetPrice.Outcome> {

    /** The outcome. */
    public sealed interface Outcome {}

    public record Set(PriceVersion version) implements Outcome {}

    /** Another price was set meanwhile. */
    public record ChangedMeanwhile(String version) implements Outcome {}

    private final String modelId;
    private final @Nullable String newest;
    private final Pricing next;
    private final @Nullable Instant from;
    private final Instant at;

    /**
     * @param newest the version of the model's price that was set last, as far as the operator knows; null if none was set
     * @param next the new price, whose version is chosen here
     * @param from the time from which it is in force; null for at once
     */
    public SetPrice(String modelId, @Nullable String newest, Pricing next, @Nullable Instant from, Instant at) {
        this.modelId = modelId;
        this.newest = newest;
        this.next = next;
        this.from = from;
        this.at = at;
    }

    @Override
    protected Outcome run(Statements statements) throws SQLException {
        PriceRows rows = new PriceRows(statements);
        PriceVersion last = rows.newest(modelId);
        if (last != null && !last.pricing().version().equals(newest)) {
            return new ChangedMeanwhile(last.pricing().version());
        }
        long sequence = 1 + rows.last();
        Pricing named = next.named(modelId + "@" + Pricing.SET_MARK + sequence);
        PriceVersion version = new PriceVersion(sequence, modelId, at, from, named);
        rows.insert(version);
        return new Set(version);
    }
}
