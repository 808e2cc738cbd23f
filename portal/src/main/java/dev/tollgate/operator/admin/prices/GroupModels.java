package dev.tollgate.operator.admin.prices;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Field;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.models.prices.GroupFactors;
import dev.tollgate.models.prices.PriceGroups.Group;
import dev.tollgate.models.prices.SoldIds;
import dev.tollgate.operator.admin.prices.Prices.Loss;
import dev.tollgate.operator.admin.prices.Prices.ModelPrices;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The models at the prices of price groups, or of a version before it is set. Does not block. */
public record GroupModels(AccountPrices sold, ModelLife life, InstantSource clock) {

    /**
     * A model in a group.
     *
     * @param before its price now for the accounts of the group
     * @param losses its rates below cost, now or within 60 days, that are not below it at the standard price
     */
    public record InGroup(Pricing before, ModelPrices sold, List<Loss> losses) {

        public boolean isLoss() {
            return !losses.isEmpty();
        }

        /** Returns whether it has a loss in the group, at the standard price too or not. */
        public boolean isBelowCost() {
            return !sold.upstream().losses().isEmpty();
        }

        public boolean isChange() {
            return !before.isWorth(sold.pricing());
        }
    }

    /** A version that is not set. @param from null for at once */
    public record Draft(GroupFactors factors, @Nullable Instant from) {

        static Draft of(Body body) {
            return new Draft(
                    new GroupFactors(
                            body.need(GroupFactors.FACTOR),
                            new TreeMap<>(Objects.requireNonNullElse(body.get(GroupFactors.MODELS), Map.of()))),
                    body.get(PriceRoutes.FROM_OR_DAY));
        }
    }

    /** Reads the version of a body of {@link OperatorGroups#SET}. @throws ApiException with the wrong member */
    public Draft draft(Body body) {
        Draft draft = Draft.of(body);
        check(draft);
        return draft;
    }

    void check(Draft draft) {
        new SoldIds(sold::standard).require(draft.factors.models().keySet());
        Prices.requireFuture(draft.from, clock.instant());
    }

    /** Returns the models at the prices of factors, those first that are sold below cost. @param name of the group, which may not be there yet */
    public List<InGroup> preview(String name, GroupFactors factors) {
        Group group = sold.groups().find(name);
        try {
            return compared(
                            group == null ? sold.standard() : sold.inGroup(name),
                            sold.groups().preview(factors))
                    .stream()
                    .sorted(Comparator.comparing((InGroup model) -> !model.isLoss())
                            .thenComparing(model -> !model.isBelowCost()))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw Field.wrong("factor", sentence("{field} would make a rate higher than a million credits.", FIELD));
        }
    }

    /** Returns the models of a group. */
    List<InGroup> of(String name) {
        Catalogue inGroup = sold.inGroup(name);
        return compared(inGroup, inGroup);
    }

    private List<InGroup> compared(Catalogue before, Catalogue inGroup) {
        Instant now = clock.instant();
        Prices.PriceList standardList = new Prices.PriceList(sold.standard(), life);
        Prices.PriceList list = new Prices.PriceList(inGroup, life);
        List<InGroup> models = new ArrayList<>();
        for (Model model : inGroup.all()) {
            Model standard = sold.standard().find(model.id());
            Model former = before.find(model.id());
            if (standard != null && former != null) {
                ModelPrices prices = list.of(model, now);
                boolean isKnown = !standardList.losses(standard, now).isEmpty();
                models.add(new InGroup(
                        former.at(now).pricing(),
                        prices,
                        isKnown ? List.of() : prices.upstream().losses()));
            }
        }
        return models;
    }
}
