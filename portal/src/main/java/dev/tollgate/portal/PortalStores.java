package dev.tollgate.portal;

import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.calls.StoredAnswers;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.notices.Announcements;
import dev.tollgate.customers.notices.Dismissals;
import dev.tollgate.customers.notices.MemberNotices;
import dev.tollgate.customers.notices.NoticeRecord;
import dev.tollgate.customers.organizations.Organizations;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.customers.webhooks.DeliveryQueue;
import dev.tollgate.customers.webhooks.Webhooks;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.models.prices.RecordedRates;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.operator.settings.StoredSettings;
import dev.tollgate.storage.AcceptServer;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.secrets.FreePages;
import dev.tollgate.storage.secrets.KeyRing;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretKeys;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The stores of the portal and of what both halves know, and the writer's parts in their order. */
public record PortalStores(
        Ledger ledger,
        Keys keys,
        Receipts receipts,
        Tasks tasks,
        AuditLog auditLog,
        SetPrices prices,
        AccountPrices sold,
        Plans plans,
        StoredSettings settings,
        Outbox outbox,
        LabelNumbers labels) {

    /**
     * The stores of the half that answers calls.
     *
     * @param claims the parts that are decided before the ledger reserves
     * @param kept the parts that are written after the roll-ups
     * @param holdings their data of accounts and people
     * @param sealed what is encrypted in their tables
     */
    public record OfCalls(
            List<Part<?>> claims,
            List<Part<?>> kept,
            List<Holding> holdings,
            List<SealedValues> sealed,
            StoredAnswers answers) {

        public static final OfCalls NONE = new OfCalls(List.of(), List.of(), List.of(), List.of(), (_, _) -> null);
    }

    /** @param nodeId the id of this server among several, asked on the writer's thread */
    public List<Part<?>> parts(Supplier<String> nodeId, OfCalls calls) {
        return Stream.of(before(), calls.claims(), money(nodeId), calls.kept(), after())
                .<Part<?>>flatMap(List::stream)
                .toList();
    }

    private List<Part<?>> before() {
        return List.of(
                SecretKeys.part(),
                SealedValues.part(),
                KeyRing.part(),
                FreePages.part(),
                InstallationValue.part(),
                AcceptServer.part(),
                InstallationKind.part(),
                keys.statePart());
    }

    private List<Part<?>> money(Supplier<String> nodeId) {
        return List.of(
                People.startMarksPart(),
                Vouchers.part(),
                Plans.part(),
                Payments.part(),
                Allowances.part(),
                ledger.part(keys::forgetAccount, nodeId, labels),
                keys.changesPart(),
                Rollups.part(nodeId, labels),
                labels);
    }

    private List<Part<?>> after() {
        return List.of(
                sold.part(),
                RecordedRates.part(),
                settings.part(),
                People.part(),
                NoticeRecord.part(),
                Dismissals.part(),
                Announcements.part(),
                outbox.part(),
                Teams.part(keys),
                Members.part(),
                Organizations.part(),
                Leaving.part(),
                Webhooks.part(),
                AccountLog.part(DeliveryQueue::add, MemberNotices::add),
                AuditLog.part(),
                Allowances.lastPart(),
                RefusalBooks.part());
    }
}
