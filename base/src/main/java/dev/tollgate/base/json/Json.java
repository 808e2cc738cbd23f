package dev.tollgate.base.json;

import java.io.StringWriter;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.ValueNode;

/**
 * JSON as channels read and write it. Digits are kept, and numbers too large to compute with are errors, since all input is untrusted. Safe
 * for use by several threads.
 */
public final class Json {

    /** The factory for the token path: a mapper's parser would create a binding context. */
    public static final JsonFactory FACTORY = JsonFactory.builder().build();

    public static final JsonMapper MAPPER = mapper(FACTORY);

    /** A mapper that rejects duplicate keys in an object. */
    public static final JsonMapper STRICT = mapper(JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    /** Reads one value from a parser that has more input after it. */
    private static final ObjectReader VALUES = MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /**
     * Returns the parser's current value as a tree.
     *
     * @throws tools.jackson.core.JacksonException also for a number whose exponent is too large
     */
    public static JsonNode tree(JsonParser parser) {
        try {
            return VALUES.readTree(parser);
        } catch (NumberFormatException exponentBeyond32Bits) {
            throw new StreamReadException(parser, "a number is out of range");
        }
    }

    /** Returns a whole text as a tree; throws as {@link #tree(JsonParser)} does. */
    public static JsonNode tree(byte[] bytes) {
        return tree(bytes, 0, bytes.length);
    }

    /** Returns the tree of a part of the bytes; throws as {@link #tree(JsonParser)} does. */
    public static JsonNode tree(byte[] bytes, int from, int to) {
        try {
            return MAPPER.readTree(bytes, from, to - from);
        } catch (NumberFormatException exponentBeyond32Bits) {
            throw new StreamConstraintsException("a number is out of range");
        }
    }

    /** @throws tools.jackson.core.JacksonException unless it is exactly one JSON object */
    public static ObjectNode object(byte[] bytes, int from, int to) {
        try {
            return MAPPER.readerFor(ObjectNode.class).readValue(bytes, from, to - from);
        } catch (NumberFormatException exponentBeyond32Bits) {
            throw new StreamConstraintsException("a number is out of range");
        }
    }

    /** Returns the parser's current object as compact JSON, numbers with the digits that they came with. */
    public static String compact(JsonParser json) {
        StringWriter out = new StringWriter();
        try (JsonGenerator copy = MAPPER.createGenerator(out)) {
            int depth = 0;
            do {
                JsonToken token = json.currentToken();
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT) {
                    copy.writeNumber(json.getString());
                } else {
                    copy.copyCurrentEvent(json);
                }
            } while (depth > 0 && json.nextToken() != null);
        }
        return out.toString();
    }

    private static JsonMapper mapper(JsonFactory factory) {
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .nodeFactory(new BoundedNumbers())
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }

    /** Rejects numbers such as 1e999999999, which fill the memory when they are written out, compared or rounded. */
    private static final class BoundedNumbers extends JsonNodeFactory {

        private static final long serialVersionUID = 1L;
        private static final int EXPONENT_MAX = 1_000;

        @Override
        public ValueNode numberNode(@Nullable BigDecimal value) {
            if (value != null && Math.abs((long) value.scale()) > EXPONENT_MAX) {
                throw new StreamConstraintsException("a number is out of range");
            }
            return super.numberNode(value);
        }
    }
}
