package dev.tollgate.operator.admin;

import dev.tollgate.models.Pricing;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.prices.PriceVersion;
import dev.tollgate.models.prices.SetPrices;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/models…}: prices, what they earn, and new versions of them. Prices are credits per million tokens. */
public final class PriceRoutes {

    private final Prices prices;

    public PriceRoutes(Prices prices) {
        this.prices = prices;
    }

    public List<AdminRoute> routes() {
        String versions = "/admin/models/{id...}/prices";
        return List.of(
                AdminRoute.get("/admin/models", request -> AdminJson.all(prices.all(), PriceRoutes::json)),
                AdminRoute.get(versions, this::versions, "after", "limit"),
                AdminRoute.post(versions, this::set, "input", "output", "reasoning", "version", "reason")
                        .answering(201));
    }

    /** The versions that were set, the newest first. */
    private JsonNode versions(AdminRequest request) throws Refused {
        int limit = request.limit(SetPrices.PAGE_MAX);
        return AdminJson.list(
                prices.versions(request.id(), request.before(), limit),
                limit,
                version -> json(version.pricing())
                        .number("sequence", version.sequence())
                        .time("created_at", version.at())
                        .node(),
                PriceVersion::sequence);
    }

    private JsonNode set(AdminRequest request) throws Refused {
        By by = request.by();
        OperatorBody body = request.body();
        Prices.Change change =
                new Prices.Change(price(body, "input"), price(body, "output"), reasoning(body), body.text("version"));
        return json(prices.set(by, request.id(), change));
    }

    private static long price(OperatorBody body, String name) {
        long micros = body.credits(name);
        if (micros < 0 || micros > Pricing.MICROS_PER_MILLION_MAX) {
            throw OperatorBody.wrong(name, "must be 0 to 1000000 credits per million tokens");
        }
        return micros;
    }

    private static @Nullable Boolean reasoning(OperatorBody body) {
        String word = body.text("reasoning");
        return switch (word) {
            case null -> null;
            case "billed" -> Boolean.TRUE;
            case "free" -> Boolean.FALSE;
            default -> throw OperatorBody.wrong("reasoning", "must be billed or free");
        };
    }

    private static ObjectNode json(Prices.Sold sold) {
        AdminJson json = new AdminJson()
                .text("id", sold.modelId())
                .object("price", json(sold.pricing()))
                .text("source", sold.isSet() ? "set" : "file")
                .object("file_price", sold.fileDiffers() ? json(sold.ofFile()) : null)
                .object("upstream", cost(new AdminJson().text("model", sold.upstreamModel()), sold.cost()))
                .object("margin_percent", margin(sold, sold.cost()))
                .flag("loss", sold.isLoss());
        Prices.Retirement retirement = sold.retirement();
        return json.object("retirement", retirement == null ? null : json(retirement, sold))
                .node();
    }

    private static AdminJson json(Prices.Retirement retirement, Prices.Sold sold) {
        AdminJson json = new AdminJson()
                .text("at", retirement.end().at().toString())
                .text("successor", retirement.end().successor())
                .flag("in_effect", retirement.end().isInEffect());
        json.node().set("costs", AdminJson.array(retirement.costs(), later -> cost(
                        new AdminJson().text("from", later.from().toString()), later.cost())
                .object("margin_percent", margin(sold, later.cost()))
                .flag("loss", later.isLoss())
                .node()));
        return json;
    }

    private static AdminJson cost(AdminJson json, UpstreamModel.@Nullable Cost cost) {
        return json.credits("input", cost == null ? null : cost.inputMicrosPerMillion())
                .credits("output", cost == null ? null : cost.outputMicrosPerMillion());
    }

    private static AdminJson margin(Prices.Sold sold, UpstreamModel.@Nullable Cost cost) {
        return new AdminJson().decimal("input", sold.inputMargin(cost)).decimal("output", sold.outputMargin(cost));
    }

    private static AdminJson json(Pricing price) {
        return new AdminJson()
                .text("version", price.version())
                .credits("input", price.inputMicrosPerMillion())
                .credits("output", price.outputMicrosPerMillion())
                .text("reasoning", price.reasoningBilled() ? "billed" : "free")
                .text("rounding", price.rounding().describe());
    }
}
