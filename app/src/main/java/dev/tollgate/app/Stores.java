package dev.tollgate.app;

import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.replay.Answers;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.notices.Dismissals;
import dev.tollgate.customers.notices.MemberNotices;
import dev.tollgate.customers.notices.Told;
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
import dev.tollgate.models.prices.RecordedRates;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.operator.settings.StoredSettings;
import dev.tollgate.storage.AcceptServer;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.secrets.SecretKeys;
import dev.tollgate.upstreams.signatures.Signatures;
import java.util.List;
import java.util.function.Supplier;

/** The stores that the writer's parts belong to, and those parts in their order. */
record Stores(
        Ledger ledger,
        Keys keys,
        Receipts receipts,
        Tasks tasks,
        Answers answers,
        AuditLog auditLog,
        SetPrices prices,
        StoredSettings settings,
        Outbox outbox,
        LabelNumbers labels) {

    /** @param nodeId the id of this server among several, asked on the writer's thread */
    List<Part<?>> parts(Supplier<String> nodeId) {
        return List.of(
                SecretKeys.part(),
                InstallationValue.part(),
                AcceptServer.part(),
                InstallationKind.part(),
                keys.statePart(),
                answers.claimPart(),
                People.startMarksPart(),
                Vouchers.part(),
                Payments.part(),
                Allowances.part(),
                ledger.part(keys::forgetAccount, nodeId, labels),
                keys.changesPart(),
                Rollups.part(nodeId, labels),
                labels,
                Signatures.part(),
                KeptResponses.part(),
                FileStore.part(),
                answers.part(),
                prices.part(),
                RecordedRates.part(),
                settings.part(),
                People.part(),
                Told.part(),
                Dismissals.part(),
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
