package dev.tollgate.models.lists;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Limit;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.SoldTo;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /v1/prices?after&limit}: the caller's price of each model, since when it holds, and the prices ahead (P8). With {@code version} that version
 * alone, also one of the past: receipts name it.
 *
 * @param sold the models at the caller's prices
 * @param versions all prices that were ever on sale
 * @param life tells which tiers are on offer
 * @param clock the time by which prices come into force
 */
public record PricesHandler(SoldTo sold, Versions versions, ModelLife life, InstantSource clock)
        implements Handler<Caller> {

    private static final Limit LIMIT = Limit.of(1_000, 100);
    private static final int VERSION_CHARS_MAX = 200;

    /** A price that is or was on sale. */
    public record Version(String modelId, PriceSchedule.Dated price) {}

    /** The prices that were ever on sale. */
    @FunctionalInterface
    public interface Versions {

        /** Returns the price with a version's name; null if there was none, or it is of a group in which the account never was. Blocks. */
        @Nullable
        Version find(String accountId, String version);
    }

    @Override
    public void handle(Exchange exchange, Caller caller) {
        String version = exchange.query("version");
        if (version == null) {
            page(exchange, caller);
        } else {
            exchange.compute(() -> one(version, caller), body -> exchange.json(200, body));
        }
    }

    private byte[] one(String name, Caller caller) {
        Version found = name.length() > VERSION_CHARS_MAX ? null : versions.find(caller.accountId(), name);
        if (found == null || !caller.mayUse(found.modelId())) {
            throw ApiError.invalid(
                            "version", "No model that the key may use has or had the price version in 'version'.")
                    .withStatus(404)
                    .asException();
        }
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        ObjectNode price = list.putArray("data").addObject().put("model", found.modelId());
        PriceJson.write(price, found.price());
        price.putArray("next");
        return ApiJson.MAPPER.writeValueAsBytes(list.putNull("next"));
    }

    private void page(Exchange exchange, Caller caller) {
        Instant now = clock.instant();
        List<Model> models = sold.catalogue(caller.accountId(), now).all().stream()
                .filter(model -> caller.mayUse(model.id()))
                .toList();
        int from = after(models, exchange.query("after"));
        int to = (int) Math.min(models.size(), (long) from + LIMIT.read(exchange.query("limit")));
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        String group = sold.group(caller.accountId(), now);
        if (!group.equals(SoldTo.STANDARD)) {
            list.put("group", group);
        }
        ArrayNode data = list.putArray("data");
        models.subList(from, to).forEach(model -> data.add(price(life.offered(model), now)));
        list.put("next", to < models.size() ? models.get(to - 1).id() : null);
        exchange.json(200, ApiJson.MAPPER.writeValueAsBytes(list));
    }

    private static ObjectNode price(Model model, Instant now) {
        ObjectNode price = JsonNodeFactory.instance.objectNode().put("model", model.id());
        price.setAll(PriceJson.of(model, now));
        return price;
    }

    private static int after(List<Model> models, @Nullable String id) {
        if (id == null || id.isEmpty()) {
            return 0;
        }
        for (int i = 0; i < models.size(); i++) {
            if (models.get(i).id().equals(id)) {
                return i + 1;
            }
        }
        throw ApiError.invalid("after", "'after' must be the field 'next' of the previous page.")
                .asException();
    }
}
