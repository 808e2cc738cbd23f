package dev.tollgate.models.prices;

import dev.tollgate.models.Model;
import dev.tollgate.models.Pricing;
import dev.tollgate.storage.Decision;
import java.time.Instant;
import java.util.List;

/**
 * Records the rates of a catalogue's price versions. The outcome is what the versions meant before, of those whose rates are others now; if there
 * is one, nothing is recorded.
 */
final class RecordRates extends Decision<List<RecordRates.Changed>> {

    /** @param before what the model's version has meant so far */
    record Changed(Model model, Pricing before) {}

    private final List<Model> models;
    private final Instant at;

    RecordRates(List<Model> models, Instant at) {
        this.models = List.copyOf(models);
        this.at = at;
    }

    List<Model> models() {
        return models;
    }

    Instant at() {
        return at;
    }

    void done(List<Changed> changed) {
        decide(List.copyOf(changed));
    }
}
