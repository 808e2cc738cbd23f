package dev.tollgate.customers.organizations;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Field.Choice;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.keys.LeaversKeys;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.Scope;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Teams of an organization and their people. */
public final class TeamActions {

    private static final String ONE = "/teams/{team}";
    private static final String PERSON = ONE + "/members/{member}";

    private static final Field<String> NAME = Field.text("name", sentence("Name"))
            .that(Teams::isName, Teams.NAME_FORM)
            .chars(1, Teams.NAME_CHARS_MAX)
            .help("A name that no other team of the organization has.");
    public static final Field<Boolean> ROLE = Field.choice(
                    "role",
                    sentence("Role in the team"),
                    new Choice<>("member", sentence("member"), false),
                    new Choice<>("admin", sentence("admin"), true))
            .help("admin manages the keys and people of the team; member does not.");

    private static final Field<Boolean> PAUSED = Field.flag("paused", sentence("Paused"))
            .orMissing()
            .help("true: calls with the team's keys get a 403. false: they work again.")
            .option("--paused true|false");

    static final Action<OrganizationStores, ActionRequest> LIST = Action.list(
            "team.list",
            "/teams",
            Scope.MEMBERS_READ,
            "List the teams of an account's organization.",
            (stores, request) -> request.page(stores.teams().list(request.account()), Team::id, TeamActions::json));

    static final Action<OrganizationStores, ActionRequest> SHOW = Action.get(
            "team.show",
            ONE,
            Scope.MEMBERS_READ,
            "Show a team and its people.",
            (stores, request) -> withPeople(
                    stores,
                    request,
                    stores.teams().find(request.account(), request.path("team")).orElseThrow(TeamActions::none)));

    public static final Action<OrganizationStores, Team> CREATE = Action.change(
                    "team.create", "POST", "/teams", Right.TEAMS, Scope.MEMBERS_WRITE, "Create a team.", NAME)
            .does(
                    (stores, request) -> stores.teams().create(request.by(), request.need(NAME)),
                    (stores, request, team) -> json(team));

    public static final Action<OrganizationStores, Team> CHANGE = Action.change(
                    "team.change",
                    "PATCH",
                    ONE,
                    Right.TEAMS,
                    Scope.MEMBERS_WRITE,
                    "Give a team another name, pause it, or end the pause.",
                    NAME.orMissing(),
                    PAUSED)
            .does(TeamActions::change, TeamActions::withPeople);

    public static final Action<OrganizationStores, Team> ARCHIVE = Action.change(
                    "team.archive",
                    "DELETE",
                    ONE,
                    Right.TEAMS,
                    Scope.MEMBERS_WRITE,
                    "Archive a team and delete its keys. Its history stays.")
            .does((stores, request) -> stores.teams().archive(request.by(), request.path("team")));

    public static final Action<OrganizationStores, Team> PUT = Action.change(
                    "team.set",
                    "PUT",
                    PERSON,
                    Right.TEAM_PEOPLE,
                    Scope.MEMBERS_WRITE,
                    "Make a member one of a team's people, or change the role in it.",
                    ROLE)
            .does(
                    (stores, request) -> stores.teams()
                            .put(request.by(), request.path("team"), request.path("member"), request.need(ROLE)),
                    TeamActions::withPeople);

    public static final Action<OrganizationStores, Team> REMOVE = Action.change(
                    "team.remove",
                    "DELETE",
                    PERSON,
                    Right.TEAM_PEOPLE,
                    Scope.MEMBERS_WRITE,
                    "Remove a member from a team.",
                    MemberActions.MOVES)
            .does(TeamActions::remove);

    /** All rows. */
    public static final List<Action<OrganizationStores, ?>> ALL =
            List.of(LIST, CREATE, SHOW, CHANGE, ARCHIVE, PUT, REMOVE);

    private static final Fact MEMBER = new Fact("member", sentence("Member"), Fact.Kind.PERSON).told(Fact.Told.ALWAYS);

    /** The rows of the operator's audit log. */
    static final List<DeedKind> TOLD = List.of(
            new DeedKind(CREATE.name(), sentence("Created a team"), NAME.fact()),
            new DeedKind("team.rename", sentence("Renamed a team"), NAME.fact()),
            new DeedKind("team.pause", sentence("Paused a team")),
            new DeedKind("team.resume", sentence("Ended a team's pause")),
            new DeedKind(ARCHIVE.name(), sentence("Archived a team"), NAME.fact(), LeaversKeys.FATE),
            new DeedKind("team.member", sentence("Set a role in a team"), MEMBER, ROLE.fact()),
            new DeedKind(
                    "team.leave", sentence("Removed a person from a team"), MEMBER, ROLE.fact(), LeaversKeys.FATE));

    private TeamActions() {}

    private static Outcome<Team> change(OrganizationStores stores, ActionRequest request) {
        request.body().requireSome(CHANGE.fields());
        return stores.teams().change(request.by(), request.path("team"), request.get(NAME), request.get(PAUSED));
    }

    private static Outcome<Team> remove(OrganizationStores stores, ActionRequest request) {
        String id = request.path("team");
        String member = request.path("member");
        List<Key> its = stores.members().keys(request.account(), member).stream()
                .filter(key -> key.owner().teamId().equals(id))
                .toList();
        return stores.teams().remove(request.by(), id, member, MemberActions.moves(request, its));
    }

    private static ApiException none() {
        return ActionRequest.refused(404, sentence("The team does not exist, or is archived."));
    }

    private static ObjectNode json(Team team) {
        return ApiJson.MAPPER
                .createObjectNode()
                .put("id", team.id())
                .put("name", team.name())
                .put("paused", team.paused())
                .put("created_at", ApiJson.seconds(team.createdAt()));
    }

    private static ObjectNode withPeople(OrganizationStores stores, ActionRequest request, Team team) {
        ObjectNode json = json(team);
        ArrayNode members = json.putArray("members");
        for (Team.Fellow fellow : stores.teams().fellows(team.accountId()).getOrDefault(team.id(), List.of())) {
            members.addObject()
                    .put("id", fellow.memberId())
                    .put("name", fellow.name())
                    .put("role", fellow.isAdmin() ? "admin" : "member");
        }
        return json;
    }
}
