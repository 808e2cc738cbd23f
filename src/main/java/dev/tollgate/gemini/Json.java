package dev.tollgate.gemini;

import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The package's way to read and write JSON; digits survive. Safe for use by several threads. */
final class Json {

    /** For the token path: a parser of the mapper's would bring a context for binding along. */
    static final JsonFactory FACTORY = JsonFactory.builder().build();

    static final JsonMapper MAPPER = mapper(FACTORY);

    /** A key that stands twice in an object is an error. */
    static final JsonMapper STRICT = mapper(JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    /** Reads one value out of a parser that stands in the middle of others. */
    private static final ObjectReader VALUES = MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** The value that a parser stands on, as a tree. */
    static JsonNode tree(JsonParser parser) {
        return VALUES.readTree(parser);
    }

    /** @throws tools.jackson.core.JacksonException where it is not one whole JSON object */
    static ObjectNode object(byte[] bytes, int from, int to) {
        return MAPPER.readerFor(ObjectNode.class).readValue(bytes, from, to - from);
    }

    private static JsonMapper mapper(JsonFactory factory) {
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }
}
