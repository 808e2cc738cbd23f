package dev.tollgate.pages.console.prices;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.operator.admin.prices.Margins;
import dev.tollgate.operator.admin.prices.Prices;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.docs.ModelFacts;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.words.Joined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A rate that is sold below the upstream's, now or within 60 days. Amounts are micro-credits for a million tokens or a thousand searches or calls.
 *
 * @param models that have this loss alike
 * @param from the time of the loss; null for now
 * @param isLong whether it is the rate of long prompts
 */
public record LossLine(List<String> models, @Nullable Instant from, Rate rate, boolean isLong, long price, long cost) {

    public LossLine {
        models = List.copyOf(models);
    }

    private static final int HUNDRED = 100;

    /** Returns the losses of a model, the earliest first; each rate once. */
    public static List<LossLine> of(Prices.ModelPrices sold) {
        List<LossLine> lines = new ArrayList<>();
        for (Prices.Loss loss : sold.upstream().losses()) {
            if (loss.from() == null) {
                add(
                        lines,
                        sold.modelId(),
                        null,
                        sold.pricing().tariff(),
                        sold.upstream().cost());
            } else {
                later(sold)
                        .filter(later -> later.from().equals(loss.from()))
                        .forEach(later -> add(
                                lines,
                                sold.modelId(),
                                loss.from(),
                                later.pricing().tariff(),
                                later.cost()));
            }
        }
        return lines;
    }

    private static Stream<Prices.Later> later(Prices.ModelPrices sold) {
        Prices.Retirement retirement = sold.upstream().retirement();
        return Stream.concat(
                sold.changes().stream(), retirement == null ? Stream.empty() : retirement.costs().stream());
    }

    private static void add(
            List<LossLine> lines,
            String modelId,
            @Nullable Instant from,
            Tariff price,
            UpstreamModel.@Nullable Cost cost) {
        if (cost == null) {
            return;
        }
        add(lines, modelId, from, false, price.rates(), cost.tariff().rates());
        if (price.above() != null || cost.tariff().above() != null) {
            add(lines, modelId, from, true, Margins.above(price), Margins.above(cost.tariff()));
        }
    }

    private static void add(
            List<LossLine> lines,
            String modelId,
            @Nullable Instant from,
            boolean isLong,
            PriceRates price,
            PriceRates cost) {
        for (Rate rate : Rate.values()) {
            LossLine line = new LossLine(List.of(modelId), from, rate, isLong, rate.of(price), rate.of(cost));
            boolean isOwn = price.isComparable(rate, cost);
            if (isOwn && line.price < line.cost && lines.stream().noneMatch(line::repeats)) {
                lines.add(line);
            }
        }
    }

    /** Returns lines, those that differ in their models alone as one, in the order of the first of each. */
    static List<LossLine> folded(Stream<LossLine> lines) {
        Map<LossLine, List<String>> models = new LinkedHashMap<>();
        lines.forEach(line -> models.computeIfAbsent(line.of(List.of()), _ -> new ArrayList<>())
                .addAll(line.models));
        return models.entrySet().stream()
                .map(each -> each.getKey().of(each.getValue()))
                .toList();
    }

    private LossLine of(List<String> others) {
        return new LossLine(others, from, rate, isLong, price, cost);
    }

    /** Returns the cell that names the models: the first one with a link to its price. */
    public Cell named() {
        return Cell.link(ConsolePaths.PRICES + "/" + models.getFirst(), models.getFirst())
                .under(Joined.facts(models.stream().skip(1)));
    }

    /** Returns whether an earlier line names the same rate, or the same amounts for short prompts. */
    private boolean repeats(LossLine other) {
        boolean isAlike = price == other.price && cost == other.cost && !other.isLong;
        return rate == other.rate && (isLong == other.isLong || isAlike);
    }

    /** Returns the rates of a model's losses in a few words: {@code loss: searches, long prompts}. */
    static String brief(Prices.ModelPrices sold) {
        return brief(of(sold));
    }

    /** Returns the same of a time in the future; null without a loss. */
    public static @Nullable String brief(Prices.Later later) {
        List<LossLine> lines = new ArrayList<>();
        add(lines, "", later.from(), later.pricing().tariff(), later.cost());
        return lines.isEmpty() ? null : brief(lines);
    }

    private static String brief(List<LossLine> lines) {
        return say(
                "loss: {rates}", Joined.facts(lines.stream().map(LossLine::kind).distinct()));
    }

    private String kind() {
        return switch (rate) {
            case SEARCH -> say("searches");
            case MAPS -> say("Google Maps");
            default -> isLong ? say("long prompts") : rate.word().said();
        };
    }

    public String what() {
        return RateLine.name(rate, isLong);
    }

    public String day() {
        return from == null ? say("now") : Display.day(from, ZoneOffset.UTC);
    }

    /** Returns the price; "free" for none. */
    public String priceText(Money money) {
        return price == 0 ? say("free") : ModelFacts.price(money, price);
    }

    /** Returns the loss, also in percent of the price. */
    public String lossText(Money money) {
        String loss = ModelFacts.price(money, cost - price);
        return price == 0 ? loss : say("{loss} ({percent})", loss, percent());
    }

    private String percent() {
        BigDecimal margin = BigDecimal.valueOf(price - cost)
                .multiply(BigDecimal.valueOf(HUNDRED))
                .divide(BigDecimal.valueOf(price), 0, RoundingMode.HALF_UP);
        return ConsolePrices.percent(margin);
    }
}
