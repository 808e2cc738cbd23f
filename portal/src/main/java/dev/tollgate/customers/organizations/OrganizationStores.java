package dev.tollgate.customers.organizations;

import dev.tollgate.base.words.Languages;
import dev.tollgate.books.labels.Labels;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.people.HandedLinks;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.teams.Teams;
import java.net.URI;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The stores that the actions of an organization need.
 *
 * @param membersMax the most members and open invitations
 * @param site this server's public address; null if it is not set
 * @param languages those that mails can have
 */
public record OrganizationStores(
        Organizations organizations,
        Members members,
        Teams teams,
        AccountLog log,
        Labels labels,
        HandedLinks links,
        IntSupplier membersMax,
        @Nullable URI site,
        Languages languages) {}
