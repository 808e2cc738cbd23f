package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** How an error looks in a body. One format serves the whole platform (D11); a door for another protocol brings its own. */
@FunctionalInterface
public interface ErrorFormat {

    /** {@code {"error":{"code","message","type","param"}}}; {@code param} is there even when null. */
    ErrorFormat PLATFORM = ErrorFormat::platform;

    /** Returns the body in UTF-8. */
    byte[] render(ApiError error);

    /** Returns the content type of what {@link #render} makes. */
    default String contentType() {
        return "application/json";
    }

    /** Returns further headers of such a response. */
    default Map<String, String> headers() {
        return Map.of();
    }

    /** Returns the format for one request, if it depends on more than the route. */
    default ErrorFormat of(Exchange exchange) {
        return this;
    }

    private static byte[] platform(ApiError error) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeObjectPropertyStart("error");
            json.writeStringProperty("code", error.code().code());
            json.writeStringProperty("message", error.message());
            json.writeStringProperty("type", error.code().type());
            writeParam(json, error.param());
            json.writeEndObject();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void writeParam(JsonGenerator json, @Nullable String param) {
        if (param == null) {
            json.writeNullProperty("param");
        } else {
            json.writeStringProperty("param", param);
        }
    }

    /** Holds the factory, which an interface cannot keep to itself. */
    final class Json {
        private static final JsonFactory FACTORY = new JsonFactory();

        private Json() {}
    }
}
