package dev.tollgate.operator.admin;

import dev.tollgate.base.money.Credits;
import dev.tollgate.books.ledger.Balance;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** What stood and what stands now, as the audit log keeps it. Amounts are exact decimal credits. */
final class DeedJson {

    private static final JsonMapper JSON = new JsonMapper();

    private final ObjectNode node = JSON.createObjectNode();

    DeedJson credits(String name, long micros) {
        node.putRawValue(name, new RawValue(Credits.text(micros)));
        return this;
    }

    /** Null: there is none. */
    DeedJson limit(String name, @Nullable Long micros) {
        if (micros == null) {
            node.putNull(name);
            return this;
        }
        return credits(name, micros);
    }

    DeedJson number(String name, @Nullable Long value) {
        node.put(name, value);
        return this;
    }

    DeedJson text(String name, String value) {
        node.put(name, value);
        return this;
    }

    DeedJson flag(String name, boolean value) {
        node.put(name, value);
        return this;
    }

    DeedJson balance(Balance balance) {
        return credits("balance", balance.balanceMicros())
                .credits("reserved", balance.reservedMicros())
                .credits("purchased", balance.purchasedMicros())
                .credits("consumed", balance.consumedMicros());
    }

    String end() {
        return JSON.writeValueAsString(node);
    }

    /** A record as it is, its fields in its own words. */
    static String of(Object view) {
        return JSON.writeValueAsString(JSON.valueToTree(view));
    }
}
