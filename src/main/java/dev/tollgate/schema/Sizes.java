package dev.tollgate.schema;

import tools.jackson.databind.JsonNode;

/**
 * @param values all there are, itself included
 * @param widest members of its largest object or array
 */
record Sizes(long values, long widest) {

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
