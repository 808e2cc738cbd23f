package dev.tollgate.operator.admin.prices;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.models.BelowCost;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.models.prices.SetPrices.PriceVersion;
import dev.tollgate.models.prices.SetPrices.SetPrice;
import dev.tollgate.models.routing.ModelName;
import dev.tollgate.models.routing.RoutedModel;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.accounts.OperatorAccounts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The prices of models with their margins, and their changes while the program runs. Thread-safe; {@link #set} blocks. */
public final class Prices {

    /** The number of attempts to set a price if another server sets one at the same time. */
    private static final int ATTEMPTS = 5;

    /** The time in which every server reads a new price. */
    private static final Duration AHEAD_MIN = SetPrices.LOOK_EVERY.multipliedBy(5);

    /** The most later prices that a new price keeps: each is written again. */
    private static final int KEPT_MAX = 100;

    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    private final Catalogue catalogue;
    private final PriceList models;
    private final SetPrices prices;
    private final AccountPrices sold;
    private final AuditedWriter writer;
    private final InstantSource clock;

    /** @param clock the time by which prices come into force, the same on all servers that share the books */
    public Prices(
            Catalogue catalogue,
            ModelLife life,
            SetPrices prices,
            AccountPrices sold,
            AuditedWriter writer,
            InstantSource clock) {
        this.sold = sold;
        this.catalogue = catalogue;
        this.models = new PriceList(catalogue, life);
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
     * @param makesImages whether its output can have images, which may have a rate
     * @param ahead the prices that come into force later, the earliest first
     * @param changes later changes of the price or of the upstream's cost, the earliest first
     */
    public record ModelPrices(
            String modelId,
            Pricing pricing,
            Pricing ofFile,
            boolean isUnits,
            boolean makesImages,
            List<PriceSchedule.Dated> ahead,
            List<Later> changes,
            Upstream upstream) {

        /** Returns whether a rate is below the upstream's now. */
        public boolean isLoss() {
            return upstream.losses().stream().anyMatch(loss -> loss.from() == null);
        }

        /** Returns whether the price was set while the program runs. */
        public boolean isSet() {
            return !pricing.equals(ofFile);
        }

        /** Returns whether the catalogue says something else, which is not applied. */
        public boolean fileDiffers() {
            return !pricing.isWorth(ofFile);
        }

        /** Returns some of the rates, those that its price may have. */
        public List<Rate> of(List<Rate> rates) {
            return rates.stream()
                    .filter(rate -> rate != Rate.IMAGE_OUTPUT || makesImages)
                    .toList();
        }

        /** Returns the version of the last price ahead, or of the price in force if there is none. */
        public String newestVersion() {
            return ahead.isEmpty()
                    ? pricing.version()
                    : ahead.getLast().pricing().version();
        }

        /** Returns the margins at the upstream's present price. */
        public Margins margins() {
            UpstreamModel.Cost cost = upstream.cost();
            return Margins.of(pricing.tariff(), cost == null ? null : cost.tariff());
        }
    }

    /**
     * The upstream model behind a model.
     *
     * @param model that serves it now
     * @param cost the list price of that one; null if it is not known
     * @param losses rates that are sold below the cost, now or within 60 days, the earliest first
     * @param retirement when another model answers, and what the same price earns then; null if that is not so, or far
     */
    public record Upstream(
            String model,
            UpstreamModel.@Nullable Cost cost,
            List<Loss> losses,
            @Nullable Retirement retirement) {}

    /** @param from the time from which rates are sold below cost; null for now @param sentence says which */
    public record Loss(@Nullable Instant from, Sentence sentence) {}

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

    /** Returns the price groups. @param deeds know the accounts */
    public OperatorGroups groups(OperatorAccounts deeds) {
        return new OperatorGroups(() -> sold, models.life(), deeds, writer, clock);
    }

    /** All that is on sale, in the catalogue's order. Does not block. */
    public List<ModelPrices> all() {
        return catalogue.all().stream().map(this::current).toList();
    }

    /** @throws ApiException if it is not on sale under this id */
    public ModelPrices one(String modelId) {
        return current(model(modelId));
    }

    /** Returns those rows of models for which others have answered that are about an upstream model that serves a model on sale now. */
    List<RoutedModel> ofModel(List<RoutedModel> rows, String modelId) {
        Set<String> names = models.life().servedBy(model(modelId), clock.instant());
        return rows.stream()
                .filter(row -> names.stream().anyMatch(name -> ModelName.isSame(name, row.sent())))
                .toList();
    }

    /** The versions that were set of a model's price, the newest first. @param before the last sequence of the page before */
    public List<PriceVersion> versions(String modelId, long before, int limit) {
        model(modelId);
        return prices.of(modelId, before, limit);
    }

    /**
     * A new price.
     *
     * @param rates changes of its rates
     * @param reasoningBilled whether thoughts are charged as output; null: as before
     * @param from the future time from which it is in force; null for at once
     * @param cancelsScheduled whether later prices are withdrawn; otherwise they stay
     * @param looked a version that was looked at when this was chosen; null for whichever holds
     */
    public record Change(
            TariffEdit rates,
            @Nullable Boolean reasoningBilled,
            @Nullable Instant from,
            boolean cancelsScheduled,
            @Nullable String looked) {

        /** Returns whether a price stays as it is. */
        boolean leaves(Pricing before) {
            return rates.isEmpty(before.tariff()) && reasoningBilled == null;
        }
    }

    /**
     * A price as a change would make it.
     *
     * @param before the price that it follows
     * @param next the price and the upstream's cost when it comes into force
     * @param scheduled the later prices, which stay unless the change withdraws them, the earliest first
     * @param withdrawn versions ahead that it would replace
     * @param losses rates that would be sold below the upstream's, now or within 60 days, the earliest first
     */
    public record Preview(
            Pricing before, Later next, List<Scheduled> scheduled, List<String> withdrawn, List<Loss> losses) {

        public Preview {
            scheduled = List.copyOf(scheduled);
            withdrawn = List.copyOf(withdrawn);
            losses = List.copyOf(losses);
        }
    }

    /**
     * A later price, and the new one at the same time.
     *
     * @param kept the price if it stays
     * @param withdrawn the price if it is withdrawn: the new one, at the same cost
     */
    public record Scheduled(Later kept, Later withdrawn) {}

    /** @param withdrawn versions ahead that the new price replaces before they were ever in force */
    public record Done(ModelPrices sold, List<String> withdrawn) {

        public Done {
            withdrawn = List.copyOf(withdrawn);
        }
    }

    /**
     * Returns a model's price after a change, which is not set. Rates that the change leaves out are those in force just before. Does not
     * block.
     *
     * @throws ApiException with the wrong member
     */
    public Preview preview(String modelId, Change change) {
        Model model = model(modelId);
        return preview(model, plan(model, change));
    }

    /**
     * A change that may be set.
     *
     * @param at the time of the plan
     * @param from the time from which the new price is in force
     * @param kept later prices that stay
     * @param withdrawn later prices that it replaces
     */
    private record Plan(
            Instant at,
            Instant from,
            Pricing before,
            Pricing next,
            List<PriceSchedule.Dated> kept,
            List<PriceSchedule.Dated> withdrawn) {

        List<String> withdrawnVersions() {
            return withdrawn.stream().map(price -> price.pricing().version()).toList();
        }
    }

    private Plan plan(Model model, Change change) {
        Instant now = clock.instant();
        requireFuture(change.from(), now);
        Instant from = Objects.requireNonNullElse(change.from(), prices.earliest(model.id(), now));
        Pricing before = model.prices().at(from);
        if (change.leaves(before) && !change.cancelsScheduled()) {
            throw new ApiException(
                    400,
                    sentence(
                            "Nothing would change. Name at least one rate or 'reasoning', or withdraw the later prices with"
                                    + " 'cancel_scheduled': true."));
        }
        List<PriceSchedule.Dated> kept =
                change.cancelsScheduled() ? List.of() : model.prices().after(from);
        List<PriceSchedule.Dated> withdrawn = model.prices().after(now).stream()
                .filter(price -> !price.from().isBefore(from) && !kept.contains(price))
                .toList();
        requireScheduled(model, change.leaves(before), kept, withdrawn);
        Tariff tariff = change.rates().applied(before.tariff(), isUnits(model));
        Pricing.Rounding rounding =
                before.tariff().isFree() ? models.ofFile(model, from).rounding() : before.rounding();
        Pricing next = new Pricing(
                before.version(),
                tariff,
                change.reasoningBilled() == null ? before.reasoningBilled() : change.reasoningBilled(),
                tariff.isFree() ? rounding.withoutMinimum() : rounding);
        requireEmbedding(model, next);
        if (!model.makesImages() && next.tariff().has(Rate.IMAGE_OUTPUT)) {
            throw Field.wrong(
                    Rate.IMAGE_OUTPUT.key(),
                    sentence("{field} is not possible: {model} makes no images.", FIELD, model.id()));
        }
        return new Plan(now, from, before, next, kept, withdrawn);
    }

    static void requireFuture(@Nullable Instant from, Instant now) {
        if (from != null && (from.isBefore(now.plus(AHEAD_MIN)) || from.isAfter(LATEST))) {
            throw Field.wrong(
                    "from",
                    sentence(
                            "{field} is {value}; allowed is a time that is 5 seconds or more in the future and before the year 2200, or null for at once.",
                            FIELD,
                            from));
        }
    }

    private static void requireScheduled(
            Model model, boolean leaves, List<PriceSchedule.Dated> kept, List<PriceSchedule.Dated> withdrawn) {
        if (kept.size() > KEPT_MAX) {
            throw Field.wrong(
                    "cancel_scheduled",
                    sentence(
                            "{field} is not true, but {model} has {count} later prices, and a new price keeps at most {max}.",
                            FIELD,
                            model.id(),
                            Integer.toString(kept.size()),
                            Integer.toString(KEPT_MAX)));
        }
        if (leaves && withdrawn.isEmpty()) {
            throw Field.wrong(
                    "cancel_scheduled",
                    sentence("{field} is true, but {model} has no later price to withdraw.", FIELD, model.id()));
        }
    }

    private static void requireEmbedding(Model model, Pricing next) {
        if (model.isEmbedding() && !next.tariff().equals(Tariff.of(next.inputMicrosPerMillion(), 0))) {
            throw Field.wrong(
                    "output",
                    sentence(
                            "{field} is not 0, or another rate is set; allowed is a price with 'input' alone, as {model} makes embeddings.",
                            FIELD,
                            model.id()));
        }
        if (model.isEmbedding() && next.reasoningBilled()) {
            throw Field.wrong(
                    "reasoning",
                    sentence("{field} is billed; allowed is free, as {model} makes embeddings.", FIELD, model.id()));
        }
    }

    private Preview preview(Model model, Plan plan) {
        PriceSchedule alone = model.prices().then(new PriceSchedule.Dated(plan.from(), plan.next()));
        PriceSchedule all = alone;
        for (PriceSchedule.Dated price : plan.kept()) {
            all = all.then(price);
        }
        Model sold = model.atPrices(all);
        return new Preview(
                plan.before(),
                models.later(sold, plan.from(), plan.at()),
                model.prices().after(plan.from()).stream()
                        .map(price -> new Scheduled(
                                models.later(model, price.from(), plan.at()),
                                models.later(model.atPrices(alone), price.from(), plan.at())))
                        .toList(),
                plan.withdrawnVersions(),
                models.losses(sold, plan.at()));
    }

    static boolean isUnits(Model model) {
        return model.usageForm() == Model.UsageForm.UNITS;
    }

    /**
     * Makes a new version of a model's price. From its time on it replaces all others: at once, or from a time in the future. It holds for the
     * next call, on other servers within a second or so; a call that runs is charged at the price that it was held for. Needs a reason.
     */
    Done set(By by, String modelId, Change change) {
        by.needReason();
        String id = model(modelId).id();
        for (int attempt = 1; ; attempt++) {
            String newest = prices.newest(id);
            Model model = model(id); // after its version: a price that is set in between is seen by the commit
            requireCurrent(model, newest, change);
            Plan plan = plan(model, change);
            SetPrice set = new SetPrice(sold.groups(), id, newest, plan.next(), change.from(), plan.kept(), plan.at());
            writer.commit(by, PriceRoutes.SET.name(), id, () -> json(plan, set), set);
            if (set.outcome().isDone() || attempt == ATTEMPTS) {
                set.outcome().orThrow();
                return new Done(models.of(model(id), plan.at()), plan.withdrawnVersions()); // the clock may go back
            }
            prices.look();
        }
    }

    /** @param newest the version that was set last; null if none was set, so that the catalogue's holds */
    private static void requireCurrent(Model model, @Nullable String newest, Change change) {
        String last = model.prices().dated().getLast().pricing().version();
        if (change.looked() == null || change.looked().equals(newest == null ? last : newest)) {
            return;
        }
        throw newest != null
                ? SetPrice.changed(newest).asException()
                : new ApiException(
                        409,
                        sentence("The price has changed since you looked at it; its version is now: {version}.", last));
    }

    private static Deed.@Nullable Changed json(Plan plan, SetPrice set) {
        if (!(set.outcome() instanceof Outcome.Done<List<PriceVersion>>(List<PriceVersion> versions))) {
            return null;
        }
        AdminJson after = json(versions.getFirst());
        if (!plan.withdrawn().isEmpty()) {
            after.texts("withdrawn", plan.withdrawnVersions());
        }
        if (versions.size() > 1) {
            after.array("kept", versions.subList(1, versions.size()), kept -> json(kept)
                    .node());
        }
        return new Deed.Changed(json(plan.before()).end(), after.end());
    }

    private static AdminJson json(PriceVersion version) {
        AdminJson told = json(version.pricing());
        told.text("set_at", version.at().toString());
        Instant from = version.from();
        return from == null ? told : told.text("from", from.toString());
    }

    private static AdminJson json(Pricing price) {
        return new AdminJson()
                .text("version", price.version())
                .tariff(price.tariff())
                .text("reasoning", price.reasoningBilled() ? "billed" : "free")
                .text("rounding", price.rounding().describe());
    }

    private ModelPrices current(Model model) {
        return models.of(model, clock.instant());
    }

    private Model model(String id) {
        Model model = catalogue.find(id);
        if (model == null) {
            throw new ApiException(404, sentence("There is no model {model} on sale.", id));
        }
        return model;
    }

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
}
