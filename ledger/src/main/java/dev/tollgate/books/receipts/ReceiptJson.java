package dev.tollgate.books.receipts;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON of receipts: objects, strings and integers. Integers stay within ±(2^53 − 1), where numbers of RFC 8785 are exact and look
 * like themselves. Pure.
 */
final class ReceiptJson {

    private static final long INTEGER_MAX = (1L << 53) - 1;
    private static final int DEPTH_MAX = 8;
    private static final int NUMBER_CHARS_MAX = 20;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .maxNumberLength(NUMBER_CHARS_MAX)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ReceiptJson() {}

    /**
     * Reads one object.
     *
     * @throws IllegalArgumentException when it is anything else, or holds anything else; the message quotes nothing
     */
    static ObjectNode parse(String text) {
        try {
            if (!(JSON.readTree(text) instanceof ObjectNode object)) {
                throw new IllegalArgumentException("not a JSON object");
            }
            requireValues(object);
            return object;
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON as it is used here", e);
        }
    }

    private static void requireValues(JsonNode object) {
        for (JsonNode value : object) {
            if (value.isObject()) {
                requireValues(value);
            } else if (!value.isString() && !isInteger(value)) {
                throw new IllegalArgumentException("a value that receipts do not have");
            }
        }
    }

    private static boolean isInteger(JsonNode value) {
        return value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() <= INTEGER_MAX
                && value.longValue() >= -INTEGER_MAX;
    }
}
