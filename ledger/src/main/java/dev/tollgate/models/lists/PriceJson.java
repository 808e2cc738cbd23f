package dev.tollgate.models.lists;

import dev.tollgate.models.Model;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.TariffJson;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A model's price as callers read it: the price in force, and those ahead with the times from which they hold (P3, P8). Pure functions. */
public final class PriceJson {

    private PriceJson() {}

    /** Returns the price in force at a time, in credits per million tokens and per thousand searches. */
    public static ObjectNode of(Model model, Instant now) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        write(json, model.prices().datedAt(now));
        ArrayNode next = json.putArray("next");
        model.prices().after(now).forEach(price -> write(next.addObject(), price));
        return json;
    }

    static void write(ObjectNode json, PriceSchedule.Dated price) {
        json.put("version", price.pricing().version());
        json.put("from", from(price.from()));
        TariffJson.write(json, price.pricing().tariff());
        json.put("reasoning", price.pricing().reasoningBilled() ? "billed" : "free");
        Pricing.Rounding rounding = price.pricing().rounding();
        json.putObject("rounding")
                .put("rule", rounding.form().word())
                .put("step", TariffJson.credits(rounding.stepMicros()))
                .put("minimum", TariffJson.credits(rounding.minimumMicros()));
    }

    private static @Nullable String from(Instant from) {
        return from.equals(Instant.MIN) ? null : from.toString();
    }
}
