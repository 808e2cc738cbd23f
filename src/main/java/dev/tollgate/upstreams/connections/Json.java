package dev.tollgate.upstreams.connections;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
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
 * How channels read and write JSON: digits survive, and numbers that no calculation would survive are no JSON, for all of it comes from
 * strangers. Safe for use by several threads.
 */
public final class Json {

    /** For the token path: a parser of the mapper's would bring a context for binding along. */
    public static final JsonFactory FACTORY = JsonFactory.builder().build();

    public static final JsonMapper MAPPER = mapper(FACTORY);

    /** A key that stands twice in an object is an error. */
    public static final JsonMapper STRICT = mapper(JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    /** Reads one value out of a parser that stands in the middle of others. */
    private static final ObjectReader VALUES = MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /**
     * The value that a parser stands on, as a tree.
     *
     * @throws tools.jackson.core.JacksonException also for a number whose exponent no calculation would survive
     */
    public static JsonNode tree(JsonParser parser) {
        try {
            return VALUES.readTree(parser);
        } catch (NumberFormatException exponentBeyond32Bits) {
            throw new StreamReadException(parser, "a number is out of range");
        }
    }

    /** As above, of a whole text. */
    public static JsonNode tree(byte[] bytes) {
        return tree(bytes, 0, bytes.length);
    }

    /** As above, of a part of the bytes. */
    public static JsonNode tree(byte[] bytes, int from, int to) {
        try {
            return MAPPER.readTree(bytes, from, to - from);
        } catch (NumberFormatException exponentBeyond32Bits) {
            throw new StreamConstraintsException("a number is out of range");
        }
    }

    /** @throws tools.jackson.core.JacksonException where it is not one whole JSON object */
    public static ObjectNode object(byte[] bytes, int from, int to) {
        try {
            return MAPPER.readerFor(ObjectNode.class).readValue(bytes, from, to - from);
        } catch (NumberFormatException exponentBeyond32Bits) {
            throw new StreamConstraintsException("a number is out of range");
        }
    }

    private static JsonMapper mapper(JsonFactory factory) {
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .nodeFactory(new BoundedNumbers())
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }

    /** Written out as an integer, 1e999999999 fills the memory, and whoever compares or rounds it writes it out. */
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
