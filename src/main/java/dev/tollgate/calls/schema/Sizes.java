package dev.tollgate.calls.schema;

import tools.jackson.databind.JsonNode;

/**
 * @param values all there are, itself included
 * @param widest members of its largest object or array
 */
record Sizes(long values, long widest) {

    private static final int EXPONENT_MAX = 1_000;

    /** Returns whether a number has an exponent so large that rounding it (e.g. 1e999999999) would fill the memory. */
    static boolean hasHugeNumber(JsonNode node) {
        if (node.isBigDecimal()) {
            return Math.abs((long) node.decimalValue().scale()) > EXPONENT_MAX;
        }
        for (JsonNode child : node.values()) {
            if (hasHugeNumber(child)) {
                return true;
            }
        }
        return false;
    }

    static Sizes of(JsonNode node) {
        long values = 1;
        long widest = node.size();
        for (JsonNode child : node.values()) {
            Sizes below = of(child);
            values += below.values;
            widest = Math.max(widest, below.widest);
        }
        return new Sizes(values, widest);
    }
}
