package dev.tollgate.operator.admin.server;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.books.ledger.Reservation;
import dev.tollgate.books.tasks.TaskJson;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/tasks/{id}}: one call of any account, by its own id, its id at the door or its request's id. */
public final class TaskRoutes {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(tools.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final Ledger ledger;
    private final Tasks tasks;
    private final PlatformCalls calls;

    public TaskRoutes(Ledger ledger, Tasks tasks, PlatformCalls calls) {
        this.ledger = ledger;
        this.tasks = tasks;
        this.calls = calls;
    }

    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/admin/tasks/{id}", this::one));
    }

    /** Returns the task as its owner sees it, and its owner. */
    private JsonNode one(AdminRequest request) {
        String id = calls.callNamed(request.id());
        return (id == null ? Optional.<JsonNode>empty() : Records.read(() -> find(id)))
                .orElseThrow(() -> new ApiException(404, sentence("There is no call {call}.", request.id())));
    }

    private Optional<JsonNode> find(String id) {
        Optional<Reservation> call = ledger.reservation(id);
        return call.flatMap(found -> tasks.find(found.accountId(), id)).map(task -> {
            ObjectNode json = (ObjectNode) JSON.readTree(TaskJson.render(task, ledger.entries(task.accountId(), id)));
            return json.put("account", task.accountId()).put("door", task.door());
        });
    }
}
