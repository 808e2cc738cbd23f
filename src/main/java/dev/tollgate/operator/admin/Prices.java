package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.models.BelowCost;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.prices.PriceVersion;
import dev.tollgate.models.prices.SetPrice;
import dev.tollgate.models.prices.SetPrices;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is charged for each model, what that earns, and how it is changed while the program runs. Thread-safe; {@link #set} blocks. */
public final class Prices {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private final Catalogue catalogue;
    private final ModelLife life;
    private final SetPrices prices;
    private final AuditedWriter writer;

    public Prices(Catalogue catalogue, ModelLife life, SetPrices prices, AuditedWriter writer) {
        this.catalogue = catalogue;
        this.life = life;
        this.prices = prices;
        this.writer = writer;
    }

    /**
     * A model as it is sold now. Amounts are micro-credits per million tokens.
     *
     * @param pricing what is charged
     * @param ofFile what the catalogue says, which does not hold where a price was set
     * @param upstreamModel what stands behind it now
     * @param cost the upstream's list price, null where it is not known
     * @param isLoss whether the input or the output is sold below that
     * @param retirement when another model answers, and what the same price earns then; null where that is not so, or far
     */
    public record Sold(
            String modelId,
            Pricing pricing,
            Pricing ofFile,
            String upstreamModel,
            UpstreamModel.@Nullable Cost cost,
            boolean isLoss,
            @Nullable Retirement retirement) {

        /** Whether the price was set while the program runs. */
        public boolean isSet() {
            return !pricing.equals(ofFile);
        }

        /** Whether the catalogue says something else, which is not applied. */
        public boolean fileDiffers() {
            return !pricing.isWorth(ofFile);
        }

        /** Percent of the price, cut down to tenths; below zero is a loss. Null where the cost is not known or nothing is charged. */
        public @Nullable BigDecimal inputMargin() {
            return inputMargin(cost);
        }

        /** Returns the margin on output in percent, without free thoughts; null if the cost is unknown or nothing is charged. */
        public @Nullable BigDecimal outputMargin() {
            return outputMargin(cost);
        }

        /** Returns the margin on input in percent at another cost; null if that is unknown. */
        public @Nullable BigDecimal inputMargin(UpstreamModel.@Nullable Cost then) {
            return then == null ? null : margin(pricing.inputMicrosPerMillion(), then.inputMicrosPerMillion());
        }

        /** Returns the margin on output in percent at another cost; null if that is unknown. */
        public @Nullable BigDecimal outputMargin(UpstreamModel.@Nullable Cost then) {
            return then == null ? null : margin(pricing.outputMicrosPerMillion(), then.outputMicrosPerMillion());
        }

        private static @Nullable BigDecimal margin(long priceMicros, long costMicros) {
            return priceMicros == 0
                    ? null
                    : BigDecimal.valueOf(priceMicros - costMicros)
                            .multiply(HUNDRED)
                            .divide(BigDecimal.valueOf(priceMicros), 1, RoundingMode.FLOOR);
        }
    }

    /** @param costs what the successor costs: on the day, or now where it answers already, and from each later day on that is known */
    public record Retirement(ModelLife.Retirement end, List<Later> costs) {

        public Retirement {
            costs = List.copyOf(costs);
        }
    }

    /** @param cost null where it is not known @param isLoss whether the input or the output is sold below that, at the price of now */
    public record Later(Instant from, UpstreamModel.@Nullable Cost cost, boolean isLoss) {}

    /** All that is on sale, in the catalogue's order. Does not block. */
    public List<Sold> all() {
        return catalogue.all().stream().map(this::sold).toList();
    }

    /** @throws Refused where it is not on sale under this id */
    public Sold one(String modelId) throws Refused {
        return sold(model(modelId));
    }

    /** The versions that were set of a model's price, the newest first. @param before the last sequence of the page before */
    public List<PriceVersion> versions(String modelId, long before, int limit) throws Refused {
        model(modelId);
        return Refused.where(() -> prices.of(modelId, before, limit));
    }

    /**
     * A new price. Amounts are micro-credits per million tokens.
     *
     * @param reasoningBilled whether thoughts are charged as output; null: as before
     * @param looked the version that was looked at when this was chosen; null for whichever holds
     */
    public record Change(
            long inputMicros,
            long outputMicros,
            @Nullable Boolean reasoningBilled,
            @Nullable String looked) {

        public Change {
            if (inputMicros < 0
                    || outputMicros < 0
                    || inputMicros > Pricing.MICROS_PER_MILLION_MAX
                    || outputMicros > Pricing.MICROS_PER_MILLION_MAX) {
                throw new IllegalArgumentException("A price is 0 to 1000000 credits per million tokens.");
            }
        }

        Pricing applied(Pricing before) {
            return new Pricing(
                    before.version(),
                    before.tariff().with(inputMicros, outputMicros),
                    reasoningBilled == null ? before.reasoningBilled() : reasoningBilled,
                    before.rounding());
        }
    }

    /**
     * Makes a new version of a model's price. It holds for the next call, on other servers within a second or so; a call that runs is charged
     * at the price that it was held for. Needs a reason.
     */
    public Sold set(By by, String modelId, Change change) throws Refused {
        Model model = model(modelId);
        Pricing ofFile = ofFile(model);
        Refused.where(by::needReason);
        SetPrice set = new SetPrice(model.id(), ofFile, change.looked(), change::applied, null, writer.now());
        writer.commit(by, "model.price", model.id(), () -> changed(set), set);
        return switch (set.outcome()) {
            case SetPrice.Set _ -> one(model.id());
            case SetPrice.ChangedMeanwhile changed ->
                throw new Refused(
                        Refused.Why.CONFLICT,
                        "Another operator has changed the price. Its version is " + changed.version() + " now.");
        };
    }

    private static Deed.@Nullable Changed changed(SetPrice set) {
        return set.outcome() instanceof SetPrice.Set done
                ? new Deed.Changed(told(done.before()), told(done.now().pricing()))
                : null;
    }

    private static String told(Pricing price) {
        return new AdminJson()
                .text("version", price.version())
                .credits("input", price.inputMicrosPerMillion())
                .credits("output", price.outputMicrosPerMillion())
                .text("reasoning", price.reasoningBilled() ? "billed" : "free")
                .end();
    }

    private Sold sold(Model model) {
        Instant now = writer.now();
        Model standing = life.current(model);
        return new Sold(
                model.id(),
                model.pricing(),
                ofFile(model),
                standing.upstream().name(),
                standing.upstream().cost(now),
                BelowCost.of(standing, now).isPresent(),
                retirement(model, now));
    }

    private @Nullable Retirement retirement(Model model, Instant now) {
        ModelLife.Retirement end = life.retirement(model);
        if (end == null) {
            return null;
        }
        UpstreamModel successor = Objects.requireNonNull(catalogue.upstream(end.successor()), end.successor());
        Instant first = end.isInEffect() ? now : end.at();
        Model then = model.standingOn(successor);
        Stream<Instant> turns =
                successor.costs().stream().map(UpstreamModel.Cost::from).filter(first::isBefore);
        return new Retirement(
                end,
                Stream.concat(Stream.of(first), turns)
                        .map(at -> new Later(
                                at, successor.cost(at), BelowCost.of(then, at).isPresent()))
                        .toList());
    }

    private Pricing ofFile(Model model) {
        return catalogue.asWritten().stream()
                .filter(written -> written.id().equals(model.id()))
                .findFirst()
                .orElseThrow()
                .pricing();
    }

    private Model model(String id) throws Refused {
        Model model = catalogue.find(id);
        if (model == null) {
            throw new Refused(Refused.Why.NOT_FOUND, "There is no model " + id + " on sale.");
        }
        return model;
    }
}
