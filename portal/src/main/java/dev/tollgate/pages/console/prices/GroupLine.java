package dev.tollgate.pages.console.prices;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.operator.admin.prices.GroupModels.InGroup;
import dev.tollgate.operator.admin.prices.Margins;
import dev.tollgate.operator.admin.prices.Prices.ModelPrices;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.docs.ModelFacts;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.words.Joined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Models that have the same price before, in a group, and the same cost and losses. @param first of them */
public record GroupLine(List<String> models, InGroup first) {

    public GroupLine {
        models = List.copyOf(models);
    }

    /** The facts by which models are alike. @param losses in words; empty for none */
    private record Alike(
            Pricing before, Pricing now, @Nullable Tariff cost, String losses) {

        private static final String ANY = "any";

        static Alike of(InGroup model) {
            ModelPrices sold = model.sold();
            UpstreamModel.Cost cost = sold.upstream().cost();
            return new Alike(
                    model.before().named(ANY),
                    sold.pricing().named(ANY),
                    cost == null ? null : cost.tariff(),
                    words(model));
        }
    }

    /** Returns a line for the models that are alike, in the order of the first of each. */
    public static List<GroupLine> of(Stream<InGroup> models) {
        Map<Alike, List<InGroup>> alike = new LinkedHashMap<>();
        models.forEach(model ->
                alike.computeIfAbsent(Alike.of(model), _ -> new ArrayList<>()).add(model));
        return alike.values().stream()
                .map(all -> new GroupLine(
                        all.stream().map(model -> model.sold().modelId()).toList(), all.getFirst()))
                .toList();
    }

    private static String words(InGroup model) {
        return model.isBelowCost() ? ConsolePrices.lossWords(model.sold()) : "";
    }

    /** Returns the cell that names the models and the rates that are below cost. */
    public Cell named() {
        return Cell.link(ConsolePaths.PRICES + "/" + models.getFirst(), models.getFirst())
                .marked("bad", first.isBelowCost() ? say("below cost") : null)
                .under(Joined.facts(models.stream().skip(1)))
                .under(words(first));
    }

    public String before(Money money) {
        return pair(first.before(), money);
    }

    public String now(Money money) {
        return pair(first.sold().pricing(), money);
    }

    private static String pair(Pricing price, Money money) {
        return say(
                "prices::{in} / {out}",
                ModelFacts.price(money, price.inputMicrosPerMillion()),
                ModelFacts.price(money, price.outputMicrosPerMillion()));
    }

    public String cost(Money money) {
        return ConsolePrices.cost(first.sold().upstream().cost(), money);
    }

    public Margins.Rates margins() {
        return first.sold().margins().rates();
    }
}
