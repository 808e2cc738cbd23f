package dev.tollgate.operator.admin.actions;

import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.People;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.prices.SoldIds;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.accounts.AccountRoutes;
import dev.tollgate.operator.admin.accounts.OperatorAccounts;
import dev.tollgate.operator.admin.accounts.OperatorKeys;
import dev.tollgate.operator.admin.accounts.OperatorLinks;
import dev.tollgate.operator.admin.accounts.OperatorPeople;
import dev.tollgate.operator.admin.server.Maintenance;
import java.net.URI;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The operator actions that also have commands, with and without a server: accounts, keys, people, links, and the installation as a whole. */
public record Administration(
        OperatorAccounts deeds,
        OperatorKeys keys,
        OperatorPeople people,
        OperatorLinks links,
        Maintenance maintenance,
        AccountRoutes accounts) {

    /**
     * @param customerKeys the actions on keys of people
     * @param site this server's public address; null where it was not said
     * @param organization what can be asked of an organization
     */
    public static Administration of(
            Ledger ledger,
            Keys keys,
            CustomerKeys customerKeys,
            People people,
            Members members,
            OrganizationRoutes organization,
            Links links,
            @Nullable URI site,
            InstallationKind kind,
            SoldIds sold,
            AuditedWriter writer,
            SecureRandom random) {
        OperatorAccounts deeds = new OperatorAccounts(ledger, keys, sold, writer, random);
        AccountRoutes accounts = new AccountRoutes(deeds, organization, writer);
        return new Administration(
                deeds,
                new OperatorKeys(deeds, keys, customerKeys, writer),
                new OperatorPeople(deeds, people, members, writer),
                new OperatorLinks(deeds, people, links, site, writer, accounts::invite),
                new Maintenance(kind, writer),
                accounts);
    }

    public List<AdminRoute> routes() {
        return Stream.of(accounts.routes(), keys.routes(), people.routes(), links.routes(), maintenance.routes())
                .flatMap(List::stream)
                .toList();
    }
}
