package dev.tollgate.pages.console.prices;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.money.Credits;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Usage;
import dev.tollgate.models.prices.SetPrices.PriceVersion;
import dev.tollgate.models.routing.RoutedModel;
import dev.tollgate.operator.admin.prices.Margins;
import dev.tollgate.operator.admin.prices.PriceRoutes;
import dev.tollgate.operator.admin.prices.Prices;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.docs.ModelFacts;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.console.JtepriceGenerated;
import templates.console.JtepricesGenerated;

/**
 * {@code /console/prices[/{model}]}: what is charged, what that earns, and a new version of it, shown next to the old one before it is set.
 *
 * @param foresight as of now
 * @param routed the models for which others have answered; blocks
 */
public record ConsolePrices(
        Prices prices, Supplier<Foresight> foresight, Supplier<List<RoutedModel>> routed, DeedForms forms) {

    private static final int VERSIONS = 20;

    /** The most later prices of a model that the list shows. */
    private static final int PRICES_AHEAD = 4;

    /** The percentage below which a margin is marked. */
    public static final int THIN = 10;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.PRICES, pages.operators(), request -> list()),
                pages.get(ConsolePaths.PRICES + "/{model...}", pages.operators(), this::one),
                pages.post(ConsolePaths.PRICES + "/{model...}", pages.operators(), this::compareOrSet));
    }

    private PageStep list() {
        Foresight now = foresight.get();
        List<Prices.ModelPrices> all = prices.all();
        List<RoutedModel> others = routed.get();
        return PageStep.show((out, shell) -> JtepricesGenerated.render(out, null, shell, all, others, now));
    }

    private PageStep one(PageRequest<Visitor.Member> request) {
        Map<String, String> kept = forms.kept(request);
        return kept.isEmpty()
                ? PageStep.show(drawing(request, Contents.of(prices(request))))
                : compare(request, PriceForm.typed(kept, zone(request)), kept.get("reason"));
    }

    /** Shows what changes; it changes nothing. */
    private PageStep compare(PageRequest<Visitor.Member> request, PriceForm typed, @Nullable String reason) {
        try {
            String model = request.param("model");
            PriceForm form = typed.hasMargin() ? marked(typed, prices.preview(model, typed.change())) : typed;
            Prices.Preview preview = prices.preview(model, form.change());
            Prices.Preview all = prices.preview(model, form.withOffers().change());
            return PageStep.show(drawing(request, new Contents(form, preview, compared(preview, all), reason, null)));
        } catch (ApiException e) {
            String error = DeedForms.complaint(PriceRoutes.SET, e.error());
            return PageStep.again(drawing(request, new Contents(typed, null, List.of(), reason, error)));
        } catch (IllegalArgumentException e) {
            return PageStep.again(drawing(
                    request,
                    new Contents(typed, null, List.of(), reason, Mistake.of(e).said())));
        }
    }

    private static PriceForm marked(PriceForm typed, Prices.Preview preview) {
        return typed.onCost(preview.next().cost(), preview.before().tariff());
    }

    private static ZoneId zone(PageRequest<Visitor.Member> request) {
        return request.visitor().person().preferences().zone();
    }

    private PageStep compareOrSet(PageRequest<Visitor.Member> request, Form form) {
        return form.field(ConsoleGroups.PREVIEW) != null
                ? compare(request, PriceForm.typed(form.fields(), zone(request)), form.field("reason"))
                : forms.proved(sold -> sold.param("model"), this::set).take(request, form);
    }

    private PageStep set(PageRequest<Visitor.Member> request, Form form) {
        String model = request.param("model");
        PriceForm typed = PriceForm.typed(form.fields(), zone(request));
        return forms.offer(prices, PriceRoutes.SET, (_, _) -> typed.body())
                .take(
                        request,
                        form,
                        Map.of("id", model),
                        refused -> PageStep.again(drawing(request, refused(model, typed, refused))),
                        done -> done.on(ConsolePaths.PRICES + "/" + model));
    }

    /** Returns a price that was refused, with its comparison if there can be one. */
    private Contents refused(String model, PriceForm typed, FormState refused) {
        String reason = refused.typed().get("reason");
        try {
            Prices.Preview preview = prices.preview(model, typed.change());
            return new Contents(typed, preview, compared(preview, preview), reason, refused.error());
        } catch (ApiException | IllegalArgumentException e) {
            return new Contents(typed, null, List.of(), reason, refused.error());
        }
    }

    /**
     * The forms of the page.
     *
     * @param form the rates as typed, or the price in force
     * @param preview the comparison; null if nothing was typed that could be set
     * @param changes of the comparison
     * @param reason as typed
     * @param error null if there is none
     */
    public record Contents(
            PriceForm form,
            Prices.@Nullable Preview preview,
            List<Changed> changes,
            @Nullable String reason,
            @Nullable String error) {

        /** Returns the fields of boxes. */
        public List<String> boxes() {
            return changes.stream().map(Changed::box).filter(Objects::nonNull).toList();
        }

        static Contents of(Prices.ModelPrices sold) {
            return new Contents(PriceForm.of(sold.pricing()), null, List.of(), null, null);
        }
    }

    private Prices.ModelPrices prices(PageRequest<Visitor.Member> request) {
        try {
            return prices.one(request.param("model"));
        } catch (ApiException e) {
            throw ConsolePaths.notFound(e.error().forPeople());
        }
    }

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, Contents shown) {
        Prices.ModelPrices sold = prices(request);
        String done = DeedForms.done(request, shown.error());
        try {
            List<PriceVersion> versions = prices.versions(request.param("model"), Long.MAX_VALUE, VERSIONS);
            return (out, shell) -> JtepriceGenerated.render(out, null, shell, sold, shown, versions, done);
        } catch (ApiException e) {
            throw ConsolePaths.notFound(e.error().forPeople());
        }
    }

    /** Returns the day from which another model replaces this one at a cost; "now" for the first cost of a model that already replaces it. */
    public static String day(Prices.Retirement retirement, Prices.Later later) {
        boolean isNow =
                retirement.end().isInEffect() && later.equals(retirement.costs().getFirst());
        return isNow ? say("now") : Display.day(later.from(), ZoneOffset.UTC);
    }

    public static String thoughts(Pricing price) {
        return price.reasoningBilled() ? say("billed") : say("free");
    }

    public static String percent(@Nullable BigDecimal percent) {
        return percent == null
                ? "–"
                : say(
                        "{percent} %",
                        percent.toPlainString()
                                .replace('-', '−')
                                .replace('.', Language.now().signs().decimal()));
    }

    /** Returns the cell of a margin: amber below {@value #THIN} percent, red below zero. */
    public static Cell margin(@Nullable BigDecimal percent) {
        return percent != null && isThin(percent)
                ? Cell.badge(percent.signum() < 0 ? "bad" : "warn", percent(percent))
                : Cell.of(percent(percent));
    }

    private static boolean isThin(@Nullable BigDecimal percent) {
        return percent != null && percent.compareTo(BigDecimal.valueOf(THIN)) < 0;
    }

    private static boolean isThin(Margins.Rates rates) {
        return isThin(rates.input()) || isThin(rates.output());
    }

    /** Returns the smaller margin of input and output; null if neither is known. */
    private static @Nullable BigDecimal least(Margins margins) {
        return Stream.of(margins.rates().input(), margins.rates().output())
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    /** A later price and cost of a model. @param why what changes @param isLeast whether no other change leaves a smaller margin on input or output */
    public record Ahead(Prices.Later later, String why, boolean isLeast) {}

    /** Returns the later prices and costs of a model, each with what changes against the one before. */
    public static List<Ahead> changes(Prices.ModelPrices sold) {
        Prices.Retirement retirement = sold.upstream().retirement();
        Prices.Later least = sold.changes().stream()
                .filter(later -> least(later.margins()) != null)
                .min(Comparator.comparing(later -> Objects.requireNonNull(least(later.margins()))))
                .orElse(null);
        List<Ahead> changes = new ArrayList<>();
        Tariff price = sold.pricing().tariff();
        UpstreamModel.Cost cost = sold.upstream().cost();
        for (Prices.Later later : sold.changes()) {
            List<String> why = new ArrayList<>();
            if (!price.equals(later.pricing().tariff())) {
                why.add(say("your price changes"));
            }
            if (retirement != null && retirement.end().at().equals(later.from())) {
                why.add(say("{model} answers, at its own cost", retirement.end().successor()));
            } else if (!Objects.equals(cost, later.cost())) {
                why.add(say("the provider's price changes"));
            }
            changes.add(new Ahead(
                    later,
                    Joined.facts(why.stream()),
                    later.equals(least) && sold.changes().size() > 1));
            price = later.pricing().tariff();
            cost = later.cost();
        }
        return changes;
    }

    /** A change after which a margin is small, but not a loss. @param successor the model that answers from then on; null if it stays */
    public record Thin(
            Prices.ModelPrices sold,
            Prices.Later later,
            @Nullable String successor) {

        public String sentence(Money money) {
            String costs = input(later.cost(), money) + " / " + output(later.cost(), money);
            return successor == null
                    ? say(
                            "its lowest margin is {margin} from {day}, because its price or its cost changes.",
                            margin(),
                            day())
                    : say(
                            "its lowest margin is {margin} from {day}, because {successor} then answers and costs {costs}.",
                            margin(),
                            day(),
                            successor,
                            costs);
        }

        private String margin() {
            return percent(least());
        }

        /** Returns the smaller margin of input and output, zero if neither is known. */
        private BigDecimal least() {
            return Objects.requireNonNullElse(ConsolePrices.least(later.margins()), BigDecimal.ZERO);
        }

        private String day() {
            return Display.day(later.from(), ZoneOffset.UTC);
        }

        /** Returns the model with its lowest margin and the day. */
        public String brief() {
            return say("{model} ({margin} from {day})", sold.modelId(), margin(), day());
        }
    }

    /** Returns the first change of each model after which a margin is below {@value #THIN} percent. */
    public static List<Thin> thin(List<Prices.ModelPrices> models) {
        return models.stream().flatMap(sold -> thin(sold).limit(1)).toList();
    }

    /** Returns the sentences about {@link #thin}, each with the models of which it is true: several ids of one model have one. */
    public static Map<String, List<String>> thinSentences(List<Prices.ModelPrices> models, Money money) {
        return thin(models).stream()
                .collect(Collectors.groupingBy(
                        thin -> thin.sentence(money),
                        LinkedHashMap::new,
                        Collectors.mapping(thin -> thin.sold().modelId(), Collectors.toList())));
    }

    private static Stream<Thin> thin(Prices.ModelPrices sold) {
        if (isThin(sold.margins().rates())) {
            return Stream.empty(); // the table marks it
        }
        Prices.Retirement retirement = sold.upstream().retirement();
        Stream<Thin> changes = sold.changes().stream().map(later -> new Thin(sold, later, null));
        Stream<Thin> after = retirement == null
                ? Stream.empty()
                : retirement.costs().stream()
                        .map(later -> new Thin(sold, later, retirement.end().successor()));
        return Stream.concat(after, changes)
                .filter(thin ->
                        isThin(thin.later.margins().rates()) && thin.least().signum() >= 0);
    }

    public static String input(UpstreamModel.@Nullable Cost cost, Money money) {
        return cost == null ? "–" : ModelFacts.price(money, cost.inputMicrosPerMillion());
    }

    public static String output(UpstreamModel.@Nullable Cost cost, Money money) {
        return cost == null ? "–" : ModelFacts.price(money, cost.outputMicrosPerMillion());
    }

    /** Returns a cost in and out; a dash if it is not known. */
    public static String cost(UpstreamModel.@Nullable Cost cost, Money money) {
        return cost == null ? "–" : say("prices::{in} / {out}", input(cost, money), output(cost, money));
    }

    /** Returns the day of the first loss; null if it is a loss now. */
    private static @Nullable String firstDay(Prices.ModelPrices sold) {
        Instant from = sold.upstream().losses().getFirst().from();
        return from == null ? null : Display.day(from, ZoneOffset.UTC);
    }

    /** Returns a model with a loss, and its day if it is not now. */
    public static String firstLoss(Prices.ModelPrices sold) {
        String day = firstDay(sold);
        return day == null ? sold.modelId() : say("{model} (from {day})", sold.modelId(), day);
    }

    /** Returns the version of a price that is set for the time of the new one; empty if there is none. */
    public static String replaced(Prices.Preview preview) {
        List<String> later = preview.scheduled().stream()
                .map(scheduled -> scheduled.kept().pricing().version())
                .toList();
        return preview.withdrawn().stream()
                .filter(version -> !later.contains(version))
                .reduce((a, b) -> say("{a}, {b}", a, b))
                .orElse("");
    }

    /** Returns what cancelling a later price means for an example call. */
    public static String withdrawing(Prices.Scheduled scheduled) {
        ExampleCall call = ExampleCall.ALL.getFirst();
        long kept = scheduled.kept().pricing().chargeMicros(call.usage());
        long instead = scheduled.withdrawn().pricing().chargeMicros(call.usage());
        UpstreamModel.Cost cost = scheduled.kept().cost();
        if (cost == null) {
            return say(
                    "If you cancel it, the first example call brings {instead} credits from that day on, not {kept}.",
                    Display.charge(instead),
                    Display.charge(kept));
        }
        long costs = cost.micros(call.usage());
        return instead < costs
                ? say(
                        "If you cancel it, the first example call brings {instead} credits from that day on, not {kept}. It costs you {costs}: you lose {loss} credits on each.",
                        Display.charge(instead),
                        Display.charge(kept),
                        Display.charge(costs),
                        Display.charge(costs - instead))
                : say(
                        "If you cancel it, the first example call brings {instead} credits from that day on, not {kept}. It costs you {costs}.",
                        Display.charge(instead),
                        Display.charge(kept),
                        Display.charge(costs));
    }

    /** Returns the cell that names the model that answered, and what calls cost then. */
    public static Cell answered(RoutedModel row, Foresight now) {
        boolean isExpected = row.isExpected(now.catalogue());
        boolean isPriced = row.isPriced(now.catalogue(), now.now());
        return Cell.name(row.answered())
                .under(isExpected ? say("the catalogue expects it") : null)
                .under(isPriced ? null : say("not in the catalogue: calls cost what the sent model does"));
    }

    /** A row of what becomes of a scheduled price: it is kept, it is cancelled, or what calls cost then. */
    public record Choice(String name, Prices.Later later, boolean isCost) {

        public static List<Choice> of(Prices.Scheduled scheduled) {
            return List.of(
                    new Choice(say("Kept"), scheduled.kept(), false),
                    new Choice(say("Cancelled"), scheduled.withdrawn(), false),
                    new Choice(say("Cost"), scheduled.kept(), true));
        }
    }

    /** A model after its upstream model's retirement. */
    public record Retired(Prices.ModelPrices sold, Prices.Retirement retirement, Prices.Later later) {}

    public static List<Retired> retired(List<Prices.ModelPrices> models) {
        List<Retired> retired = new ArrayList<>();
        for (Prices.ModelPrices sold : models) {
            Prices.Retirement retirement = sold.upstream().retirement();
            if (retirement != null) {
                retirement.costs().forEach(later -> retired.add(new Retired(sold, retirement, later)));
            }
        }
        return retired;
    }

    /**
     * A rate before and after a change.
     *
     * @param cost of the new one, with the margin
     * @param box the field of a rate that offers what is not on sale; null for others
     * @param value of the box in credits
     * @param isTicked whether the change has the rate
     */
    public record Changed(
            RateLine rates,
            @Nullable RateLine cost,
            @Nullable String box,
            String value,
            boolean isTicked) {}

    /** Returns the rates before and after a change, with the cost from then on. @param all the change with all that it could offer */
    private static List<Changed> compared(Prices.Preview preview, Prices.Preview all) {
        Tariff before = preview.before().tariff();
        Tariff next = preview.next().pricing().tariff();
        Tariff whole = all.next().pricing().tariff();
        UpstreamModel.Cost cost = preview.next().cost();
        Map<String, RateLine> costs = RateLine.of(whole, cost == null ? null : cost.tariff()).stream()
                .collect(Collectors.toMap(RateLine::key, line -> line));
        List<Changed> lines = new ArrayList<>();
        RateLine.change(before, next)
                .forEach(line -> lines.add(new Changed(line, costs.get(line.key()), null, "", false)));
        for (Rate rate : Rate.values()) {
            if (rate.isOffer() && !before.has(rate) && whole.has(rate)) {
                String price = Display.price(rate.of(whole.rates()));
                lines.add(new Changed(
                        new RateLine(rate.key(), rate.head().said(), say("not offered"), price),
                        costs.get(rate.key()),
                        rate.key(),
                        Credits.text(rate.of(whole.rates())),
                        next.has(rate)));
            }
        }
        lines.add(new Changed(
                new RateLine(
                        "reasoning",
                        say("Thoughts"),
                        thoughts(preview.before()),
                        thoughts(preview.next().pricing())),
                null,
                null,
                "",
                false));
        return lines;
    }

    /** Returns the cell that names a model in the list. */
    public static Cell named(Prices.ModelPrices sold, Money money) {
        Cell name = Cell.link(ConsolePaths.PRICES + "/" + sold.modelId(), sold.modelId());
        Cell marked = sold.upstream().losses().isEmpty()
                ? name
                : name.and(new Cell.Part.Words(lossWords(sold), "badge bad", null, "#losses-title"));
        return marked.under(
                        sold.pricing().reasoningBilled() || sold.upstream().cost() == null
                                ? null
                                : say("thoughts are free"))
                .under(
                        sold.upstream().model().equals(sold.modelId())
                                ? null
                                : say("answered by {model}", sold.upstream().model()))
                .under(sold.fileDiffers() ? ofFile(sold, money) : null);
    }

    /** Returns the rates with a loss, and its day if it is not now. */
    public static String lossWords(Prices.ModelPrices sold) {
        String day = firstDay(sold);
        return day == null ? LossLine.brief(sold) : say("{loss} from {day}", LossLine.brief(sold), day);
    }

    /** Returns the prices in and out that come into force later, with their days, a line each. */
    public static Cell ahead(Prices.ModelPrices sold, Money money) {
        Cell lines = sold.ahead().isEmpty() ? Cell.of(Cell.NOTHING) : Cell.EMPTY;
        for (PriceSchedule.Dated price :
                sold.ahead().stream().limit(PRICES_AHEAD).toList()) {
            String line = say(
                    "{day}: {in} / {out}",
                    Display.dayOfMonth(LocalDate.ofInstant(price.from(), ZoneOffset.UTC)),
                    ModelFacts.price(money, price.pricing().inputMicrosPerMillion()),
                    ModelFacts.price(money, price.pricing().outputMicrosPerMillion()));
            lines = lines.and(line, "below");
        }
        return lines;
    }

    /** Returns the losses of all models, equal ones of several models in one line. */
    public static List<LossLine> losses(List<Prices.ModelPrices> models) {
        return LossLine.folded(models.stream().flatMap(sold -> LossLine.of(sold).stream()));
    }

    public static String names(List<LossLine> losses) {
        return Joined.facts(
                losses.stream().flatMap(loss -> loss.models().stream()).distinct());
    }

    /** Returns the margin of a rate; null if neither price nor cost has it. */
    public static @Nullable BigDecimal cached(Margins margins) {
        return margins.rates()
                .percent()
                .getOrDefault(Rate.CACHED_INPUT, margins.rates().input());
    }

    /** Returns what the catalogue's file says instead. */
    public static String ofFile(Prices.ModelPrices sold, Money money) {
        Pricing file = sold.ofFile();
        String in = ModelFacts.price(money, file.inputMicrosPerMillion());
        String out = ModelFacts.price(money, file.outputMicrosPerMillion());
        return file.reasoningBilled()
                ? say("Catalogue price {in} / {out}, thoughts billed (overridden here)", in, out)
                : say("Catalogue price {in} / {out}, thoughts free (overridden here)", in, out);
    }

    /** A call by which prices and costs are compared. */
    public record ExampleCall(Sentence what, Usage usage) {

        private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

        /** A usual call, one with a long prompt, and one of an agent that reads most of its prompt from the cache. */
        public static final List<ExampleCall> ALL = List.of(
                new ExampleCall(
                        sentence("2,000 tokens in, 500 out, 800 of thoughts"),
                        new Usage(2_000, 0, 500, 800, 0, 0, 0, 500)),
                new ExampleCall(
                        sentence("250,000 tokens in, 2,000 out"), new Usage(250_000, 0, 2_000, 0, 0, 0, 0, 2_000)),
                new ExampleCall(
                        sentence("50,000 tokens in, 90 % of them cached, 1,000 out"),
                        new Usage(50_000, 0, 1_000, 0, 45_000, 0, 0, 1_000)));

        public String charge(Pricing price, Money money) {
            return amount(price.chargeMicros(usage), money);
        }

        public String cost(UpstreamModel.@Nullable Cost cost, Money money) {
            return cost == null ? say("not known") : amount(cost.micros(usage), money);
        }

        private static String amount(long micros, Money money) {
            return money == Money.CREDITS ? Display.charge(micros) : money.each(micros);
        }

        /** Returns the margin in percent of the charge, cut down to tenths. */
        public String margin(Pricing price, UpstreamModel.@Nullable Cost cost) {
            long charge = price.chargeMicros(usage);
            return ConsolePrices.percent(
                    cost == null || charge == 0
                            ? null
                            : BigDecimal.valueOf(charge - cost.micros(usage))
                                    .multiply(HUNDRED)
                                    .divide(BigDecimal.valueOf(charge), 1, RoundingMode.FLOOR));
        }
    }
}
