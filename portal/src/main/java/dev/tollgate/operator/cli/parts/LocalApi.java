package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.AdminGate.Operator;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.storage.StoreException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The operator's API over books that this process opened itself. */
public final class LocalApi implements AdminApi {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final List<AdminRoute> routes;
    private final Runnable closing;

    /** @param closing closes the books */
    public LocalApi(List<AdminRoute> routes, Runnable closing) {
        this.routes = List.copyOf(routes);
        this.closing = closing;
    }

    @Override
    public JsonNode ask(String method, String path, Map<String, String> parameters, @Nullable ObjectNode body) {
        AdminRoute route = routes.stream()
                .filter(each -> each.method().equals(method) && each.path().equals(path))
                .findFirst()
                .orElseThrow();
        byte[] sent = body == null ? new byte[0] : JSON.writeValueAsBytes(body);
        try {
            JsonNode answer = route.answer(Operator.COMMAND, parameters, sent);
            return answer.isMissingNode() ? answer : JSON.readTree(JSON.writeValueAsBytes(answer));
        } catch (StoreException e) {
            throw new ApiException(500, e.withCause());
        }
    }

    @Override
    public void close() {
        closing.run();
    }
}
