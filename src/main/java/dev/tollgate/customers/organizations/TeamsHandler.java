package dev.tollgate.customers.organizations;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.Scope;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.TeamResult;
import dev.tollgate.customers.teams.Teams;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Teams of an organization and their people. */
public final class TeamsHandler {

    private final Teams teams;
    private final Members members;

    public TeamsHandler(Teams teams, Members members) {
        this.teams = teams;
        this.members = members;
    }

    public List<OrganizationRoute> routes() {
        String one = "/teams/{team}";
        String person = one + "/members/{member}";
        Scope write = Scope.MEMBERS_WRITE;
        List<String> name = List.of("name");
        return List.of(
                OrganizationRoute.list(
                        "/teams",
                        Scope.MEMBERS_READ,
                        request -> request.page(teams.list(request.account()), Team::id, TeamsHandler::json)),
                OrganizationRoute.change(
                        "POST",
                        "/teams",
                        write,
                        201,
                        request -> json(done(teams.create(request.by(), name(request)))),
                        name),
                OrganizationRoute.get(
                        one,
                        Scope.MEMBERS_READ,
                        request -> withPeople(teams.find(request.account(), request.path("team"))
                                .orElseThrow(TeamsHandler::none))),
                OrganizationRoute.change(
                        "PATCH",
                        one,
                        write,
                        200,
                        request -> withPeople(done(teams.rename(request.by(), request.path("team"), name(request)))),
                        name),
                OrganizationRoute.change(
                        "DELETE",
                        one,
                        write,
                        204,
                        request -> empty(teams.archive(request.by(), request.path("team"))),
                        List.of()),
                OrganizationRoute.change("PUT", person, write, 200, this::put, List.of("role")),
                OrganizationRoute.change("DELETE", person, write, 204, this::remove, List.of("keys")));
    }

    private @Nullable ObjectNode remove(OrganizationRequest request) {
        String id = request.path("team");
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
                done(teams.put(request.by(), request.path("team"), request.path("member"), role.equals("admin"))));
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
