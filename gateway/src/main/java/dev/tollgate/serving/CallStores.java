package dev.tollgate.serving;

import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.calls.files.FilePieces;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.kept.DeletedMeanwhile;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.replay.Answers;
import dev.tollgate.jobs.JobEvents;
import dev.tollgate.jobs.JobParts;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.models.routing.RoutedModels;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.upstreams.signatures.Signatures;
import java.util.List;
import java.util.stream.Stream;

/** The stores of the gateway and of what both halves know. */
public record CallStores(
        Ledger ledger,
        Keys keys,
        Receipts receipts,
        Answers answers,
        RoutedModels routed,
        SetPrices prices,
        AccountPrices sold,
        LabelNumbers labels) {

    /** Returns the writer's parts that decide before the ledger reserves. */
    public static List<Part<?>> claims(Answers answers) {
        return List.of(answers.claimPart(), JobParts.claims());
    }

    /** Returns the writer's parts that write after the roll-ups. @param jobs what happens to jobs */
    public static List<Part<?>> kept(Answers answers, RoutedModels routed, JobEvents jobs) {
        return List.of(
                Signatures.part(),
                KeptResponses.part(),
                FileStore.part(),
                answers.part(),
                JobParts.changes(jobs),
                DeletedMeanwhile.part(),
                routed.part());
    }

    /** Returns the data of accounts and people in the stores of calls. */
    public static List<Holding> holdings() {
        return List.of(
                Answers.holding(), KeptResponses.holding(), FileStore.holding(), Signatures.holding(), Jobs.holding());
    }

    /** Returns what the stores of calls have sealed with the secret key. */
    public static List<SealedValues> sealed() {
        return Stream.concat(
                        Stream.of(KeptResponses.sealed(), Signatures.sealed(), Jobs.sealed()),
                        FilePieces.values().stream())
                .toList();
    }
}
