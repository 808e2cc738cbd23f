package dev.tollgate.operator.admin;

import static dev.tollgate.operator.admin.OperatorRoutes.by;
import static dev.tollgate.operator.admin.OperatorRoutes.doing;

import dev.tollgate.customers.people.Role;
import dev.tollgate.http.Handler;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/accounts/{id}/…}: those who sign in for an account. */
public final class PeopleHandler {

    private static final JsonMapper JSON = new JsonMapper();

    private final OperatorPeople people;

    public PeopleHandler(OperatorPeople people) {
        this.people = people;
    }

    /** {@code POST /admin/accounts/{id}/role {login?, role, reason}}. */
    public Handler<Object> setRole() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String id = exchange.pathParam("id");
                    String login = body.text("login");
                    String role = body.text("role");
                    return () -> JSON.writeValueAsBytes(people.setRole(by, id, login, role(role)));
                },
                "login",
                "role",
                "reason");
    }

    private static Role role(@Nullable String text) throws Refused {
        try {
            return Role.of(text == null ? "" : text);
        } catch (IllegalArgumentException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    /** {@code POST /admin/accounts/{id}/remove-second-factor {login, reason}}: without a login those of all its people. */
    public Handler<Object> removeSecondFactor() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String id = exchange.pathParam("id");
                    String login = body.text("login");
                    return () -> {
                        ObjectNode json = JSON.createObjectNode();
                        ArrayNode removed = json.putArray("removed");
                        people.removeSecondFactor(by, id, login).forEach(removed::add);
                        return JSON.writeValueAsBytes(json);
                    };
                },
                "login",
                "reason");
    }
}
