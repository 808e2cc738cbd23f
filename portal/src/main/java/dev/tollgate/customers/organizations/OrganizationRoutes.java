package dev.tollgate.customers.organizations;

import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.keys.ActionRoutes;
import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyGate;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The routes of an organization's actions. Thread-safe. */
public record OrganizationRoutes(OrganizationStores stores) {

    /** All actions. */
    public static final List<Action<OrganizationStores, ?>> ACTIONS = Stream.of(
                    OrganizationActions.ALL,
                    BudgetActions.ALL,
                    MemberActions.ALL,
                    TeamActions.ALL,
                    InvitationActions.ALL)
            .flatMap(List::stream)
            .toList();

    /** The rows of the operator's audit log for these actions. */
    public static final List<DeedKind> TOLD = Stream.of(
                    OrganizationActions.TOLD,
                    BudgetActions.TOLD,
                    MemberActions.TOLD,
                    TeamActions.TOLD,
                    InvitationActions.TOLD)
            .flatMap(List::stream)
            .toList();

    /** Returns the routes below {@code /organization} for management keys. */
    public List<Route<KeyCaller>> forKeys(KeyGate key) {
        return routes().forKeys(ACTIONS, key);
    }

    /** Answers a request of a key or of the operator. @return null if the status is 204 */
    public @Nullable ObjectNode answer(Action<OrganizationStores, ?> action, ActionRequest request) {
        return routes().answer(action, request);
    }

    private ActionRoutes<OrganizationStores> routes() {
        return new ActionRoutes<>(stores, "/organization", "an organization");
    }
}
