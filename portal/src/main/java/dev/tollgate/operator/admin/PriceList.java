package dev.tollgate.operator.admin;

import dev.tollgate.models.BelowCost;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.operator.admin.Prices.Later;
import dev.tollgate.operator.admin.Prices.Loss;
import dev.tollgate.operator.admin.Prices.ModelPrices;
import dev.tollgate.operator.admin.Prices.Retirement;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The prices of models and their margins, now and after each known change of a price, a cost or an upstream model. Thread-safe. */
record PriceList(Catalogue catalogue, ModelLife life) {

    ModelPrices of(Model model, Instant now) {
        Model standing = life.current(model).at(now);
        return new ModelPrices(
                model.id(),
                standing.pricing(),
                ofFile(model, now),
                Prices.isUnits(model),
                standing.makesImages(),
                model.prices().after(now),
                changes(model, now),
                new Prices.Upstream(
                        standing.upstream().name(),
                        standing.upstream().cost(now),
                        losses(model, now),
                        retirement(model, now)));
    }

    /** Returns a model with the rules of the upstream model that serves it at a time, as far as that is known. */
    Model standing(Model model, Instant at, Instant now) {
        ModelLife.Retirement end = life.retirement(model);
        return end == null || end.isInEffect() || at.isBefore(end.at()) || !at.isAfter(now)
                ? life.current(model)
                : model.standingOn(successor(end));
    }

    /** Returns the rates that are sold below cost, now or from a near day on. */
    List<Loss> losses(Model model, Instant now) {
        Foresight foresight = new Foresight(catalogue, life, now);
        return foresight.losses(model).stream()
                .map(loss -> new Loss(loss.from().equals(now) ? null : loss.from(), foresight.sentence(loss)))
                .toList();
    }

    /** Returns price and cost of a model from a time on, with the upstream model that serves it then. */
    Later later(Model model, Instant at, Instant now) {
        return later(standing(model, at, now), at);
    }

    private UpstreamModel successor(ModelLife.Retirement end) {
        return Objects.requireNonNull(catalogue.upstream(end.successor()), end.successor());
    }

    private List<Later> changes(Model model, Instant now) {
        ModelLife.Retirement end = life.retirement(model);
        Stream<Instant> turns = Stream.concat(
                turns(life.current(model)),
                end == null
                        ? Stream.of()
                        : Stream.concat(
                                Stream.of(end.at()),
                                turns(model.standingOn(successor(end))).filter(end.at()::isBefore)));
        return turns.filter(at -> at.isAfter(now))
                .distinct()
                .sorted()
                .map(at -> later(model, at, now))
                .toList();
    }

    private @Nullable Retirement retirement(Model model, Instant now) {
        ModelLife.Retirement end = life.retirement(model);
        if (end == null) {
            return null;
        }
        Instant first = end.isInEffect() ? now : end.at();
        Model then = model.standingOn(successor(end));
        return new Retirement(
                end,
                Stream.concat(Stream.of(first), turns(then).filter(first::isBefore))
                        .map(at -> later(then, at))
                        .toList());
    }

    /** Returns the times at which a model's price or its upstream's cost changes. */
    private static Stream<Instant> turns(Model model) {
        return Stream.concat(
                        model.prices().dated().stream().map(PriceSchedule.Dated::from),
                        model.upstream().costs().stream().map(UpstreamModel.Cost::from))
                .distinct()
                .sorted();
    }

    private static Later later(Model model, Instant at) {
        Model then = model.at(at);
        return new Later(
                at,
                then.pricing(),
                then.upstream().cost(at),
                BelowCost.ofAnyRate(then, at).isPresent());
    }

    /** Returns the catalogue's price at a time. */
    Pricing ofFile(Model model, Instant now) {
        return catalogue.asWritten().stream()
                .filter(written -> written.id().equals(model.id()))
                .findFirst()
                .orElseThrow()
                .at(now)
                .pricing();
    }
}
