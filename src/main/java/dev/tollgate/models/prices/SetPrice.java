package dev.tollgate.models.prices;

import dev.tollgate.models.Pricing;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Makes a new version of a model's price, if the price has the expected version. */
public final class SetPrice extends Write<SetPrice.Outcome> {

    /** The outcome. */
    public sealed interface Outcome {}

    public record Set(Pricing before, PriceVersion now) implements Outcome {}

    /** The price has another version. */
    public record ChangedMeanwhile(String version) implements Outcome {}

    private final String modelId;
    private final Pricing ofCatalogue;
    private final @Nullable String expectedVersion;
    private final UnaryOperator<Pricing> edit;
    private final @Nullable Instant from;
    private final Instant at;

    /**
     * @param ofCatalogue the present price if none was set yet
     * @param expectedVersion the version that the operator saw; null for any
     * @param edit changes the present price, on the writer's thread; its version is chosen here
     * @param from the time from which the new price is in force; null for at once
     */
    public SetPrice(
            String modelId,
            Pricing ofCatalogue,
            @Nullable String expectedVersion,
            UnaryOperator<Pricing> edit,
            @Nullable Instant from,
            Instant at) {
        this.modelId = modelId;
        this.ofCatalogue = ofCatalogue;
        this.expectedVersion = expectedVersion;
        this.edit = edit;
        this.from = from;
        this.at = at;
    }

    @Override
    protected Outcome run(Statements statements) throws SQLException {
        PriceRows rows = new PriceRows(statements);
        PriceVersion newest = rows.newest(modelId);
        Pricing before = newest == null ? ofCatalogue : newest.pricing();
        if (expectedVersion != null && !expectedVersion.equals(before.version())) {
            return new ChangedMeanwhile(before.version());
        }
        long sequence = 1 + rows.last();
        Pricing now = edit.apply(before).named(modelId + "@" + Pricing.SET_MARK + sequence);
        PriceVersion version = new PriceVersion(sequence, modelId, at, from, now);
        rows.insert(version);
        return new Set(before, version);
    }
}
