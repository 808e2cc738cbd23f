package dev.tollgate.customers.organizations;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.json.Shown;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.Scope;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.members.Members.Member;
import dev.tollgate.customers.roles.MemberRole;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Members of an organization: their roles, and the end of a membership. */
public final class MembersHandler {

    private static final String DELETE = "delete";

    private static final Pattern CHOICE = Pattern.compile(DELETE + "|team_[A-Za-z0-9]{1,60}");

    private final Members members;

    public MembersHandler(Members members) {
        this.members = members;
    }

    public List<OrganizationRoute> routes() {
        String one = "/members/{member}";
        return List.of(
                OrganizationRoute.list(
                        "/members",
                        Scope.MEMBERS_READ,
                        request -> request.page(members.list(request.account()), Member::id, MembersHandler::json)),
                OrganizationRoute.get(one, Scope.MEMBERS_READ, request -> withKeys(request, find(request))),
                OrganizationRoute.change("PATCH", one, Scope.MEMBERS_WRITE, 200, this::change, List.of("role")),
                OrganizationRoute.change("DELETE", one, Scope.MEMBERS_WRITE, 204, this::remove, List.of("keys")));
    }

    private Member find(OrganizationRequest request) {
        return members.find(request.account(), request.path("member")).orElseThrow(MembersHandler::none);
    }

    private static ApiException none() {
        return OrganizationRequest.refused(404, "The member does not exist, or has left.");
    }

    /** Returns the member of a change. */
    private Member changeable(OrganizationRequest request) {
        Member member = find(request);
        if (!mayGive(request, member.role())) {
            throw byPeople("change or remove");
        }
        return member;
    }

    private ObjectNode change(OrganizationRequest request) {
        MemberRole role = role(request);
        Member member = changeable(request);
        check(request, members.setRole(request.by(), member.id(), role));
        return withKeys(request, find(request));
    }

    /** Returns whether the key or operator that asks can give and take the role. */
    static boolean mayGive(OrganizationRequest request, MemberRole role) {
        return request.by().isOperator() || MemberRole.OF_KEYS.contains(role);
    }

    /** Reads the role that is given. */
    static MemberRole role(OrganizationRequest request) {
        String text = request.text("role");
        for (MemberRole role : MemberRole.values()) {
            if (role.text().equals(text)) {
                if (!mayGive(request, role)) {
                    throw byPeople("make");
                }
                return role;
            }
        }
        throw OrganizationRequest.wrong(
                "role",
                "must be one of "
                        + Arrays.stream(MemberRole.values())
                                .filter(role -> mayGive(request, role))
                                .map(MemberRole::text)
                                .collect(Collectors.joining(", ")));
    }

    static ApiException byPeople(String what) {
        return OrganizationRequest.forbidden("A key cannot " + what + " owners and admins. Sign in to do so.");
    }

    private @Nullable ObjectNode remove(OrganizationRequest request) {
        Member member = changeable(request);
        List<Key> its = members.keys(request.account(), member.id());
        check(request, members.remove(request.by(), member.id(), moves(request, its)));
        return null;
    }

    /**
     * Reads the ids of teams that get keys of a member who leaves, by the ids of the keys.
     *
     * @param its the keys of the member
     */
    static Map<String, String> moves(OrganizationRequest request, List<Key> its) {
        JsonNode chosen = request.body().get("keys");
        Map<String, String> moves = new LinkedHashMap<>();
        if (chosen == null) {
            return moves;
        }
        if (!chosen.isObject()) {
            throw OrganizationRequest.wrong("keys", "must be an object: key ids with \"delete\" or the id of a team");
        }
        chosen.properties().forEach(each -> {
            String field = "keys." + Shown.plain(each.getKey());
            JsonNode choice = each.getValue();
            if (its.stream().noneMatch(key -> key.id().equals(each.getKey()))) {
                throw OrganizationRequest.wrong(field, "is no key of this member here");
            }
            if (!choice.isString() || !CHOICE.matcher(choice.stringValue()).matches()) {
                throw OrganizationRequest.wrong(field, "must be \"delete\" or the id of a team");
            }
            if (!choice.stringValue().equals(DELETE)) {
                moves.put(each.getKey(), choice.stringValue());
            }
        });
        return moves;
    }

    /** Returns the refusal of a move. */
    static ApiException noRoom() {
        return OrganizationRequest.refused(
                409,
                "A team in 'keys' does not exist, is archived, or has no room for a key. Nothing was" + " changed.");
    }

    private static void check(OrganizationRequest request, Members.Outcome outcome) {
        switch (outcome) {
            case Members.Done _ -> {}
            case Members.NotAllowed _ -> throw request.by().isOperator() ? none() : byPeople("change or remove");
            case Members.LastOwner _ ->
                throw ApiError.of(
                                ErrorCode.LAST_OWNER,
                                "This is the last owner. An organization keeps one: make another member an owner first.")
                        .asException();
            case Members.HasKeys _ ->
                throw OrganizationRequest.refused(409, "The keys of the member are being changed. Try again.");
            case Members.NoRoom _ -> throw noRoom();
        }
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

    private ObjectNode withKeys(OrganizationRequest request, Member member) {
        ObjectNode json = json(member);
        ArrayNode all = json.putArray("keys");
        for (Key key : members.keys(request.account(), member.id())) {
            all.addObject()
                    .put("id", key.id())
                    .put("name", key.settings().name())
                    .put("last_used_at", ApiJson.seconds(key.lastUsedAt()));
        }
        return json;
    }
}
