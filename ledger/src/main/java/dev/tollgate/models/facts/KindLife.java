package dev.tollgate.models.facts;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.UpstreamModel;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lives of models on one kind of channel by a catalogue alone, without what channels have found out. Immutable.
 *
 * @param kind of channel, as the catalogue names it
 */
public record KindLife(Catalogue catalogue, String kind, Instant now) implements ModelLife {

    /** Returns the upstream model that serves the calls of another one at a time. */
    static UpstreamModel served(Catalogue catalogue, UpstreamModel asked, String kind, Instant at) {
        UpstreamModel model = asked;
        UpstreamModel.Retirement end = model.retirements().get(kind);
        while (end != null && !at.isBefore(end.at())) {
            UpstreamModel next = catalogue.upstream(end.becomes());
            if (next == null) {
                return model;
            }
            model = next;
            end = model.retirements().get(kind);
        }
        return model;
    }

    @Override
    public Model current(Model model) {
        UpstreamModel served = served(catalogue, model.upstream(), kind, now);
        return served.equals(model.upstream()) ? model : model.standingOn(served.inPlaceOf(model.upstream()));
    }

    @Override
    public @Nullable Retirement retirement(Model model) {
        UpstreamModel.Retirement end = model.upstream().retirements().get(kind);
        return end == null || end.at().isAfter(now.plus(TOLD_BEFORE))
                ? null
                : new Retirement(end.at(), end.becomes(), !now.isBefore(end.at()));
    }

    @Override
    public Set<String> servedBy(Model model, Instant at) {
        return Set.of(served(catalogue, model.upstream(), kind, at).name());
    }
}
