package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.metering.ForwardingSink;
import dev.tollgate.calls.metering.Keeper;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Answers.AnswerName;
import dev.tollgate.calls.replay.Answers.ConfirmClaim;
import dev.tollgate.calls.replay.Answers.FreeClaim;
import dev.tollgate.storage.Change;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The running call of a {@link KeyedCall}: has the door write its response into the spool, and keeps it. The end is rendered before the settlement,
 * with its future charge, and becomes readable when the settlement is durable (D33, D36). Confined to the call's event loop.
 */
final class SpooledAnswer extends ForwardingSink implements Keeper {

    private final AnswerName name;
    private final String bodyHash;
    private final Spool spool;
    private final SpoolOutlet outlet;
    private final Ending end;

    private @Nullable ClaimKey claim;
    private @Nullable KeepAnswer kept;
    private boolean rendered;
    private boolean keeps;

    /** The end of a call, reported to its {@link KeyedCall} before any reader sees it. */
    interface Ending {

        /** @param dropped tasks whose responses were dropped to make room for this one */
        void completed(List<String> dropped);

        void failed();

        void lost();
    }

    /** @param door writes to the outlet */
    SpooledAnswer(AnswerName name, String bodyHash, Spool spool, SpoolOutlet outlet, Sink door, Ending end) {
        super(door);
        this.name = name;
        this.bodyHash = bodyHash;
        this.spool = spool;
        this.outlet = outlet;
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
    public void keep(String accountId, Settle settle, Consumer<List<Change>> then, Consumer<ApiError> failed) {
        outlet.whenEnded(ended -> {
            if (ended == null) {
                failed.accept(cannotSpool());
            } else {
                then.accept(List.of(keeping(accountId, settle, ended)));
            }
        });
    }

    private KeepAnswer keeping(String accountId, Settle settle, Spool.Ended ended) {
        keeps = ended.hash() != null;
        KeepAnswer made = ended.hash() == null
                ? KeepAnswer.tooLarge(settle, accountId)
                : KeepAnswer.kept(settle, accountId, ended.bytes(), ended.hash(), ended.copy());
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
        super.admitted(admission);
    }

    /** Writes the end into the spool immediately; readers cannot see it until it is published. */
    @Override
    public Sink.End end(Completion completion) {
        Sink.End last = super.end(completion);
        rendered = true;
        outlet.keepEnd();
        last.send();
        return Sink.End.with(
                () -> {
                    end.completed(kept == null ? List.of() : kept.outcome());
                    spool.publish(keeps);
                },
                last::kept);
    }

    @Override
    public void failed(ApiError error) {
        end.failed();
        if (rendered) {
            spool.dropEnd();
        }
        outlet.failing(error);
        super.failed(error);
    }

    @Override
    public void cut() {
        end.failed();
        spool.fail(cannotSpool());
    }
}
