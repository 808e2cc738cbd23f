package dev.tollgate.models.routing;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.UpstreamModel;
import java.time.Instant;

/**
 * A model that another one has answered for.
 *
 * @param sent the upstream's name of the model that was sent, or {@link RoutedModels#OTHER}
 * @param answered its name of the model that answered, or {@link RoutedModels#OTHER}
 * @param firstAt the time of the first such call that was charged; a later row has a later one
 */
public record RoutedModel(String channel, String sent, String answered, Instant firstAt) {

    /** Returns whether a catalogue says that the model retires to make room for the answering model. */
    public boolean isExpected(Catalogue catalogue) {
        UpstreamModel row = new ModelName.Rows(catalogue).find(sent);
        return row != null
                && row.retirements().values().stream().anyMatch(end -> ModelName.isSame(end.becomes(), answered));
    }

    /** Returns whether a catalogue has a price of the model that answered: otherwise calls cost what the sent one does. */
    public boolean isPriced(Catalogue catalogue, Instant at) {
        UpstreamModel row = new ModelName.Rows(catalogue).find(answered);
        return row != null && row.cost(at) != null;
    }
}
