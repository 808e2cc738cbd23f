package dev.tollgate.pages.playground;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.models.Model;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.pages.docs.ModelFacts;
import dev.tollgate.pages.docs.PriceFacts;
import dev.tollgate.pages.frame.Money;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model to choose, at the price in force.
 *
 * @param retires whether the provider retires it within 60 days
 * @param usual the account's usual charges, for the page's script
 */
public record ModelChoice(Model model, boolean retires, String usual) {

    private static final JsonMapper JSON = new JsonMapper();

    /** Returns the models in groups: those that retire soon are the last. */
    public static List<Named> groups(List<ModelChoice> models) {
        return Stream.of(Group.values())
                .map(group -> new Named(
                        group.words.said(),
                        models.stream()
                                .filter(choice -> choice.group() == group)
                                .toList()))
                .filter(named -> !named.choices.isEmpty())
                .toList();
    }

    /** A group of models. */
    public record Named(String name, List<ModelChoice> choices) {}

    private enum Group {
        TEXT(sentence("Text")),
        IMAGES(sentence("Images")),
        RETIRING(sentence("Retiring soon"));

        private final Sentence words;

        Group(Sentence words) {
            this.words = words;
        }
    }

    private Group group() {
        return retires ? Group.RETIRING : model.makesImages() ? Group.IMAGES : Group.TEXT;
    }

    /** Returns its rates, and what an image costs. */
    public String price(Money money) {
        Pricing price = model.pricing();
        String made = PriceFacts.of(model, price).made(money);
        String in = ModelFacts.price(money, price.inputMicrosPerMillion());
        String out = ModelFacts.price(money, price.outputMicrosPerMillion());
        return made.isEmpty()
                ? say("{in} in, {out} out per million tokens", in, out)
                : say("{in} in, {out} out per million tokens; {made}", in, out, made);
    }

    /** Returns what its images can be and what one costs, for the page's script; null if it makes none. */
    public @Nullable String images(Money money) {
        UpstreamModel.Images images = model.upstream().images();
        if (images == null) {
            return null;
        }
        PriceFacts price = PriceFacts.of(model, model.pricing());
        Map<String, String> sizes = new LinkedHashMap<>();
        images.sizes()
                .keySet()
                .forEach(size -> sizes.put(size, ModelFacts.price(money, price.imageMicros(size)) + money.unit()));
        return JSON.writeValueAsString(
                new TreeMap<>(Map.of("sizes", sizes, "size", images.size(), "ratios", images.ratios())));
    }

    /** Returns the ratios of images that some of these models make. */
    public static List<String> ratios(List<ModelChoice> models) {
        return models.stream()
                .map(choice -> choice.model.upstream().images())
                .filter(Objects::nonNull)
                .flatMap(images -> images.ratios().stream())
                .distinct()
                .toList();
    }

    /** Returns the service tiers that a call can ask for, apart from the standard one. */
    public String tiers() {
        return Stream.of(ServiceTier.FLEX, ServiceTier.PRIORITY)
                .filter(model.pricing()::offers)
                .map(ServiceTier::word)
                .collect(Collectors.joining(" "));
    }

    /** Returns the most searches that one call pays for. */
    public int searchesMax() {
        Tariff tariff = model.pricing().tariff();
        if (!tariff.has(Rate.SEARCH)) {
            return 0;
        }
        return tariff.searchCounts() == Tariff.SearchCounts.CALLS
                ? 1
                : model.tools().searchesMax();
    }
}
