package dev.tollgate.operator.admin;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The operator's API as commands use it. Methods block; a change is durable when its method returns. */
public interface AdminApi extends AutoCloseable {

    /**
     * Asks one thing.
     *
     * @param path as the routes have it, with names in braces
     * @param parameters those of the path by their names, and of the query
     * @param body null: none
     * @return the body of the answer, whose numbers are exact
     * @throws Refused with the sentence of the refusal
     */
    JsonNode ask(String method, String path, Map<String, String> parameters, @Nullable ObjectNode body) throws Refused;

    @Override
    void close();
}
