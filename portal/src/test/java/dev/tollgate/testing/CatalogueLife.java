package dev.tollgate.testing;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.UpstreamModel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The models on sale as the catalogue alone says it: each is served by the Gemini API, and succeeded on the day that is announced. */
record CatalogueLife(Catalogue catalogue, InstantSource clock) implements ModelLife {

    private static final String KIND = "gemini";

    @Override
    public Model current(Model sold) {
        Instant now = clock.instant();
        Model model = sold.at(now);
        UpstreamModel.Retirement end = model.upstream().retirements().get(KIND);
        if (end == null || now.isBefore(end.at())) {
            return model;
        }
        UpstreamModel successor = Objects.requireNonNull(catalogue.upstream(end.becomes()), end.becomes());
        return model.standingOn(successor.inPlaceOf(model.upstream()));
    }

    @Override
    public @Nullable Retirement retirement(Model model) {
        UpstreamModel.Retirement end = model.upstream().retirements().get(KIND);
        Instant now = clock.instant();
        return end == null || end.at().isAfter(now.plus(TOLD_BEFORE))
                ? null
                : new Retirement(end.at(), end.becomes(), !now.isBefore(end.at()));
    }
}
