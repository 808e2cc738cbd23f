package dev.tollgate.operator.admin;

import static dev.tollgate.operator.admin.OperatorRoutes.asking;
import static dev.tollgate.operator.admin.OperatorRoutes.by;
import static dev.tollgate.operator.admin.OperatorRoutes.doing;

import dev.tollgate.http.Handler;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.prices.PriceVersion;
import dev.tollgate.models.prices.SetPrices;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** {@code /admin/models…}: prices, what they earn, and new versions of them. Prices are credits per million tokens. */
public final class PricesHandler {

    private static final JsonMapper JSON = new JsonMapper();

    private final Prices prices;

    public PricesHandler(Prices prices) {
        this.prices = prices;
    }

    /** {@code GET /admin/models}. */
    public Handler<Object> list() {
        return (exchange, caller) -> {
            ObjectNode list = JSON.createObjectNode();
            ArrayNode data = list.putArray("data");
            prices.all().forEach(sold -> data.add(json(sold)));
            exchange.json(200, JSON.writeValueAsBytes(list.putNull("next")));
        };
    }

    /** {@code GET /admin/models/{id}/prices?after=&limit=}: the versions that were set, the newest first. */
    public Handler<Object> versions() {
        return asking(exchange -> {
            String id = exchange.pathParam("id");
            long before = OperatorRoutes.number(exchange, "after", Long.MAX_VALUE, 1, Long.MAX_VALUE);
            int limit = OperatorRoutes.limit(exchange, SetPrices.PAGE_MAX);
            return () -> {
                List<PriceVersion> versions = prices.versions(id, before, limit);
                ObjectNode list = JSON.createObjectNode();
                ArrayNode data = list.putArray("data");
                for (PriceVersion version : versions) {
                    data.add(json(version.pricing())
                            .put("sequence", version.sequence())
                            .put("created_at", OperatorRoutes.seconds(version.at())));
                }
                String next = versions.size() < limit
                        ? null
                        : Long.toString(versions.getLast().sequence());
                return JSON.writeValueAsBytes(list.put("next", next));
            };
        });
    }

    /** {@code POST /admin/models/{id}/prices {input, output, reasoning, version, reason}}. */
    public Handler<Object> set() {
        return doing(
                201,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String id = exchange.pathParam("id");
                    Prices.Change change = new Prices.Change(
                            price(body, "input"), price(body, "output"), reasoning(body), body.text("version"));
                    return () -> JSON.writeValueAsBytes(json(prices.set(by, id, change)));
                },
                "input",
                "output",
                "reasoning",
                "version",
                "reason");
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
        ObjectNode json = JSON.createObjectNode().put("id", sold.modelId());
        json.set("price", json(sold.pricing()));
        json.put("source", sold.isSet() ? "set" : "file");
        if (sold.fileDiffers()) {
            json.set("file_price", json(sold.ofFile()));
        } else {
            json.putNull("file_price");
        }
        UpstreamModel.Cost cost = sold.cost();
        cost(json.putObject("upstream").put("model", sold.upstreamModel()), cost);
        margin(json, sold, cost);
        json.put("loss", sold.isLoss());
        Prices.Retirement retirement = sold.retirement();
        if (retirement == null) {
            return json.putNull("retirement");
        }
        ObjectNode end = json.putObject("retirement")
                .put("at", retirement.end().at().toString())
                .put("successor", retirement.end().successor())
                .put("in_effect", retirement.end().isInEffect());
        ArrayNode costs = end.putArray("costs");
        for (Prices.Later later : retirement.costs()) {
            ObjectNode then = costs.addObject().put("from", later.from().toString());
            cost(then, later.cost());
            margin(then, sold, later.cost());
            then.put("loss", later.isLoss());
        }
        return json;
    }

    private static void cost(ObjectNode json, UpstreamModel.@Nullable Cost cost) {
        AccountsHandler.credits(json, "input", cost == null ? null : cost.inputMicrosPerMillion());
        AccountsHandler.credits(json, "output", cost == null ? null : cost.outputMicrosPerMillion());
    }

    private static void margin(ObjectNode json, Prices.Sold sold, UpstreamModel.@Nullable Cost cost) {
        ObjectNode margin = json.putObject("margin_percent");
        percent(margin, "input", sold.inputMargin(cost));
        percent(margin, "output", sold.outputMargin(cost));
    }

    private static ObjectNode json(Pricing price) {
        ObjectNode json = JSON.createObjectNode().put("version", price.version());
        AccountsHandler.credits(json, "input", price.inputMicrosPerMillion());
        AccountsHandler.credits(json, "output", price.outputMicrosPerMillion());
        return json.put("reasoning", price.reasoningBilled() ? "billed" : "free")
                .put("rounding", price.rounding().describe());
    }

    private static void percent(ObjectNode json, String name, @Nullable BigDecimal percent) {
        if (percent == null) {
            json.putNull(name);
        } else {
            json.putRawValue(name, new RawValue(percent.toPlainString()));
        }
    }
}
