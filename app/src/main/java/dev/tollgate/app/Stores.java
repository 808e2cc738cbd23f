package dev.tollgate.app;

import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.replay.Answers;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.models.routing.RoutedModels;
import dev.tollgate.operator.settings.StoredSettings;
import dev.tollgate.portal.PortalStores;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.upstreams.signatures.Signatures;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The stores of both halves. */
record Stores(PortalStores portal, Answers answers, RoutedModels routed) {

    /** Returns the parts of the writer that belong to calls. */
    static PortalStores.OfCalls ofCalls(Answers answers, RoutedModels routed) {
        return new PortalStores.OfCalls(
                List.of(answers.claimPart()),
                List.of(Signatures.part(), KeptResponses.part(), FileStore.part(), answers.part(), routed.part()),
                holdings(),
                Stream.concat(Stream.of(KeptResponses.sealed(), Signatures.sealed()), FileStore.sealed().stream())
                        .toList(),
                Answers::keptAt);
    }

    /** Returns the data of accounts and people in the stores of calls. */
    static List<Holding> holdings() {
        return List.of(Answers.holding(), KeptResponses.holding(), FileStore.holding(), Signatures.holding());
    }

    /** @param nodeId the id of this server among several, asked on the writer's thread */
    List<Part<?>> parts(Supplier<String> nodeId) {
        return portal.parts(nodeId, ofCalls(answers, routed));
    }

    Ledger ledger() {
        return portal.ledger();
    }

    Keys keys() {
        return portal.keys();
    }

    Receipts receipts() {
        return portal.receipts();
    }

    Tasks tasks() {
        return portal.tasks();
    }

    AuditLog auditLog() {
        return portal.auditLog();
    }

    SetPrices prices() {
        return portal.prices();
    }

    StoredSettings settings() {
        return portal.settings();
    }

    Outbox outbox() {
        return portal.outbox();
    }

    LabelNumbers labels() {
        return portal.labels();
    }
}
