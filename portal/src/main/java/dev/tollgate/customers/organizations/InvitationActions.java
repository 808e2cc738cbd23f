package dev.tollgate.customers.organizations;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.members.Members.Invitation;
import dev.tollgate.customers.people.HandedLinks;
import dev.tollgate.customers.people.HandedLinks.Invited;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Visit;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.http.Exchange;
import dev.tollgate.keys.Scope;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Invitations to an organization: the open ones, their links and their end. */
public final class InvitationActions {

    private static final String ONE = "/invitations/{invitation}";

    private static final Field<String> EMAIL = Field.text("email", sentence("E-mail"))
            .map((path, text) -> text.strip())
            .that(
                    email -> People.isAddress(email) && Letter.canReach(email),
                    sentence("{field} must be an e-mail address like name@example.org.", FIELD))
            .help("E-mail address of the person.");
    public static final Field<List<String>> TEAMS = Field.list(
                    "teams", sentence("Teams"), Teams.TEAMS_MAX, Field::string)
            .orMissing()
            .help("Ids of teams that the person joins.");

    static final Action<OrganizationStores, ActionRequest> LIST = Action.list(
            "invitation.list",
            "/invitations",
            Scope.MEMBERS_READ,
            "List the open invitations.",
            (stores, request) -> request.page(
                    stores.members().invitations(request.account()), InvitationActions::id, InvitationActions::json));

    public static final Action<OrganizationStores, Invited> CREATE = Action.change(
                    "invitation.create",
                    "POST",
                    "/invitations",
                    Right.SET_MEMBERS,
                    Scope.MEMBERS_WRITE,
                    "Invite a person to the organization.",
                    EMAIL,
                    MemberActions.ROLE,
                    TEAMS)
            .does(InvitationActions::create, InvitationActions::withLink);

    public static final Action<OrganizationStores, Invited> RESEND = Action.change(
                    "invitation.resend",
                    "POST",
                    ONE + "/resend",
                    Right.SET_MEMBERS,
                    Scope.MEMBERS_WRITE,
                    "Replace an invitation by a new one, with other teams if they are named.",
                    TEAMS)
            .does(InvitationActions::resend, InvitationActions::withLink)
            .answering(200);

    public static final Action<OrganizationStores, String> REVOKE = Action.change(
                    "invitation.revoke", "DELETE", ONE, Right.SET_MEMBERS, Scope.MEMBERS_WRITE, "Revoke an invitation.")
            .does(InvitationActions::revoke);

    /** All rows. */
    public static final List<Action<OrganizationStores, ?>> ALL = List.of(LIST, CREATE, RESEND, REVOKE);

    /** The rows of the operator's audit log. */
    static final List<DeedKind> TOLD = List.of(
            new DeedKind(CREATE.name(), sentence("Invited a member"), MemberActions.ROLE.fact()),
            new DeedKind(REVOKE.name(), sentence("Revoked an invitation")));

    private InvitationActions() {}

    private static Outcome<Invited> create(OrganizationStores stores, ActionRequest request) {
        return invite(stores, request, request.need(EMAIL), MemberActions.role(request), teams(stores, request), null);
    }

    private static Outcome<Invited> resend(OrganizationStores stores, ActionRequest request) {
        Invitation old = find(stores, request);
        List<String> teams = request.body().has(TEAMS) ? teams(stores, request) : old.teams();
        return invite(stores, request, old.email(), role(old), teams, old.id());
    }

    private static Outcome<String> revoke(OrganizationStores stores, ActionRequest request) {
        Invitation invitation = find(stores, request);
        stores.links().revoke(invitation.id(), request.by());
        return new Outcome.Done<>(id(invitation));
    }

    private static String id(Invitation invitation) {
        return HandedLinks.name(invitation.id());
    }

    private static Invitation find(OrganizationStores stores, ActionRequest request) {
        Invitation found = stores.members().invitations(request.account()).stream()
                .filter(each -> id(each).equals(request.path("invitation")))
                .findFirst()
                .orElseThrow(() -> ActionRequest.refused(
                        404, sentence("The invitation does not exist, or was accepted or revoked.")));
        MemberActions.requireGivable(request, role(found), "invite");
        if (request.by().membership() != null && found.role() == null) {
            throw ActionRequest.refused(403, sentence("This invitation is the operator's."));
        }
        return found;
    }

    private static MemberRole role(Invitation invitation) {
        return invitation.role() == null ? MemberRole.OWNER : invitation.role();
    }

    private static List<String> teams(OrganizationStores stores, ActionRequest request) {
        List<String> named = request.get(TEAMS);
        List<String> ids = named == null ? List.of() : named;
        for (String id : ids) {
            if (stores.teams().find(request.account(), id).isEmpty()) {
                throw Field.wrong(
                        "teams", sentence("{field} has an id of no team: {id}.", FIELD, MessageText.plain(id)));
            }
        }
        return ids;
    }

    private static Outcome<Invited> invite(
            OrganizationStores stores,
            ActionRequest request,
            String email,
            MemberRole role,
            List<String> teams,
            @Nullable String replaces) {
        if (request.by().membership() != null && role == MemberRole.OWNER) {
            throw ActionRequest.refused(
                    403, sentence("An owner is invited by the operator alone. Invite with another role."));
        }
        String name = stores.organizations()
                .find(request.account())
                .map(Organizations.Organization::name)
                .orElse(request.account());
        Exchange exchange = request.exchange();
        return stores.links()
                .invite(
                        new HandedLinks.ToJoin(
                                email, role, name, stores.membersMax().getAsInt(), teams, replaces),
                        request.by(),
                        exchange == null ? null : visit(exchange));
    }

    private static ObjectNode withLink(OrganizationStores stores, ActionRequest request, Invited made) {
        Invitation invitation = stores.members().invitations(request.account()).stream()
                .filter(each -> id(each).equals(made.name()))
                .findFirst()
                .orElseThrow(() -> ActionRequest.refused(409, sentence("The invitation was accepted or revoked.")));
        ObjectNode json = json(invitation);
        return made.path() == null ? json : json.put("link", address(stores.site(), request.exchange()) + made.path());
    }

    /** Returns what goes before a link's path; empty for the operator if this server's public address is not set. */
    private static String address(@Nullable URI site, @Nullable Exchange exchange) {
        if (site != null || exchange == null) {
            return site == null ? "" : site.toString();
        }
        return "http://" + Objects.requireNonNullElse(exchange.header("host"), "127.0.0.1");
    }

    private static Visit visit(Exchange exchange) {
        return new Visit(
                exchange.remoteAddress(),
                exchange.network(),
                exchange.wideNetwork(),
                Objects.requireNonNullElse(exchange.header("user-agent"), ""),
                List.of(),
                null);
    }

    private static ObjectNode json(Invitation invitation) {
        ObjectNode json = ApiJson.MAPPER
                .createObjectNode()
                .put("id", id(invitation))
                .put("email", invitation.email())
                .put("role", role(invitation).text())
                .put("mailed", invitation.isMailed())
                .put("created_at", ApiJson.seconds(invitation.madeAt()))
                .put("ends_at", ApiJson.seconds(invitation.endsAt()));
        ArrayNode teams = json.putArray("teams");
        invitation.teams().forEach(teams::add);
        return json;
    }
}
