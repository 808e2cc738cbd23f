package dev.tollgate.customers.organizations;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.json.Shown;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.keys.Scope;
import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.members.Members.Invitation;
import dev.tollgate.customers.people.HandedLinks;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Visit;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.http.Exchange;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Invitations to an organization: the open ones, their links and their end. */
public final class InvitationsHandler {

    private static final Duration COME_BACK = Duration.ofHours(1);

    private final Members members;
    private final Organizations organizations;
    private final Teams teams;
    private final HandedLinks links;
    private final IntSupplier membersMax;
    private final @Nullable URI site;

    /**
     * @param membersMax the most members and open invitations
     * @param site this server's public address; null if it is not set
     */
    public InvitationsHandler(
            Members members,
            Organizations organizations,
            Teams teams,
            HandedLinks links,
            IntSupplier membersMax,
            @Nullable URI site) {
        this.members = members;
        this.organizations = organizations;
        this.teams = teams;
        this.links = links;
        this.membersMax = membersMax;
        this.site = site;
    }

    public List<OrganizationRoute> routes() {
        String one = "/invitations/{invitation}";
        Scope write = Scope.MEMBERS_WRITE;
        return List.of(
                OrganizationRoute.list(
                        "/invitations",
                        Scope.MEMBERS_READ,
                        request -> request.page(
                                members.invitations(request.account()),
                                InvitationsHandler::id,
                                InvitationsHandler::json)),
                OrganizationRoute.change(
                        "POST", "/invitations", write, 201, this::create, List.of("email", "role", "teams")),
                OrganizationRoute.change("POST", one + "/resend", write, 200, this::resend, List.of()),
                OrganizationRoute.change("DELETE", one, write, 204, this::revoke, List.of()));
    }

    private ObjectNode create(OrganizationRequest request) {
        return invite(request, email(request), MembersHandler.role(request), teams(request), null);
    }

    private ObjectNode resend(OrganizationRequest request) {
        Invitation old = find(request);
        return invite(request, old.email(), role(old), old.teams(), old.id());
    }

    private @Nullable ObjectNode revoke(OrganizationRequest request) {
        links.revoke(find(request).id(), request.by());
        return null;
    }

    private static String id(Invitation invitation) {
        return HandedLinks.name(invitation.id());
    }

    private Invitation find(OrganizationRequest request) {
        Invitation found = members.invitations(request.account()).stream()
                .filter(each -> id(each).equals(request.path("invitation")))
                .findFirst()
                .orElseThrow(() ->
                        OrganizationRequest.refused(404, "The invitation does not exist, or was accepted or revoked."));
        if (!MembersHandler.mayGive(request, role(found))) {
            throw MembersHandler.byPeople("invite");
        }
        return found;
    }

    private static MemberRole role(Invitation invitation) {
        return invitation.role() == null ? MemberRole.OWNER : invitation.role();
    }

    private static String email(OrganizationRequest request) {
        String email = request.text("email").strip();
        if (!People.isAddress(email) || !Letter.canReach(email)) {
            throw OrganizationRequest.wrong("email", "must be an e-mail address like name@example.org");
        }
        return email;
    }

    private List<String> teams(OrganizationRequest request) {
        JsonNode named = request.body().get("teams");
        if (named == null) {
            return List.of();
        }
        if (!named.isArray()
                || named.size() > Teams.TEAMS_MAX
                || !named.valueStream().allMatch(JsonNode::isString)) {
            throw OrganizationRequest.wrong("teams", "must be a list of at most " + Teams.TEAMS_MAX + " team ids");
        }
        List<String> ids =
                named.valueStream().map(JsonNode::stringValue).distinct().toList();
        for (String id : ids) {
            if (teams.find(request.account(), id).isEmpty()) {
                throw OrganizationRequest.wrong("teams", "has an id of no team: " + Shown.plain(id));
            }
        }
        return ids;
    }

    private ObjectNode invite(
            OrganizationRequest request, String email, MemberRole role, List<String> teams, @Nullable String replaces) {
        String name = organizations
                .find(request.account())
                .map(Organizations.Organization::name)
                .orElse(request.account());
        Exchange exchange = request.exchange();
        HandedLinks.Invited made = links.invite(
                new HandedLinks.ToJoin(email, role, name, membersMax.getAsInt(), teams, replaces),
                request.by(),
                exchange == null ? null : visit(exchange));
        if (made.complaint() != null) {
            throw refused(made.complaint());
        }
        Invitation invitation = members.invitations(request.account()).stream()
                .filter(each -> id(each).equals(made.name()))
                .findFirst()
                .orElseThrow(() -> OrganizationRequest.refused(409, "The invitation was accepted or revoked."));
        ObjectNode json = json(invitation);
        return made.path() == null ? json : json.put("link", address(exchange) + made.path());
    }

    private static ApiException refused(String complaint) {
        return complaint.equals(HandedLinks.TOO_MANY)
                ? ApiError.of(ErrorCode.RATE_LIMIT_EXCEEDED, complaint)
                        .retryAfter(COME_BACK)
                        .asException()
                : OrganizationRequest.refused(409, complaint);
    }

    /** Returns what goes before a link's path; empty for the operator if this server's public address is not set. */
    private String address(@Nullable Exchange exchange) {
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
                List.of());
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
