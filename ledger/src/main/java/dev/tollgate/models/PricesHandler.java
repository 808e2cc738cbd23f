package dev.tollgate.models;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Limit;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /v1/prices?after&limit}: the caller's price of each model, since when it holds, and the prices ahead (P8).
 *
 * @param clock the time by which prices come into force
 */
public record PricesHandler(Catalogue catalogue, InstantSource clock) implements Handler<Caller> {

    private static final Limit LIMIT = Limit.of(1_000, 100);

    @Override
    public void handle(Exchange exchange, Caller caller) {
        List<Model> models = catalogue.all().stream()
                .filter(model -> caller.mayUse(model.id()))
                .toList();
        int from = after(models, exchange.query("after"));
        int to = (int) Math.min(models.size(), (long) from + LIMIT.read(exchange.query("limit")));
        Instant now = clock.instant();
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = list.putArray("data");
        models.subList(from, to).forEach(model -> data.add(price(model, now)));
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
