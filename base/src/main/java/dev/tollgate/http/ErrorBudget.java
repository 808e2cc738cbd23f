package dev.tollgate.http;

import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.money.Credits;
import java.math.BigDecimal;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The limit or the budget that refused a call, as a member of an error. */
public final class ErrorBudget {

    private ErrorBudget() {}

    /** Returns its figures; amounts are credits. */
    public static ObjectNode of(Shortage.OfLimit limit) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("owner", limit.owner().kind().code()).put("id", limit.owner().id());
        if (!limit.owner().name().isEmpty()) {
            json.put("name", limit.owner().name());
        }
        return json.put("window", limit.window().code())
                .put("limit", credits(limit.limitMicros()))
                .put("used", credits(limit.usedMicros()))
                .put("held", credits(limit.holdsMicros()))
                .put("left", credits(limit.leftMicros()))
                .put("needed", credits(limit.leastMicros()))
                .put("resets_at", limit.resetsAt());
    }

    private static BigDecimal credits(long micros) {
        return new BigDecimal(Credits.text(micros));
    }
}
