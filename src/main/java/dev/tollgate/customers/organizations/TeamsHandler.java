package dev.tollgate.customers.organizations;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.KeyCaller;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.TeamResult;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.http.Handler;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/organization/teams}: teams and their people. */
public final class TeamsHandler {

    private final Teams teams;
    private final Members members;

    public TeamsHandler(Teams teams, Members members) {
        this.teams = teams;
        this.members = members;
    }

    public Handler<KeyCaller> list() {
        return OrganizationRequest.reading(
                request -> request.page(teams.list(request.account()), Team::id, TeamsHandler::json));
    }

    public Handler<KeyCaller> create() {
        return OrganizationRequest.taking(
                201, request -> json(done(teams.create(request.by(), name(request)))), List.of("name"));
    }

    public Handler<KeyCaller> one() {
        return OrganizationRequest.reading(request ->
                withPeople(teams.find(request.account(), request.path("id")).orElseThrow(TeamsHandler::none)));
    }

    public Handler<KeyCaller> change() {
        return OrganizationRequest.taking(
                200,
                request -> withPeople(done(teams.rename(request.by(), request.path("id"), name(request)))),
                List.of("name"));
    }

    /** Archives a team. */
    public Handler<KeyCaller> delete() {
        return OrganizationRequest.reading(request -> empty(teams.archive(request.by(), request.path("id"))));
    }

    public Handler<KeyCaller> put() {
        return OrganizationRequest.taking(200, this::put, List.of("role"));
    }

    public Handler<KeyCaller> remove() {
        return OrganizationRequest.taking(204, this::remove, List.of("keys"));
    }

    private @Nullable ObjectNode remove(OrganizationRequest request) {
        String id = request.path("id");
        String member = request.path("member");
        List<Key> its = members.keys(request.account(), member).stream()
                .filter(key -> key.owner().teamId().equals(id))
                .toList();
        return empty(teams.remove(request.by(), id, member, MembersHandler.moves(request, its)));
    }

    private ObjectNode put(OrganizationRequest request) {
        String role = request.text("role");
        if (!role.equals("admin") && !role.equals("member")) {
            throw OrganizationRequest.wrong("role", "must be admin or member");
        }
        return withPeople(
                done(teams.put(request.by(), request.path("id"), request.path("member"), role.equals("admin"))));
    }

    private static String name(OrganizationRequest request) {
        String name = request.text("name");
        if (!Teams.isName(name)) {
            throw OrganizationRequest.wrong(
                    "name",
                    "must be 1 to " + Teams.NAME_CHARS_MAX + " printable characters without a space at either end");
        }
        return name;
    }

    private static @Nullable ObjectNode empty(TeamResult result) {
        var unused = done(result);
        return null;
    }

    private static Team done(TeamResult result) {
        return switch (result) {
            case TeamResult.Done done -> done.team();
            case TeamResult.NoSuchTeam _ -> throw none();
            case TeamResult.NoSuchMember _ ->
                throw OrganizationRequest.refused(404, "The member does not exist, or is not in the team.");
            case TeamResult.NameTaken _ -> throw OrganizationRequest.wrong("name", "is the name of another team");
            case TeamResult.TooMany _ ->
                throw OrganizationRequest.refused(
                        409,
                        "The organization has " + Teams.TEAMS_MAX + " teams, which is the maximum. Archive one first.");
            case TeamResult.Busy _ ->
                throw OrganizationRequest.refused(409, "The keys of the team are being changed. Try again.");
            case TeamResult.NoRoom _ -> throw MembersHandler.noRoom();
            case TeamResult.OlderServers older -> throw OrganizationRequest.older(older.nodes());
        };
    }

    private static ApiException none() {
        return OrganizationRequest.refused(404, "The team does not exist, or is archived.");
    }

    private static ObjectNode json(Team team) {
        return ApiJson.MAPPER
                .createObjectNode()
                .put("id", team.id())
                .put("name", team.name())
                .put("created_at", ApiJson.seconds(team.createdAt()));
    }

    private ObjectNode withPeople(Team team) {
        ObjectNode json = json(team);
        ArrayNode members = json.putArray("members");
        for (Team.Fellow fellow : teams.fellows(team.accountId()).getOrDefault(team.id(), List.of())) {
            members.addObject()
                    .put("id", fellow.memberId())
                    .put("name", fellow.name())
                    .put("role", fellow.isAdmin() ? "admin" : "member");
        }
        return json;
    }
}
