package dev.tollgate.metering;

import dev.tollgate.answers.AnswerName;
import dev.tollgate.answers.ClaimKey;
import dev.tollgate.answers.ConfirmClaim;
import dev.tollgate.answers.FreeClaim;
import dev.tollgate.answers.KeepAnswer;
import dev.tollgate.answers.Spool;
import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.ledger.Release;
import dev.tollgate.ledger.Reserve;
import dev.tollgate.ledger.Settle;
import dev.tollgate.signatures.SignedPart;
import dev.tollgate.storage.Change;
import dev.tollgate.upstream.UpstreamEvent;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The running call of a {@link KeyedCall}: has the door write its answer into the spool, and keeps it. The end of the answer is
 * rendered before the settlement, with the charge as it will be, and is read by nobody until the settlement is durable (D33, D36).
 * Confined to the call's event loop.
 */
final class SpooledAnswer implements Sink, Keeper {

    private final AnswerName name;
    private final String bodyHash;
    private final Spool spool;
    private final SpoolOutlet outlet;
    private final Sink door;
    private final End end;

    private @Nullable ClaimKey claim;
    private @Nullable KeepAnswer kept;
    private boolean rendered;
    private boolean keeps;

    /** How the call ends, for the one that made it; each before any reader hears of it. */
    interface End {

        /** @param dropped tasks whose answers had to go for this one */
        void completed(List<String> dropped);

        void failed();

        void lost();
    }

    /** @param door writes to the outlet */
    SpooledAnswer(AnswerName name, String bodyHash, Spool spool, SpoolOutlet outlet, Sink door, End end) {
        this.name = name;
        this.bodyHash = bodyHash;
        this.spool = spool;
        this.outlet = outlet;
        this.door = door;
        this.end = end;
    }

    // ---- what goes with the books ----

    @Override
    public List<Change> claim(Reserve reserve) {
        ClaimKey made = new ClaimKey(name, bodyHash, reserve.reservationId(), reserve.accountId(), reserve.at());
        claim = made;
        return List.of(made, new ConfirmClaim(made, reserve));
    }

    @Override
    public boolean won() {
        return claim != null && claim.won();
    }

    @Override
    public void lost() {
        end.lost();
    }

    @Override
    public void keep(
            Books.Settlement settlement,
            long micros,
            Settle settle,
            Consumer<List<Change>> then,
            Consumer<ApiError> failed) {
        rendered = true;
        outlet.ending(ended -> {
            if (ended == null) {
                failed.accept(cannotSpool());
            } else {
                then.accept(List.of(keeping(settlement, settle, ended)));
            }
        });
        door.completed(new Completion(Printed.usage(settlement.model(), settlement.usage()), micros));
    }

    private KeepAnswer keeping(Books.Settlement settlement, Settle settle, Spool.Ended ended) {
        String accountId = settlement.request().accountId();
        keeps = ended.hash() != null;
        KeepAnswer made = ended.hash() == null
                ? KeepAnswer.tooLarge(settle, accountId)
                : KeepAnswer.kept(settle, accountId, ended.bytes(), ended.hash());
        kept = made;
        return made;
    }

    @Override
    public List<Change> free(Release release) {
        return List.of(new FreeClaim(release));
    }

    @Override
    public boolean callerHoldsBack() {
        return false;
    }

    static ApiError cannotSpool() {
        return ApiError.of(ErrorCode.INTERNAL_ERROR, "The service cannot keep the answer right now. Please try again.")
                .withStatus(503);
    }

    // ---- what goes to the spool ----

    @Override
    public void admitted(Admission admission) {
        outlet.admitted(admission.taskId());
        door.admitted(admission);
    }

    @Override
    public void ignoring(List<String> fields) {
        door.ignoring(fields);
    }

    @Override
    public void answering(int attempts) {
        door.answering(attempts);
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        door.events(events);
    }

    /** Has been rendered already, and is durable now. */
    @Override
    public void completed(Completion completion) {
        end.completed(kept == null ? List.of() : kept.outcome());
        spool.publish(keeps);
    }

    @Override
    public void failed(ApiError error) {
        end.failed();
        if (rendered) {
            spool.dropEnd();
        }
        outlet.failing(error);
        door.failed(error);
    }

    @Override
    public List<SignedPart> signed() {
        return door.signed();
    }

    @Override
    public boolean leavesWhole() {
        return door.leavesWhole();
    }

    @Override
    public @Nullable Draft draft() {
        return door.draft();
    }

    @Override
    public boolean full() {
        return door.full();
    }

    @Override
    public void onDrain(Runnable resume) {
        door.onDrain(resume);
    }
}
