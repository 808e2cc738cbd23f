package dev.tollgate.operator.admin;

import dev.tollgate.base.error.ApiException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The operator's API as commands use it. Methods block; a change is durable when its method returns. */
public interface AdminApi extends AutoCloseable {

    /**
     * Sends one request.
     *
     * @param path as in the routes, with names in braces
     * @param parameters path parameters by name, and query parameters
     * @param body null for none
     * @return the response body, with exact numbers
     * @throws ApiException with the error message
     */
    JsonNode ask(String method, String path, Map<String, String> parameters, @Nullable ObjectNode body);

    @Override
    void close();
}
