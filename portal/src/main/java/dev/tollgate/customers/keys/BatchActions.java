package dev.tollgate.customers.keys;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.JobChange;
import dev.tollgate.jobs.JobChange.Cancelled;
import dev.tollgate.jobs.SeenJobs;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The action of members on batches. On pages alone: programs cancel a batch at the API that created it. */
public final class BatchActions {

    /** The stores that the action needs. */
    public record Stores(SeenJobs jobs, Keys keys, Writer writer, InstantSource clock) {}

    /** Cancels a batch that the member sees, with a key that the member may disable. */
    public static final Action<Stores, Cancelled> CANCEL = Action.change(
                    "batch.cancel",
                    "POST",
                    "/batches/{id}/cancel",
                    Right.KEY_LIMITS,
                    null,
                    "Cancel a batch. Lines that run end and are charged.")
            .does(BatchActions::cancel);

    private BatchActions() {}

    private static Outcome<Cancelled> cancel(Stores stores, ActionRequest request) {
        Membership by = Objects.requireNonNull(request.by().membership());
        Batch batch = stores.jobs().batch(request.account(), by.view(Right.USAGE), request.path("id"));
        if (batch == null) {
            return Outcome.refused(404, sentence("There is no such batch."));
        }
        Key key = stores.keys()
                .latest(request.account(), batch.job().originId())
                .filter(its -> KeyRights.mayRestrict(by, its))
                .orElse(null);
        if (key == null) {
            return KeyResult.notAllowed();
        }
        if (batch.status() == Batch.Status.CANCELLING) {
            return new Outcome.Done<>(Cancelled.RUNNING);
        }
        JobChange.Cancel cancel = stores.jobs().cancelling(request.account(), batch.id());
        List<Change> changes = new ArrayList<>(List.of(cancel));
        changes.addAll(request.by()
                .act(
                        KeyRights.of(key.settings().kind(), key.owner(), by.id()),
                        CANCEL.name(),
                        batch.shownId(),
                        stores.clock().instant(),
                        () -> isCancelled(cancel.outcome())
                                ? new AccountLog.Changed(null, AccountLog.json("key", key.id()))
                                : null));
        stores.writer().commitAndWait(Unit.of(changes));
        return isCancelled(cancel.outcome())
                ? new Outcome.Done<>(cancel.outcome())
                : Outcome.refused(409, sentence("The batch has already ended."));
    }

    private static boolean isCancelled(Cancelled outcome) {
        return outcome == Cancelled.NOW || outcome == Cancelled.RUNNING;
    }
}
