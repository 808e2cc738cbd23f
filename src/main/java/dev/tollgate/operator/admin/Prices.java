package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.prices.PriceVersion;
import dev.tollgate.models.prices.SetPrice;
import dev.tollgate.models.prices.SetPrices;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is charged for each model, what that earns, and how it is changed while the program runs. Thread-safe; {@link #set} blocks. */
public final class Prices {

    /** How often a price is set again after another server has set one. */
    private static final int ATTEMPTS = 5;

    /** In this time every server has read the new price. */
    private static final Duration AHEAD_MIN = SetPrices.LOOK_EVERY.multipliedBy(5);

    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    private final Catalogue catalogue;
    private final SoldModels models;
    private final SetPrices prices;
    private final AuditedWriter writer;
    private final InstantSource clock;

    /** @param clock the time by which prices come into force, the same on all servers that share the books */
    public Prices(Catalogue catalogue, ModelLife life, SetPrices prices, AuditedWriter writer, InstantSource clock) {
        this.catalogue = catalogue;
        this.models = new SoldModels(catalogue, life);
        this.prices = prices;
        this.writer = writer;
        this.clock = clock;
    }

    /**
     * A model as it is sold now. Amounts are micro-credits per million tokens.
     *
     * @param pricing the price in force
     * @param ofFile the catalogue's price, which is not in force if another one was set
     * @param isUnits whether calls are charged in printed units, by input and output alone
     * @param ahead the prices that come into force later, the earliest first
     * @param changes later changes of the price or of the upstream's cost, the earliest first
     * @param upstreamModel what stands behind it now
     * @param cost the upstream's list price, null where it is not known
     * @param isLoss whether the input or the output is sold below that
     * @param retirement when another model answers, and what the same price earns then; null where that is not so, or far
     */
    public record Sold(
            String modelId,
            Pricing pricing,
            Pricing ofFile,
            boolean isUnits,
            List<PriceSchedule.Dated> ahead,
            List<Later> changes,
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

        /** Returns the version of the last price ahead, or of the price in force if there is none. */
        public String newestVersion() {
            return ahead.isEmpty()
                    ? pricing.version()
                    : ahead.getLast().pricing().version();
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

    /**
     * A price as a change would make it.
     *
     * @param before the price that it follows
     * @param next the price and the upstream's cost when it comes into force
     * @param withdrawn versions ahead that it would replace
     */
    public record Preview(Pricing before, Later next, List<String> withdrawn) {

        public Preview {
            withdrawn = List.copyOf(withdrawn);
        }
    }

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
    public Preview preview(String modelId, Change change) throws Refused {
        Model model = model(modelId);
        Instant now = clock.instant();
        if (change.from() != null
                && (change.from().isBefore(now.plus(AHEAD_MIN)) || change.from().isAfter(LATEST))) {
            throw Refused.of(
                    "from",
                    "is " + change.from()
                            + "; allowed is a time that is 5 seconds or more in the future and before the year 2200, or null"
                            + " for at once");
        }
        Instant from = Objects.requireNonNullElse(change.from(), now);
        Pricing before = model.prices().at(from);
        Pricing next = new Pricing(
                before.version(),
                change.rates().applied(before.tariff(), isUnits(model)),
                change.reasoningBilled() == null ? before.reasoningBilled() : change.reasoningBilled(),
                before.rounding());
        if (model.isEmbedding() && !next.tariff().equals(Tariff.of(next.inputMicrosPerMillion(), 0))) {
            throw Refused.of(
                    "output",
                    "is not 0, or another rate is set; allowed is a price with 'input' alone, as " + modelId
                            + " makes embeddings");
        }
        Model sold = models.standing(model, from, now).sold(PriceSchedule.of(next));
        return new Preview(before, SoldModels.later(sold, from), withdrawn(model, change.from(), now));
    }

    static boolean isUnits(Model model) {
        return model.usageForm() == Model.UsageForm.UNITS;
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
            Preview preview = preview(modelId, change);
            SetPrice set = new SetPrice(model.id(), newest, preview.next().pricing(), change.from(), clock.instant());
            writer.commit(by, "model.price", model.id(), () -> told(preview, set), set);
            outcome = set.outcome();
            if (outcome instanceof SetPrice.Set) {
                return new Done(one(model.id()), preview.withdrawn());
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

    private static Deed.@Nullable Changed told(Preview preview, SetPrice set) {
        if (!(set.outcome() instanceof SetPrice.Set done)) {
            return null;
        }
        AdminJson after = told(done.version().pricing());
        Instant from = done.version().from();
        if (from != null) {
            after.text("from", from.toString());
        }
        if (!preview.withdrawn().isEmpty()) {
            after.texts("withdrawn", preview.withdrawn());
        }
        return new Deed.Changed(told(preview.before()).end(), after.end());
    }

    private static AdminJson told(Pricing price) {
        return new AdminJson()
                .text("version", price.version())
                .tariff(price.tariff())
                .text("reasoning", price.reasoningBilled() ? "billed" : "free");
    }

    private Sold sold(Model model) {
        return models.sold(model, clock.instant());
    }

    private Model model(String id) throws Refused {
        Model model = catalogue.find(id);
        if (model == null) {
            throw new Refused(Refused.Why.NOT_FOUND, "There is no model " + id + " on sale.");
        }
        return model;
    }
}
