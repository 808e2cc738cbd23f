package dev.tollgate.customers.organizations;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Field.Choice;
import dev.tollgate.base.fields.Schema;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.keys.LeaversKeys;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.members.Members.Member;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Members of an organization: their roles, and the end of a membership. */
public final class MemberActions {

    private static final String ONE = "/members/{member}";
    private static final String DELETE = "delete";
    private static final Pattern CHOICE = Pattern.compile(DELETE + "|team_[A-Za-z0-9]{1,60}");

    public static final Field<MemberRole> ROLE = Field.choice(
                    "role",
                    sentence("Role"),
                    Stream.of(MemberRole.values())
                            .map(role -> new Choice<>(role.text(), role.word(), role))
                            .toList())
            .help("Role in the organization: " + MemberRole.either() + ".");

    /** The fate of the keys of a member who leaves: the id of a team that gets the key, or {@value #DELETE}, by the key's id. */
    static final Field<Map<String, String>> MOVES = Field.of(
                    "keys", sentence("Keys"), MemberActions::choices, text -> JsonNodeFactory.instance.objectNode())
            .shaped(Schema.of("object").with("additionalProperties", Schema.of("string")))
            .orMissing()
            .help("For each key's id the id of a team that gets it, or delete. The others are deleted.")
            .option("");

    static final Action<OrganizationStores, ActionRequest> LIST = Action.list(
            "member.list",
            "/members",
            Scope.MEMBERS_READ,
            "List the members of an account's organization.",
            (stores, request) ->
                    request.page(stores.members().list(request.account()), Member::id, MemberActions::json));

    static final Action<OrganizationStores, ActionRequest> SHOW = Action.get(
            "member.show",
            ONE,
            Scope.MEMBERS_READ,
            "Show a member and the member's keys.",
            (stores, request) -> withKeys(stores, request, find(stores, request)));

    public static final Action<OrganizationStores, String> SET = Action.change(
                    "member.set",
                    "PATCH",
                    ONE,
                    Right.SET_MEMBERS,
                    Scope.MEMBERS_WRITE,
                    "Give a member another role.",
                    ROLE)
            .does(MemberActions::change, (stores, request, id) -> withKeys(stores, request, find(stores, request)));

    public static final Action<OrganizationStores, String> REMOVE = Action.change(
                    "member.remove",
                    "DELETE",
                    ONE,
                    Right.SET_MEMBERS,
                    Scope.MEMBERS_WRITE,
                    "Remove a member from the organization.",
                    MOVES)
            .does(MemberActions::remove);

    /** All rows. */
    public static final List<Action<OrganizationStores, ?>> ALL = List.of(LIST, SHOW, SET, REMOVE);

    /** A change of a role in the operator's audit log. */
    public static final DeedKind SET_ROLE = new DeedKind("member.role", sentence("Set a member's role"), ROLE.fact());

    /** The rows of the operator's audit log. */
    static final List<DeedKind> TOLD =
            List.of(SET_ROLE, new DeedKind(REMOVE.name(), sentence("Removed a member"), ROLE.fact(), LeaversKeys.FATE));

    private MemberActions() {}

    private static Member find(OrganizationStores stores, ActionRequest request) {
        return stores.members()
                .find(request.account(), request.path("member"))
                .orElseThrow(() -> ActionRequest.refused(404, Members.NONE));
    }

    private static Outcome<String> change(OrganizationStores stores, ActionRequest request) {
        MemberRole role = role(request);
        return stores.members()
                .setRole(request.by(), changeable(stores, request).id(), role);
    }

    /** Returns the member of a change. */
    private static Member changeable(OrganizationStores stores, ActionRequest request) {
        Member member = find(stores, request);
        requireGivable(request, member.role(), "change or remove");
        return member;
    }

    /** Reads the role that is given. */
    static MemberRole role(ActionRequest request) {
        MemberRole role = request.need(ROLE);
        requireGivable(request, role, "make");
        return role;
    }

    /** @throws dev.tollgate.base.error.ApiException a 403 if a key asks for what people alone do */
    static void requireGivable(ActionRequest request, MemberRole role, String what) {
        if (request.by().isKey() && !MemberRole.OF_KEYS.contains(role)) {
            throw ApiError.of(
                            ErrorCode.INVALID_API_KEY, "A key cannot " + what + " owners and admins. Sign in to do so.")
                    .withStatus(403)
                    .asException();
        }
    }

    private static Outcome<String> remove(OrganizationStores stores, ActionRequest request) {
        Member member = changeable(stores, request);
        List<Key> its = stores.members().keys(request.account(), member.id());
        return stores.members().remove(request.by(), member.id(), moves(request, its));
    }

    private static Map<String, String> choices(String path, JsonNode chosen) {
        if (!chosen.isObject()) {
            throw Field.wrong(
                    path, sentence("{field} must be an object: key ids with \"delete\" or the id of a team.", FIELD));
        }
        Map<String, String> choices = new LinkedHashMap<>();
        chosen.properties().forEach(each -> {
            JsonNode choice = each.getValue();
            if (!choice.isString() || !CHOICE.matcher(choice.stringValue()).matches()) {
                throw Field.wrong(
                        path + "." + MessageText.plain(each.getKey()),
                        sentence("{field} must be \"delete\" or the id of a team.", FIELD));
            }
            choices.put(each.getKey(), choice.stringValue());
        });
        return choices;
    }

    /**
     * Returns the ids of teams that get keys of a member who leaves, by the ids of the keys.
     *
     * @param its the keys of the member
     */
    static Map<String, String> moves(ActionRequest request, List<Key> its) {
        Map<String, String> moves = new LinkedHashMap<>();
        Map<String, String> chosen = request.get(MOVES);
        Membership person = request.by().membership();
        if (chosen != null && (person == null || Right.ACCOUNT_KEYS.isWhole(person.role()))) {
            chosen.forEach((key, choice) -> {
                if (its.stream().noneMatch(one -> one.id().equals(key))) {
                    throw Field.wrong(
                            "keys." + MessageText.plain(key),
                            sentence("{field} is no key of this member here.", FIELD));
                }
                if (!choice.equals(DELETE)) {
                    moves.put(key, choice);
                }
            });
        }
        return moves;
    }

    private static ObjectNode json(Member member) {
        return ApiJson.MAPPER
                .createObjectNode()
                .put("id", member.id())
                .put("role", member.role().text())
                .put("email", member.login())
                .put("name", member.name())
                .put("created_at", ApiJson.seconds(member.since()))
                .put("signed_in_at", ApiJson.seconds(member.signedInAt()));
    }

    private static ObjectNode withKeys(OrganizationStores stores, ActionRequest request, Member member) {
        ObjectNode json = json(member);
        ArrayNode all = json.putArray("keys");
        for (Key key : stores.members().keys(request.account(), member.id())) {
            all.addObject()
                    .put("id", key.id())
                    .put("name", key.settings().name())
                    .put("last_used_at", ApiJson.seconds(key.lastUsedAt()));
        }
        return json;
    }
}
