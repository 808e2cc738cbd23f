package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.money.ApiJson;
import java.util.Map;

/** The form of an error in a body. One format serves the whole platform (D11); a door for another protocol brings its own. */
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

    /** Returns an error with the status and the headers that programs of this protocol act upon correctly. */
    default ApiError shown(ApiError error) {
        return SpentLimit.shown(error);
    }

    /** Returns the format for one request, if it depends on more than the route. */
    default ErrorFormat of(Exchange exchange) {
        return this;
    }

    private static byte[] platform(ApiError error) {
        return ApiJson.object(256, json -> {
            json.writeObjectPropertyStart("error");
            json.writeStringProperty("code", error.code().code());
            json.writeStringProperty("message", error.message());
            json.writeStringProperty("type", error.code().type());
            json.writeStringProperty("param", error.param());
            if (error.shortage() instanceof Shortage.OfLimit limit) {
                json.writeName("budget");
                json.writeRawValue(ErrorBudget.of(limit).toString());
            }
            json.writeEndObject();
        });
    }
}
