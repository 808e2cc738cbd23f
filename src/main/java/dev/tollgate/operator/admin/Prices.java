package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.models.BelowCost;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.prices.PriceVersion;
import dev.tollgate.models.prices.SetPrice;
import dev.tollgate.models.prices.SetPrices;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is charged for each model, what that earns, and how it is changed while the program runs. Thread-safe; {@link #set} blocks. */
public final class Prices {

    /** How often a price is set again after another server has set one. */
    private static final int ATTEMPTS = 5;

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
     * @param pricing the price in force
     * @param ofFile the catalogue's price, which is not in force if another one was set
     * @param ahead the prices that come into force later, the earliest first
     * @param upstreamModel what stands behind it now
     * @param cost the upstream's list price, null where it is not known
     * @param isLoss whether the input or the output is sold below that
     * @param retirement when another model answers, and what the same price earns then; null where that is not so, or far
     */
    public record Sold(
            String modelId,
            Pricing pricing,
            Pricing ofFile,
            List<PriceSchedule.Dated> ahead,
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

        /** Returns the margins at the upstream's present price. */
        public Margins margins() {
            return Margins.of(pricing.tariff(), cost == null ? null : cost.tariff());
        }
    }

    /** @param costs at the price and the successor's cost of the day, or of now if it answers already, and of each later change of either */
    public record Retirement(ModelLife.Retirement end, List<Later> costs) {

        public Retirement {
            costs = List.copyOf(costs);
        }
    }

    /**
     * Price and cost from a time on.
     *
     * @param cost null if unknown
     * @param isLoss whether a component is sold below cost
     */
    public record Later(Instant from, Pricing pricing, UpstreamModel.@Nullable Cost cost, boolean isLoss) {

        /** Returns the margins of this time. */
        public Margins margins() {
            return Margins.of(pricing.tariff(), cost == null ? null : cost.tariff());
        }
    }

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
     * A new price.
     *
     * @param rates changes of its rates
     * @param reasoningBilled whether thoughts are charged as output; null: as before
     * @param from the future time from which it is in force; null for at once
     * @param looked a version that was looked at when this was chosen; null for whichever holds
     */
    public record Change(
            TariffEdit rates,
            @Nullable Boolean reasoningBilled,
            @Nullable Instant from,
            @Nullable String looked) {}

    /** @param withdrawn versions ahead that the new price replaces before they were ever in force */
    public record Done(Sold sold, List<String> withdrawn) {

        public Done {
            withdrawn = List.copyOf(withdrawn);
        }
    }

    /** Returns a time with an offset (RFC 3339). @throws java.time.format.DateTimeParseException if it is none */
    public static Instant time(String text) {
        return OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * Returns a model's price after a change, which is not set. Rates that the change leaves out are those in force just before. Does not
     * block.
     *
     * @throws Refused with the wrong member
     */
    public Pricing next(String modelId, Change change) throws Refused {
        Model model = model(modelId);
        Instant now = writer.now();
        if (change.from() != null && !change.from().isAfter(now)) {
            throw Refused.of("from", "is " + change.from() + "; allowed is a time in the future, or null for at once");
        }
        Pricing before = model.prices().at(Objects.requireNonNullElse(change.from(), now));
        return new Pricing(
                before.version(),
                change.rates().applied(before.tariff(), model.usageForm() == Model.UsageForm.UNITS),
                change.reasoningBilled() == null ? before.reasoningBilled() : change.reasoningBilled(),
                before.rounding());
    }

    /**
     * Makes a new version of a model's price. From its time on it replaces all others: at once, or from a time in the future. It holds for the
     * next call, on other servers within a second or so; a call that runs is charged at the price that it was held for. Needs a reason.
     */
    public Done set(By by, String modelId, Change change) throws Refused {
        Refused.where(by::needReason);
        Model model = model(modelId);
        SetPrice.Outcome outcome = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            String newest = prices.newest(model.id());
            if (newest != null && change.looked() != null && !newest.equals(change.looked())) {
                throw changed(newest);
            }
            Pricing next = next(modelId, change);
            Instant now = writer.now();
            Model before = model(modelId).at(Objects.requireNonNullElse(change.from(), now));
            List<String> withdrawn = withdrawn(before, change.from(), now);
            SetPrice set = new SetPrice(model.id(), newest, next, change.from(), now);
            writer.commit(by, "model.price", model.id(), () -> told(before.pricing(), set, withdrawn), set);
            outcome = set.outcome();
            if (outcome instanceof SetPrice.Set) {
                return new Done(one(model.id()), withdrawn);
            }
            prices.look();
        }
        throw changed(outcome instanceof SetPrice.ChangedMeanwhile changed ? changed.version() : "unknown");
    }

    private static Refused changed(String version) {
        return new Refused(
                Refused.Why.CONFLICT, "Another operator has changed the price. Its version is " + version + " now.");
    }

    private static List<String> withdrawn(Model model, @Nullable Instant from, Instant now) {
        return model.prices().after(now).stream()
                .filter(price -> from == null || !price.from().isBefore(from))
                .map(price -> price.pricing().version())
                .toList();
    }

    private static Deed.@Nullable Changed told(Pricing before, SetPrice set, List<String> withdrawn) {
        if (!(set.outcome() instanceof SetPrice.Set done)) {
            return null;
        }
        AdminJson after = told(done.version().pricing());
        Instant from = done.version().from();
        if (from != null) {
            after.text("from", from.toString());
        }
        if (!withdrawn.isEmpty()) {
            after.texts("withdrawn", withdrawn);
        }
        return new Deed.Changed(told(before).end(), after.end());
    }

    private static AdminJson told(Pricing price) {
        return new AdminJson()
                .text("version", price.version())
                .tariff(price.tariff())
                .text("reasoning", price.reasoningBilled() ? "billed" : "free");
    }

    private Sold sold(Model model) {
        Instant now = writer.now();
        Model standing = life.current(model).at(now);
        return new Sold(
                model.id(),
                standing.pricing(),
                ofFile(model, now),
                model.prices().after(now),
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
                BelowCost.of(then, at).isPresent());
    }

    private Pricing ofFile(Model model, Instant now) {
        return catalogue.asWritten().stream()
                .filter(written -> written.id().equals(model.id()))
                .findFirst()
                .orElseThrow()
                .at(now)
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
