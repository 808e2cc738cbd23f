package dev.tollgate.operator.admin.prices;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.TariffJson;
import dev.tollgate.models.TariffRules;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.models.prices.SetPrices.PriceVersion;
import dev.tollgate.models.routing.RoutedModel;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/models…}: prices, what they earn, and new versions of them. Prices are credits per million tokens. */
public final class PriceRoutes {

    private static final Field<Boolean> REASONING = Field.choice(
                    "reasoning",
                    sentence("Reasoning"),
                    new Field.Choice<>("billed", sentence("billed"), true),
                    new Field.Choice<>("free", sentence("free"), false))
            .optional()
            .help("billed: thoughts cost as output. free: they cost nothing.");
    static final Field<Instant> FROM = Field.text("from", sentence("price::From"))
            .kept(Fact.Kind.TIME)
            .map(PriceRoutes::from)
            .optional()
            .help("Time in the future, with its offset. Default: at once.");
    static final Field<Instant> FROM_OR_DAY = Field.text("from", sentence("price::From"))
            .kept(Fact.Kind.TIME)
            .map(PriceRoutes::fromOrDay)
            .optional()
            .help("Time in the future, or a day, which begins at midnight UTC. Default: at once.")
            .option("--from TIME")
            .asked(AdminRequest.MINUTE)
            .hinted(sentence("In UTC. Leave empty for at once. Later versions are withdrawn."));
    private static final Field<Boolean> CANCELS = Field.flag("cancel_scheduled", sentence("Cancel later prices"))
            .optional()
            .help("Withdraw the prices after the new one.")
            .standard(false);
    private static final Field<String> VERSION =
            Field.text("version", sentence("Version")).optional().help(OperatorGroups.VERSION.help());
    private static final String VERSIONS = "/admin/models/{id...}/prices";

    public static final OperatorAction<Prices, Prices.Done> SET = OperatorAction.begin(
                    "model.price",
                    sentence("Set a price"),
                    "POST",
                    VERSIONS,
                    "",
                    Stream.concat(TariffEdit.FIELDS.stream(), Stream.of(REASONING, FROM, CANCELS, VERSION))
                            .toList())
            .telling(TariffJson.FACTS)
            .telling(
                    new Fact("rounding", sentence("Rounding")),
                    new Fact("withdrawn", sentence("Cancelled versions")),
                    new Fact("kept", sentence("Versions kept for later")),
                    Fact.hidden("set_at"))
            .answering(201)
            .button(
                    sentence("Set price"),
                    sentence(
                            "Price set. It applies to calls that arrive from its time on. Earlier calls keep their price."))
            .does(PriceRoutes::set, (request, done) -> json(done));

    private final Prices prices;
    private final Supplier<List<RoutedModel>> routed;
    private final Supplier<ObjectNode> check;

    /**
     * @param routed the models for which others have answered; blocks
     * @param check what the built-in facts about the vendor's models would change; blocks
     */
    public PriceRoutes(Prices prices, Supplier<List<RoutedModel>> routed, Supplier<ObjectNode> check) {
        this.check = check;
        this.prices = prices;
        this.routed = routed;
    }

    public List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get("/admin/models", _ -> all()),
                AdminRoute.get("/admin/catalogue/check", _ -> check.get()),
                AdminRoute.get(VERSIONS, this::versions, "after", "limit"),
                SET.on(prices));
    }

    private JsonNode all() {
        List<RoutedModel> rows = routed.get();
        return ActionRequest.list(
                prices.all(), sold -> json(sold).setAll(answeredBy(prices.ofModel(rows, sold.modelId()))), null);
    }

    private static ObjectNode answeredBy(List<RoutedModel> rows) {
        return new AdminJson()
                .array("answered_by", rows, row -> new AdminJson()
                        .text("channel", row.channel())
                        .text("sent", row.sent())
                        .text("answered", row.answered())
                        .time("first_at", row.firstAt())
                        .node())
                .node();
    }

    /** The versions that were set, the newest first. */
    private JsonNode versions(AdminRequest request) {
        return request.page(
                SetPrices.PAGE_MAX,
                limit -> prices.versions(request.id(), request.before(), limit),
                version -> dated(version.pricing(), version.from())
                        .number("sequence", version.sequence())
                        .time("created_at", version.at())
                        .node(),
                PriceVersion::sequence);
    }

    private static Prices.Done set(Prices prices, By by, AdminRequest request) {
        return prices.set(by, request.id(), change(request.body()));
    }

    /** Returns the change that a body names. @throws dev.tollgate.base.error.ApiException with the wrong member */
    public static Prices.Change change(Body body) {
        return new Prices.Change(
                new TariffEdit(body.members().retain(TariffRules.MEMBERS)),
                body.get(REASONING),
                body.get(FROM),
                Boolean.TRUE.equals(body.get(CANCELS)),
                body.get(VERSION));
    }

    private static ObjectNode json(Prices.Done done) {
        ObjectNode json = json(done.sold());
        json.set(
                "withdrawn",
                new AdminJson().texts("withdrawn", done.withdrawn()).node().get("withdrawn"));
        return json;
    }

    private static Instant from(String path, String text) {
        return from(
                path,
                WrittenTime.time(text),
                sentence(
                        "{field} is {value}; allowed is a time with its offset, like 2026-12-01T00:00:00-08:00, or null for at once.",
                        FIELD,
                        MessageText.quoted(text)));
    }

    private static Instant fromOrDay(String path, String text) {
        return from(
                path,
                WrittenTime.timeOrDay(text),
                sentence(
                        "{field} is {value}; allowed is a day, which begins at midnight UTC, like 2026-12-01, a time with its offset, like 2026-12-01T00:00:00-08:00, or null for at once.",
                        FIELD,
                        MessageText.quoted(text)));
    }

    private static Instant from(String path, @Nullable Instant time, Sentence allowed) {
        if (time == null) {
            throw Field.wrong(path, allowed);
        }
        return time;
    }

    private static ObjectNode json(Prices.ModelPrices sold) {
        AdminJson json = new AdminJson()
                .text("id", sold.modelId())
                .object("price", json(sold.pricing()))
                .array("ahead", sold.ahead(), price -> dated(price.pricing(), price.from())
                        .node())
                .text("source", sold.isSet() ? "set" : "file")
                .object("file_price", sold.fileDiffers() ? json(sold.ofFile()) : null)
                .object(
                        "upstream",
                        cost(
                                new AdminJson().text("model", sold.upstream().model()),
                                sold.upstream().cost()))
                .object("margin_percent", margin(sold.margins()))
                .flag("loss", sold.isLoss());
        Prices.Retirement retirement = sold.upstream().retirement();
        return json.object("retirement", retirement == null ? null : json(retirement))
                .node();
    }

    private static AdminJson json(Prices.Retirement retirement) {
        AdminJson json = new AdminJson()
                .text("at", retirement.end().at().toString())
                .text("successor", retirement.end().successor())
                .flag("in_effect", retirement.end().isInEffect());
        return json.array("costs", retirement.costs(), later -> cost(
                        new AdminJson().text("from", later.from().toString()), later.cost())
                .object("margin_percent", margin(later.margins()))
                .flag("loss", later.isLoss())
                .node());
    }

    private static AdminJson cost(AdminJson json, UpstreamModel.@Nullable Cost cost) {
        return cost == null ? json.credits("input", null).credits("output", null) : json.tariff(cost.tariff());
    }

    /** Returns the margin of each component, for a prompt up to a step and above it. */
    private static AdminJson margin(Margins margins) {
        AdminJson json = margin(margins.rates());
        Margins.Rates above = margins.above();
        return above == null ? json : json.object("above", margin(above));
    }

    private static AdminJson margin(Margins.Rates rates) {
        AdminJson json = new AdminJson();
        rates.percent().forEach((rate, percent) -> json.decimal(rate.key(), percent));
        return json;
    }

    private static AdminJson dated(Pricing price, @Nullable Instant from) {
        return json(price).text("from", from == null ? null : from.toString());
    }

    private static AdminJson json(Pricing price) {
        return new AdminJson()
                .text("version", price.version())
                .tariff(price.tariff())
                .text("reasoning", price.reasoningBilled() ? "billed" : "free")
                .text("rounding", price.rounding().describe());
    }
}
