package dev.tollgate.models.prices;

import dev.tollgate.models.Model;
import dev.tollgate.models.Pricing;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * Records the rates of a catalogue's price versions. The outcome has the former rates of versions whose rates have changed; if there
 * is one, nothing is recorded.
 */
final class RecordRates extends Write<List<RecordRates.Changed>> {

    /**
     * @param before former rates of the model's version
     * @param now its rates in the catalogue
     */
    record Changed(Model model, Pricing before, Pricing now) {}

    private final List<Model> models;
    private final Instant at;

    RecordRates(List<Model> models, Instant at) {
        this.models = List.copyOf(models);
        this.at = at;
    }

    @Override
    protected List<Changed> run(Statements statements) throws SQLException {
        return RecordedRates.record(statements, models, at);
    }
}
